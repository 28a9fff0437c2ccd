import { z } from "zod";
import type { Json } from "../core/json.ts";
import type { StepKind } from "../core/step-kind.ts";
import { anyList } from "./any-json.ts";
import { ITEMS_MAX, ITEM_NAMES } from "./evaluate-items.ts";

interface Input {
  readonly items: readonly Json[];
  readonly parallel: number;
}

/** Runs the nested steps for each item; the output is the list of what they yielded, in the order of the items. */
export const each: StepKind<Input> = {
  kind: "each",
  title: "For each",
  summary:
    "Runs its own steps once for each item of a list, one after the other or several at a time. The output is the list of their results, in the order of the items.",
  schema: z.strictObject({
    items: anyList().describe(
      "The list, at most 10,000 items. Inside, item is the present one and index counts from 0.",
    ),
    parallel: z.int().min(1).max(100).default(1).describe("How many items at a time, 1 to 100."),
  }),
  example: { items: "{{ trigger.body.orders }}", parallel: 5 },
  body: { names: ITEM_NAMES },
  ports: () => ["out"],
  run(input) {
    const { items, parallel } = input;
    if (items.length > ITEMS_MAX) {
      const message = `input.items has ${items.length} items, more than ${ITEMS_MAX}: give them in parts, for instance with sub-flows`;
      return { kind: "fail", error: { code: "items_too_many", message }, retry: "never" };
    }
    return { kind: "each", items, parallel };
  },
};
