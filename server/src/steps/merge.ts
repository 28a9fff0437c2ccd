import type { JsonObject } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyFields } from "./any-json.ts";

/** Joins branches: it runs once, when every branch into it has ended or was skipped. */
export const merge: StepKind<JsonObject> = {
  kind: "merge",
  title: "Merge branches",
  summary:
    "Waits until every branch that leads here has ended or was skipped, then goes on once. Its fields gather what the branches yielded.",
  schema: anyFields().describe(
    "Any fields, as for set; none are needed. A skipped step's output is nothing, so its field is left out.",
  ),
  example: { fromFirst: "{{ steps.first }}", fromSecond: "{{ steps.second }}" },
  ports: () => ["out"],
  run: (input) => ({ kind: "output", output: input }),
};
