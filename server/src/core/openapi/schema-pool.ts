import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { listAt, oneLine, pointedAt, shown, UnusableError } from "./references.ts";

const DEPTH_MAX = 60;
/** Schemas of one document, those within others counted. */
const NODES_MAX = 1_000_000;
const POOLED_MAX = 20_000;
const ENUM_MAX = 2_000;
const PATTERN_CHARACTERS_MAX = 500;
const EXAMPLE_CHARACTERS_MAX = 500;

const TYPES: ReadonlySet<Json> = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);
const COUNTS = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"] as const;
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] as const;
const FLAGS = ["uniqueItems", "readOnly", "writeOnly", "deprecated"] as const;
const ONE = ["not", "contains", "propertyNames"] as const;
const SEVERAL = ["allOf", "anyOf", "oneOf", "prefixItems"] as const;
const NAMED = ["properties", "patternProperties"] as const;

/**
 * The schemas of a document as a declaration has them: the dialect of OpenAPI 3.0 turned into JSON Schema 2020-12, words
 * that nobody reads left out, each reference replaced by a name in `schemas`. What is referred to is read once, however
 * often and in whatever circle.
 */
export class SchemaPool {
  readonly #schemas: Record<string, JsonObject> = Object.create(null);
  /** By name: why that schema can't be used. */
  readonly #faults = new Map<string, string>();
  readonly #document: Json;
  /** Version 3.0: `nullable`, exclusive limits as flags, nothing beside a reference. */
  readonly #old: boolean;
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #waiting: string[] = [];
  #nodes = 0;

  constructor(document: Json, old: boolean) {
    this.#document = document;
    this.#old = old;
  }

  /** How many schemas it has read: the measure of its work. */
  get work(): number {
    return this.#nodes;
  }

  /** A schema that stands in the document. Throws `UnusableError`. */
  read(given: Json | undefined): JsonObject {
    const schema = this.#schema(given ?? {}, 0);
    for (let reference = this.#waiting.pop(); reference !== undefined; reference = this.#waiting.pop())
      this.#readPooled(reference);
    return schema;
  }

  /** Why the schema can't be used: the first fault that can be reached from it; null when there is none. */
  faultOf(schema: JsonObject): string | null {
    if (this.#faults.size === 0) return null;
    const name = Object.keys(this.reachedFrom([schema])).find((each) => this.#faults.has(each));
    return name === undefined ? null : (this.#faults.get(name) ?? null);
  }

  /** The named schemas that those given refer to, and those in turn. */
  reachedFrom(schemas: readonly JsonObject[]): Readonly<Record<string, JsonObject>> {
    const reached: Record<string, JsonObject> = Object.create(null);
    const waiting: Json[] = [...schemas];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (typeof at !== "object" || at === null) continue;
      const reference = isJsonObject(at) ? at["$ref"] : undefined;
      const name = typeof reference === "string" ? nameIn(reference) : "";
      const pooled = this.#schemas[name];
      if (pooled !== undefined && reached[name] === undefined) {
        reached[name] = pooled;
        waiting.push(pooled);
      }
      for (const each of Object.values(at)) if (typeof each === "object") waiting.push(each);
    }
    return reached;
  }

  #readPooled(reference: string): void {
    const name = this.#names.get(reference) ?? "";
    try {
      this.#schemas[name] = this.#schema(pointedAt(this.#document, reference), 0);
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      this.#faults.set(name, error.message);
      this.#schemas[name] = {};
    }
  }

  #pooled(reference: string): string {
    const known = this.#names.get(reference);
    if (known !== undefined) return known;
    if (this.#names.size >= POOLED_MAX) throw new UnusableError(`the document has more than ${POOLED_MAX} schemas`);
    if (!reference.startsWith("#")) throw new UnusableError(`it refers to another document: ${shown(reference)}`);
    const last = reference.split("/").at(-1)?.replaceAll(/\W+/g, "_").slice(0, 60) || "schema";
    let name = last;
    for (let number = 2; this.#taken.has(name); number++) name = `${last}_${number}`;
    this.#taken.add(name);
    this.#names.set(reference, name);
    this.#waiting.push(reference);
    return name;
  }

  #schema(given: Json, depth: number): JsonObject {
    if (++this.#nodes > NODES_MAX) throw new UnusableError(`the document's schemas have more than ${NODES_MAX} parts`);
    if (depth > DEPTH_MAX) throw new UnusableError(`a schema is nested more than ${DEPTH_MAX} deep`);
    if (given === true) return {};
    if (given === false) return { not: {} };
    if (!isJsonObject(given)) throw new UnusableError("a schema is no object");
    for (const word of ["$id", "$dynamicRef", "$recursiveRef"])
      if (typeof given[word] === "string") throw new UnusableError(`a schema uses ${word}, which is not read`);
    const reference = given["$ref"];
    if (typeof reference !== "string") return this.#nullable(given, this.#words(given, depth));
    const pointed = { $ref: `#/$defs/${this.#pooled(reference)}` };
    if (!this.#old) return { ...this.#words(given, depth), ...pointed };
    const description = given["description"];
    return typeof description === "string" ? { ...pointed, description: oneLine(description) } : pointed;
  }

  #words(given: JsonObject, depth: number): JsonObject {
    const inner = (value: Json): JsonObject => this.#schema(value, depth + 1);
    const words: Record<string, Json> = { ...plainWords(given), ...this.#limits(given) };
    for (const word of ONE) if (isSchema(given[word])) words[word] = inner(given[word] ?? {});
    for (const word of SEVERAL) if (listAt(given, word).length > 0) words[word] = listAt(given, word).map(inner);
    for (const word of NAMED) {
      const named = given[word];
      if (isJsonObject(named))
        words[word] = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, inner(value)]));
    }
    const { items, additionalProperties: more } = given;
    if (Array.isArray(items)) words["prefixItems"] = items.map(inner);
    else if (isSchema(items)) words["items"] = inner(items ?? {});
    if (typeof more === "boolean") words["additionalProperties"] = more;
    else if (isJsonObject(more)) words["additionalProperties"] = inner(more);
    return words;
  }

  #limits(given: JsonObject): JsonObject {
    const words: Record<string, Json> = {};
    for (const word of COUNTS) if (isCount(given[word])) words[word] = given[word] ?? 0;
    for (const word of NUMBERS) if (typeof given[word] === "number") words[word] = given[word];
    if (given["multipleOf"] === 0) delete words["multipleOf"];
    if (given["exclusiveMinimum"] === true) move(words, "minimum", "exclusiveMinimum");
    if (given["exclusiveMaximum"] === true) move(words, "maximum", "exclusiveMaximum");
    return words;
  }

