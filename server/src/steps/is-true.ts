import type { Json } from "../core/json.ts";

/** Whether a condition holds, as in the language of expressions: false, 0, "", null and nothing are no. */
export function isTrue(value: Json | undefined): boolean {
  return Boolean(value);
}
