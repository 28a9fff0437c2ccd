import { z } from "zod";
import type { Template } from "../core/expression/template.ts";
import type { Json } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson, anyList } from "./any-json.ts";
import { ITEM_NAMES, evaluateItems } from "./evaluate-items.ts";

interface Input {
  readonly items: readonly Json[];
}

/** Makes one value from each item of a list. What yields nothing becomes null, so that the lists match by index. */
export const map: StepKind<Input, { readonly to: Template }> = {
  kind: "map",
  title: "Map a list",
  summary: "Makes a new list: one value from each item, with item and index in scope. The output is the list.",
  schema: z.strictObject({ items: anyList().describe("The list, at most 10,000 items.") }),
  deferred: z.strictObject({
    to: anyJson('what each item becomes, for instance { "name": "{{ item.name }}" }').describe(
      "What each item becomes: fields or one expression over item and index.",
    ),
  }),
  example: { items: "{{ trigger.body.people }}", to: { name: "{{ item.name }}", place: "{{ index + 1 }}" } },
  ports: () => ["out"],
  prepare: (step, compile) => ({ to: compile(step.input["to"], "input.to", ITEM_NAMES) }),
  run(input, context, prepared) {
    const mapped = evaluateItems(input.items, prepared.to, context);
    if ("error" in mapped) return { kind: "fail", error: mapped.error, retry: "never" };
    return { kind: "output", output: mapped.values.map((value) => value ?? null) };
  },
};
