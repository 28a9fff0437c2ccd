import { Slug } from "@steward/sdk";
import { z } from "zod";
import type { Json } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";

interface Input {
  readonly flow: string;
  readonly input?: Json | undefined;
  readonly wait: boolean;
}

/** Starts a run of another flow and, unless told otherwise, waits for its end. */
export const flow: StepKind<Input> = {
  kind: "flow",
  title: "Run a flow",
  summary:
    'Starts another flow of this project with an input, which is its trigger.body. The output is that run\'s output; without wait it is { "run": id }.',
  schema: z.strictObject({
    flow: Slug.describe("The flow's slug."),
    input: anyJson().optional().describe("Any value: the other flow's trigger.body."),
    wait: z.boolean().default(true).describe("Whether to wait for its end. When it fails, this step fails."),
  }),
  example: { flow: "send-invoice", input: { order: "{{ trigger.body.id }}" } },
  ports: () => ["out"],
  run: (input) => ({ kind: "call", flow: input.flow, input: input.input, wait: input.wait }),
};
