/** JSON as Steward's runs carry it: what a step receives and returns, and nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`);
    return `{${fields.join(",")}}`;
  }
  return `[${value.map(canonicalJson).join(",")}]`;
}
