import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { checkValue } from "./check-value.ts";
import { listAt, objectAt } from "./references.ts";
import { nameIn } from "./schema-pool.ts";

const DEPTH_MAX = 8;
const FIELDS_MAX = 40;

/** A value that fits: the document's own examples where it has some, else the least that is required; null when none does. */
export function sampleOf(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>): Json {
  const sample = valueOf(schema, schemas, 0);
  return checkValue(schema, sample, schemas).length === 0 ? sample : null;
}

function valueOf(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>, depth: number): Json {
  const reference = schema["$ref"];
  const written = [...listAt(schema, "examples"), schema["default"], schema["const"], ...listAt(schema, "enum")];
  const fitting = written.find((each) => each !== undefined && checkValue(schema, each, schemas).length === 0);
  if (fitting !== undefined) return fitting;
  if (depth > DEPTH_MAX) return null;
  if (typeof reference === "string") return valueOf(schemas[nameIn(reference)] ?? {}, schemas, depth + 1);
  const [alternative] = [...listAt(schema, "anyOf"), ...listAt(schema, "oneOf")].filter(isJsonObject);
  const all = listAt(schema, "allOf").filter(isJsonObject);
  if (alternative !== undefined && schema["type"] === undefined) return valueOf(alternative, schemas, depth + 1);
  if (all.length > 0) {
    const parts = [...all.map((each) => valueOf(each, schemas, depth + 1)), ownFields(schema, schemas, depth)];
    return parts.every(isJsonObject) ? Object.assign({}, ...parts) : (parts[0] ?? null);
  }
  return ofType(schema, schemas, depth);
}

function ofType(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>, depth: number): Json {
  const { type } = schema;
  switch (Array.isArray(type) ? type[0] : type) {
    case "string":
      return textOf(schema);
    case "number":
    case "integer":
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
    case "boolean":
      return true;
    case "array":
      return schema["minItems"] === undefined ? [] : [valueOf(objectAt(schema, "items"), schemas, depth + 1)];
    case "null":
      return null;
    default:
      return ownFields(schema, schemas, depth);
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-11-21T12:00:00Z",
  date: "2026-11-21",
  uuid: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  uri: "https://example.com/",
  email: "ann@example.com",
};

function textOf({ format, minLength }: JsonObject): string {
  const text = (typeof format === "string" ? FORMATS[format] : undefined) ?? "text";
  return typeof minLength === "number" && minLength <= 200 ? text.padEnd(minLength, "x") : text;
}

function ownFields(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>, depth: number): JsonObject {
  const properties = objectAt(schema, "properties");
  const names = listAt(schema, "required")
    .filter((name) => typeof name === "string")
    .slice(0, FIELDS_MAX);
  return Object.fromEntries(
    names.flatMap((name): [string, Json][] => {
      const property = Object.hasOwn(properties, name) ? properties[name] : {};
      if (!isJsonObject(property) || property["readOnly"] === true) return [];
      return [[name, valueOf(property, schemas, depth + 1)]];
    }),
  );
}
