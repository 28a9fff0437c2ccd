/** What fields a JSON Schema has, as conditions and argument forms name them. Pure; the server has the last word. */

export type FieldKind = "text" | "number" | "boolean" | "any";
export interface SchemaField {
  /** `to`, `message.to`; a list is looked through. */
  readonly path: string;
  readonly kinds: ReadonlySet<FieldKind>;
}
export type JsonSchema = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 6;
const VISITS_MAX = 2000;
const KINDS: Readonly<Record<string, FieldKind>> = {
  string: "text",
  number: "number",
  integer: "number",
  boolean: "boolean",
};

/** Fields with a value of their own, in the schema's order; alternatives and members of lists are looked into. */
export function fieldsOfSchema(schema: JsonSchema): readonly SchemaField[] {
  const found = new Map<string, Set<FieldKind>>();
  let left = VISITS_MAX;
  const visit = (at: unknown, path: readonly string[]): void => {
    left -= 1;
    if (left < 0 || path.length > DEPTH_MAX || !isSchema(at)) return;
    for (const branch of branchesOf(at)) visit(branch, path);
    visit(at["items"], path);
    const kinds = kindsOf(at);
    const key = path.join(".");
    if (key !== "" && kinds.length > 0) found.set(key, new Set([...(found.get(key) ?? []), ...kinds]));
    for (const [name, field] of propertiesOf(at)) visit(field, [...path, name]);
  };
  visit(schema, []);
  return [...found].map(([path, kinds]) => ({ path, kinds }));
}

export function isSchema(at: unknown): at is JsonSchema {
  return typeof at === "object" && at !== null && !Array.isArray(at);
}

/** The fields right below a schema, with what each is. */
export function propertiesOf(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  const properties = schema["properties"];
  if (!isSchema(properties)) return [];
  return Object.entries(properties).flatMap(([name, field]) => (isSchema(field) ? [[name, field] as const] : []));
}

export function branchesOf(schema: JsonSchema): readonly JsonSchema[] {
  return ["anyOf", "oneOf", "allOf"].flatMap((name) => {
    const list = schema[name];
    return Array.isArray(list) ? list.filter(isSchema) : [];
  });
}

export function typesOf(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  const written =
    typeof type === "string" ? [type] : Array.isArray(type) ? type.filter((one) => typeof one === "string") : [];
  return written.length > 0 ? written : branchesOf(schema).flatMap(typesOf);
}

function kindsOf(schema: JsonSchema): readonly FieldKind[] {
  const { type } = schema;
  const types = Array.isArray(type) ? type : [type];
  const kinds = types.flatMap((one) => (typeof one === "string" ? (KINDS[one] ?? []) : []));
  if (kinds.length > 0) return kinds;
  const values = Array.isArray(schema["enum"]) ? schema["enum"] : "const" in schema ? [schema["const"]] : [];
  if (values.some((value) => typeof value === "string")) return ["text"];
  const plain =
    type === undefined && branchesOf(schema).length === 0 && !("properties" in schema) && !("items" in schema);
  return plain ? ["any"] : [];
}
