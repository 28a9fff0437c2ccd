import { z } from "zod";
import type { Json } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";
import { headersField } from "./headers-field.ts";

interface Input {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Json | undefined;
}

/** Answers the caller of a webhook (`"reply": "step"`) and gives the run its output. The first reply of a run counts. */
export const reply: StepKind<Input> = {
  kind: "reply",
  title: "Reply",
  summary:
    'Answers the webhook that started the run, if its trigger has "reply": "step", and sets the run\'s output. The first reply of a run counts; steps may follow it.',
  schema: z.strictObject({
    status: z.int().min(200).max(599).default(200).describe("The HTTP status, 200 to 599."),
    headers: headersField().default({}).describe("Headers by name. Those that frame the message are set by Steward."),
    body: anyJson().optional().describe("Text is sent as it is, anything else as JSON."),
  }),
  example: { status: 201, body: { id: "{{ trigger.body.id }}" } },
  ports: () => ["out"],
  run: (input) => ({ kind: "reply", status: input.status, headers: input.headers, output: input.body }),
};
