import type { JsonObject } from "../core/json.ts";

/**
 * ` (vars.base is not set: steward variable set base <value>)`, of the first variable that a step's input reads and the
 * project lacks; nothing where there is none. Without a field of `path` the whole input is meant.
 */
export function unsetVariables(input: unknown, variables: JsonObject, path: readonly PropertyKey[] = []): string {
  let part = input;
  for (const name of path) {
    const next: unknown =
      typeof part === "object" && part !== null && Object.hasOwn(part, name) ? Reflect.get(part, name) : undefined;
    if (next === undefined) break;
    part = next;
  }
  for (const name of namesIn(textsOf(part)))
    if (!Object.hasOwn(variables, name)) return ` (vars.${name} is not set: steward variable set ${name} <value>)`;
  return "";
}

/** Only what stands in braces is an expression. */
function textsOf(part: unknown): string {
  const text = JSON.stringify(part ?? null);
  return Array.from(text.matchAll(/\{\{(.*?)\}\}/gs), ([, inner = ""]) => inner).join(" ");
}

function namesIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/\bvars\.([A-Za-z_]\w*)/g), ([, name = ""]) => name);
}
