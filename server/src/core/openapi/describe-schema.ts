import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { nameIn } from "./schema-pool.ts";

const NAMED_MAX = 100;
const CHARACTERS_MAX = 100_000;

/**
 * A schema of a declaration as a JSON Schema that stands alone, for documentation and for the fields that conditions may
 * name: what it refers to in `$defs`, the nearest first, as far as 100 schemas and 100,000 characters go; beyond that,
 * anything.
 */
export function describeSchema(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>): JsonObject {
  const named: Record<string, JsonObject> = {};
  let characters = 0;
  let level: readonly JsonObject[] = [schema];
  while (level.length > 0) {
    const next: JsonObject[] = [];
    for (const name of level.flatMap(namesIn)) {
      const found = schemas[name];
      if (found === undefined || Object.hasOwn(named, name) || Object.keys(named).length >= NAMED_MAX) continue;
      const length = JSON.stringify(found).length;
      if (characters + length > CHARACTERS_MAX) continue;
      characters += length;
      named[name] = found;
      next.push(found);
    }
    level = next;
  }
  const whole = Object.keys(named).length === 0 ? schema : { ...schema, $defs: named };
  const copy = cut(whole, named);
  return isJsonObject(copy) ? copy : {};
}

function namesIn(schema: Json): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const reference = isJsonObject(schema) ? schema["$ref"] : undefined;
  const own = typeof reference === "string" ? [nameIn(reference)] : [];
  return [...own, ...Object.values(schema).flatMap(namesIn)];
}

/** A copy without references to what is left out. */
function cut(schema: Json, named: Readonly<Record<string, JsonObject>>): Json {
  if (Array.isArray(schema)) return schema.map((each: Json) => cut(each, named));
  if (!isJsonObject(schema)) return schema;
  const reference = schema["$ref"];
  const isCut = typeof reference === "string" && !Object.hasOwn(named, nameIn(reference));
  const entries = Object.entries(schema).filter(([word]) => !(isCut && word === "$ref"));
  return Object.fromEntries(entries.map(([word, each]) => [word, cut(each, named)]));
}
