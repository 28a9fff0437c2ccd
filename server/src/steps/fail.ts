import { z } from "zod";
import type { StepKind } from "../core/step-kind.ts";

/** Fails with a message of the author's own. */
export const fail: StepKind<{ readonly message: string }> = {
  kind: "fail",
  title: "Fail",
  summary: "Fails on purpose, with your message: the run fails, or what the step's onError says.",
  schema: z.strictObject({
    message: z.string().min(1).max(2000).describe("Why, for the people who read the run; 1 to 2,000 characters."),
  }),
  example: { message: "the order {{ trigger.body.id }} has no items" },
  ports: () => ["out"],
  run: (input) => ({ kind: "fail", error: { code: "failed_on_purpose", message: input.message }, retry: "never" }),
};
