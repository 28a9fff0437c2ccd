import type { JsonObject } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyFields } from "./any-json.ts";

/** Makes an object from its fields. The output is the very input, so it is stored once. */
export const set: StepKind<JsonObject> = {
  kind: "set",
  title: "Set fields",
  summary: "Makes an object from the fields you name; each may be text, a number, a list, an object or an expression.",
  schema: anyFields().describe(
    "Any fields. The output is an object with the same fields, expressions replaced by their values.",
  ),
  example: { name: "{{ trigger.body.name }}", total: "{{ trigger.body.price * trigger.body.count }}" },
  ports: () => ["out"],
  run: (input) => ({ kind: "output", output: input }),
};
