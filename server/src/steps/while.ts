import type { Step } from "@steward/sdk";
import { z } from "zod";
import type { Template } from "../core/expression/template.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson } from "./any-json.ts";
import { ITEM_NAMES } from "./evaluate-items.ts";

interface Input {
  readonly max: number;
}

/**
 * What a while step has prepared. The engine evaluates `when` before each iteration, with these names
 * added: `index` (iterations done), `item` (the last iteration's result, undefined before the first) and,
 * in `steps`, the outputs of the last iteration's steps.
 */
export interface PreparedWhile {
  readonly when: Template;
}

/** Runs the nested steps as long as `when` holds; the output is the list of what they yielded. */
export const whileLoop: StepKind<Input, PreparedWhile> = {
  kind: "while",
  title: "While",
  summary:
    "Runs its own steps again and again as long as a condition is true, at most max times. The output is the list of their results, in order.",
  schema: z.strictObject({
    max: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe("How many iterations at most; one more makes the step fail. 1 to 10,000."),
  }),
  deferred: z.strictObject({
    when: anyJson('when to go on, for instance "{{ index < 3 }}"').describe(
      "Asked before each iteration. In scope: index (iterations done), item (the last iteration's result) and steps.<id> of the steps inside (of the last iteration).",
    ),
  }),
  example: { when: "{{ index === 0 || item.next !== null }}", max: 20 },
  body: { names: ITEM_NAMES },
  ports: () => ["out"],
  prepare: (step, compile) => ({
    when: compile(step.input["when"], "input.when", [...ITEM_NAMES, ...namesInside(step)]),
  }),
  run: (input) => ({ kind: "while", max: input.max }),
};

/** The direct steps of the body, whose outputs the condition may read. */
function namesInside(step: Step): readonly string[] {
  return (step.steps ?? []).map((inner) => `steps.${inner.id}`);
}