  /** Documents of 3.1 say it by the type; many keep writing `nullable` there. */
  #nullable(given: JsonObject, words: JsonObject): JsonObject {
    if (given["nullable"] !== true) return words;
    const { type, enum: values } = words;
    const withNull = Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {};
    if (typeof type === "string") return { ...words, ...withNull, type: [type, "null"] };
    if (Array.isArray(type)) return { ...words, ...withNull, type: [...new Set([...type, "null"])] };
    if (Object.keys(words).every((word) => word === "description")) return words;
    return { anyOf: [words, { type: "null" }] };
  }
}

/** The name of `#/$defs/name`. */
export function nameIn(reference: string): string {
  return reference.slice("#/$defs/".length);
}

function plainWords(given: JsonObject): Record<string, Json> {
  const words: Record<string, Json> = {};
  const { type, enum: values, const: only, format, pattern, required, description } = given;
  const types = (Array.isArray(type) ? type : [type ?? null]).filter((each) => TYPES.has(each));
  if (type !== undefined && types.length > 0) words["type"] = types.length === 1 ? (types[0] ?? null) : types;
  if (Array.isArray(values) && values.length > 0 && values.length <= ENUM_MAX) words["enum"] = values;
  if (only !== undefined) words["const"] = only;
  if (typeof format === "string" && /^[\w.:-]{1,60}$/.test(format)) words["format"] = format;
  if (typeof pattern === "string" && pattern.length <= PATTERN_CHARACTERS_MAX) words["pattern"] = pattern;
  if (Array.isArray(required)) words["required"] = required.filter((each) => typeof each === "string");
  if (typeof description === "string" && description !== "") words["description"] = oneLine(description);
  for (const word of FLAGS) if (given[word] === true) words[word] = true;
  if (isSmall(given["default"])) words["default"] = given["default"] ?? null;
  const example = given["example"] ?? listAt(given, "examples")[0];
  if (isSmall(example)) words["examples"] = [example ?? null];
  return words;
}

function isSchema(value: Json | undefined): boolean {
  return typeof value === "boolean" || isJsonObject(value);
}

function isCount(value: Json | undefined): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isSmall(value: Json | undefined): boolean {
  return value !== undefined && JSON.stringify(value).length <= EXAMPLE_CHARACTERS_MAX;
}

function move(words: Record<string, Json>, from: string, to: string): void {
  const value = words[from];
  if (value === undefined) return;
  words[to] = value;
  delete words[from];
}
