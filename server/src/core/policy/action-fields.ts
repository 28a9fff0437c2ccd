/** Which fields an action's input has, from its JSON Schema: what conditions may be written on. */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** `any`: whatever the schema lets through there. */
export type FieldKind = "text" | "number" | "boolean" | "object" | "any";

/** By path, as conditions name them: lists are looked through. A path that ends in `.*` stands for whatever lies below. */
export type ActionFields = ReadonlyMap<string, ReadonlySet<FieldKind>>;

const DEPTH_MAX = 6;
const FIELDS_MAX = 2000;
/** Schemas looked at; alternatives multiply. */
const VISITS_MAX = 20_000;

/**
 * The fields of a JSON Schema (`z.toJSONSchema` of a connector's, or an imported one): properties, members of lists and
 * all alternatives; references within the document are followed. Whatever is beyond the limits is left out, so that a
 * condition on it is refused.
 */
export function fieldsOfSchema(schema: Json): ActionFields {
  const fields = new Map<string, Set<FieldKind>>();
  let left = VISITS_MAX;
  const note = (path: readonly string[], kind: FieldKind): void => {
    if (path.length === 0) return;
    const key = path.join(".");
    const kinds = fields.get(key);
    if (kinds) kinds.add(kind);
    else if (fields.size < FIELDS_MAX) fields.set(key, new Set([kind]));
  };
  const visit = (at: Json | undefined, path: readonly string[], followed: number): void => {
    if (left-- <= 0 || at === false || at === undefined) return;
    if (!isJsonObject(at)) {
      if (at === true) note(path, "any");
      return;
    }
    if (typeof at["$ref"] === "string") {
      if (followed < DEPTH_MAX) visit(pointed(schema, at["$ref"]), path, followed + 1);
      return;
    }
    const branches = ["anyOf", "oneOf", "allOf"].flatMap((name) => listAt(at, name));
    for (const branch of branches) visit(branch, path, followed);
    for (const kind of kindsOf(at, branches.length > 0)) note(path, kind);
    for (const members of [...listAt(at, "prefixItems"), at["items"]]) visit(members, path, followed);
    if (path.length >= DEPTH_MAX) return;
    for (const [name, field] of Object.entries(objectAt(at, "properties"))) visit(field, [...path, name], followed);
    const open = at["additionalProperties"];
    if (open === true || isJsonObject(open)) visit(open, [...path, "*"], followed);
  };
  visit(schema, [], 0);
  return fields;
}

/** What a condition on `field` can meet there; null when the action has no such field. */
export function kindsAt(fields: ActionFields, field: string): ReadonlySet<FieldKind> | null {
  const exact = fields.get(field);
  if (exact) return exact;
  const parts = field.split(".");
  for (let length = parts.length - 1; length >= 0; length--) {
    const above = parts.slice(0, length);
    if (length > 0 && fields.get(above.join("."))?.has("any")) return ANY;
    const below = fields.get([...above, "*"].join("."));
    if (below !== undefined) return length === parts.length - 1 ? below : below.has("any") ? ANY : null;
  }
  return null;
}

const ANY: ReadonlySet<FieldKind> = new Set(["any"]);

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: "text",
  number: "number",
  integer: "number",
  boolean: "boolean",
  object: "object",
};

/** A list is its members, null is nothing at all. */
function kindsOf(schema: JsonObject, hasBranches: boolean): readonly FieldKind[] {
  const written = schema["type"];
  const types = typeof written === "string" ? [written] : Array.isArray(written) ? written : [];
  if (types.length > 0) return types.flatMap((type) => (typeof type === "string" ? (KINDS[type] ?? []) : []));
  const values = "const" in schema ? [schema["const"]!] : listAt(schema, "enum");
  if (values.length > 0) return values.flatMap((value) => (value === null ? [] : (KINDS[typeof value] ?? [])));
  return hasBranches || "properties" in schema || "items" in schema ? [] : ["any"];
}

/** Within the document only: `#/$defs/name`, `#/components/schemas/name`. */
function pointed(document: Json, reference: string): Json | undefined {
  if (reference === "#") return document;
  if (!reference.startsWith("#/")) return undefined;
  let at: Json | undefined = document;
  for (const part of reference.slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}

function listAt(schema: JsonObject, name: string): readonly Json[] {
  const list = schema[name];
  return Array.isArray(list) ? list : [];
}

function objectAt(schema: JsonObject, name: string): JsonObject {
  const object = schema[name];
  return isJsonObject(object) ? object : {};
}
