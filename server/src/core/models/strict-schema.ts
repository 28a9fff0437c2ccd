import { isJsonObject, type Json, type JsonObject } from "../json.ts";

const DEPTH_MAX = 64;

/**
 * Whether a JSON Schema says of each object all that it has: every property required, no others. Only then can a provider
 * be asked to hold to it strictly (OpenAI, "Structured Outputs", supported schemas); others are refused by it.
 */
export function isStrictSchema(schema: JsonObject): boolean {
  return isStrict(schema, 0);
}

function isStrict(schema: Json | undefined, depth: number): boolean {
  if (!isJsonObject(schema) || depth > DEPTH_MAX) return false;
  if (["oneOf", "allOf", "not", "prefixItems"].some((word) => word in schema)) return false;
  const properties = schema["properties"];
  if (isJsonObject(properties) || namesObject(schema["type"])) {
    const fields = isJsonObject(properties) ? properties : {};
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
    if (schema["additionalProperties"] !== false) return false;
    if (!Object.keys(fields).every((name) => required.has(name))) return false;
    if (!Object.values(fields).every((field) => isStrict(field, depth + 1))) return false;
  }
  if ("items" in schema && !isStrict(schema["items"], depth + 1)) return false;
  const branches = schema["anyOf"];
  if (Array.isArray(branches) && !branches.every((branch) => isStrict(branch, depth + 1))) return false;
  const named = schema["$defs"];
  return !isJsonObject(named) || Object.values(named).every((one) => isStrict(one, depth + 1));
}

function namesObject(type: Json | undefined): boolean {
  return type === "object" || (Array.isArray(type) && type.includes("object"));
}
