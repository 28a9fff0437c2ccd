/** JSON as Steward's runs carry it: what a step receives and returns, and nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What this program wrote itself and reads back authenticated by its seal; never for text from outside. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it had written
export function parseOwn<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the seal says that the text is the program's own
  return JSON.parse(text) as T;
}

/**
 * One text for one value: object keys in code-unit order, no white space (RFC 8785 for the values
 * that `JSON.parse` yields). Digests and approvals are bound to these bytes.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isJsonObject(value)) {
    const fields = Object.keys(value)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${fields.join(",")}}`;
  }
  return `[${value.map(canonicalJson).join(",")}]`;
}
