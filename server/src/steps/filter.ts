import { z } from "zod";
import type { Template } from "../core/expression/template.ts";
import type { Json } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyJson, anyList } from "./any-json.ts";
import { ITEM_NAMES, evaluateItems } from "./evaluate-items.ts";
import { isTrue } from "./is-true.ts";

interface Input {
  readonly items: readonly Json[];
}

/** Keeps the items for which `where` holds, in order. */
export const filter: StepKind<Input, { readonly where: Template }> = {
  kind: "filter",
  title: "Filter a list",
  summary:
    "Keeps the items of a list for which where is true, with item and index in scope. The output is the list that remains.",
  schema: z.strictObject({ items: anyList().describe("The list, at most 10,000 items.") }),
  deferred: z.strictObject({
    where: anyJson('when to keep an item, for instance "{{ item.n > 10 }}"').describe(
      "Whether an item stays: an expression over item and index. False, 0, empty text, null and nothing mean no.",
    ),
  }),
  example: { items: "{{ trigger.body.orders }}", where: "{{ item.total >= 100 }}" },
  ports: () => ["out"],
  prepare: (step, compile) => ({ where: compile(step.input["where"], "input.where", ITEM_NAMES) }),
  run(input, context, prepared) {
    const kept = evaluateItems(input.items, prepared.where, context);
    if ("error" in kept) return { kind: "fail", error: kept.error, retry: "never" };
    return { kind: "output", output: input.items.filter((_, index) => isTrue(kept.values[index])) };
  },
};
