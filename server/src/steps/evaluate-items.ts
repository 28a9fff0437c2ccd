import type { Template } from "../core/expression/template.ts";
import type { Json } from "../core/json.ts";
import type { StepContext, StepError } from "../core/step-kind.ts";

/** Items that map and filter take at once; an each step takes as many, a code step any number. */
export const ITEMS_MAX = 10_000;

/** Names in scope where a template is evaluated for each item. */
export const ITEM_NAMES = ["item", "index"] as const;

/** What a template yields for each item in order, or the first failure with the item's index. */
export function evaluateItems(
  items: readonly Json[],
  template: Template,
  context: StepContext,
): { readonly values: readonly (Json | undefined)[] } | { readonly error: StepError } {
  if (items.length > ITEMS_MAX) {
    const message = `input.items has ${items.length} items, more than ${ITEMS_MAX}: give them in parts, or use a code step`;
    return { error: { code: "items_too_many", message } };
  }
  const values: (Json | undefined)[] = [];
  for (const [index, item] of items.entries()) {
    const evaluated = context.evaluate(template, { item, index });
    if (!evaluated.ok) return { error: expressionFailed(evaluated.field, evaluated.message, index) };
    values.push(evaluated.value);
  }
  return { values };
}

/** Why a step fails whose own template could not be evaluated. */
export function expressionFailed(field: string, message: string, index: number | null = null): StepError {
  const where = index === null ? field : `${field}, for the item of index ${index}`;
  return { code: "expression_failed", message: `${where}: ${message}` };
}
