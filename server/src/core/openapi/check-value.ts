/** A value against a schema of a declaration (`schema-pool.ts`), within limits of its own. */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { listAt, objectAt } from "./references.ts";
import { tryPattern } from "./safe-pattern.ts";
import { nameIn } from "./schema-pool.ts";

export interface ValueProblem {
  readonly path: readonly (string | number)[];
  /** What the field takes, as `issueText` says it. */
  readonly message: string;
}

const PROBLEMS_MAX = 20;
const CHECKS_MAX = 250_000;
/** Listed values looked through for the price of one comparison. */
const VALUES_A_CHECK = 64;
/** Steps of a pattern's trial for the same. */
const STEPS_A_CHECK = 1_000;
const DEPTH_MAX = 400;

/**
 * What of a value doesn't fit; empty when all does. Beyond 250,000 comparisons it doesn't fit. Kinder than JSON Schema
 * where documents are known to promise more than they mean: of `oneOf` one at least must fit, formats are no rules, what
 * the provider fills in (`readOnly`) is required of nobody, and patterns are tried only where that is safe. Whatever
 * passes wrongly, the provider refuses.
 */
export function checkValue(
  schema: JsonObject,
  value: Json,
  schemas: Readonly<Record<string, JsonObject>>,
): readonly ValueProblem[] {
  const check = new Check(schemas);
  check.against(schema, value, { path: [], depth: 0, names: NONE, found: check.found });
  return check.exhausted ? [{ path: [], message: "it is too large to be checked" }] : check.found;
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly depth: number;
  /** Of schemas followed to this same value: one that comes again says nothing new, and would come for ever. */
  readonly names: ReadonlySet<string>;
  /** Where problems go. */
  readonly found: ValueProblem[];
}

const NONE: ReadonlySet<string> = new Set();

type Word = (schema: JsonObject, value: Json, place: Place) => void;

class Check {
  readonly found: ValueProblem[] = [];
  exhausted = false;
  readonly #schemas: Readonly<Record<string, JsonObject>>;
  readonly #words: readonly Word[];
  #left = CHECKS_MAX;

  constructor(schemas: Readonly<Record<string, JsonObject>>) {
    this.#schemas = schemas;
    this.#words = [
      checkType,
      checkValues,
      (schema, value, place) => this.#text(schema, value, place),
      checkNumber,
      (schema, value, place) => this.#list(schema, value, place),
      (schema, value, place) => this.#object(schema, value, place),
      (schema, value, place) => this.#alternatives(schema, value, place),
    ];
  }

  against(schema: JsonObject, value: Json, { path, depth, names, found }: Place): void {
    this.#left -= 1 + Math.floor(listAt(schema, "enum").length / VALUES_A_CHECK);
    if (this.#left < 0 || depth > DEPTH_MAX) this.exhausted = true;
    if (this.exhausted || found.length >= PROBLEMS_MAX) return;
    const place: Place = { path, depth: depth + 1, names, found };
    const reference = schema["$ref"];
    if (typeof reference === "string") this.#named(nameIn(reference), value, place);
    for (const word of this.#words) word(schema, value, place);
  }

  #named(name: string, value: Json, place: Place): void {
    const schema = this.#schemas[name];
    if (schema === undefined || place.names.has(name)) return;
    this.against(schema, value, { ...place, names: new Set(place.names).add(name) });
  }

  #fits(schema: JsonObject, value: Json, place: Place): boolean {
    const found: ValueProblem[] = [];
    this.against(schema, value, { ...place, found });
    return found.length === 0;
  }

  #alternatives(schema: JsonObject, value: Json, place: Place): void {
    for (const each of schemasAt(schema, "allOf")) this.against(each, value, place);
    for (const word of ["anyOf", "oneOf"]) {
      const several = schemasAt(schema, word);
      if (several.length === 0 || several.some((each) => this.#fits(each, value, place))) continue;
      const [only] = several;
      if (several.length === 1 && only) this.against(only, value, place);
      else say(place, `it fits none of the ${several.length} forms that this field takes`);
    }
    const not = schema["not"];
    if (!isJsonObject(not) || !this.#fits(not, value, place)) return;
    say(place, Object.keys(not).length === 0 ? "this field takes no value" : "it is what this field does not take");
  }

  #text({ minLength, maxLength, pattern }: JsonObject, value: Json, place: Place): void {
    if (typeof value !== "string") return;
    if (typeof minLength === "number" && value.length < minLength * 2 && lengthOf(value) < minLength)
      say(place, `at least ${counted(minLength, "character")}`);
    if (typeof maxLength === "number" && value.length > maxLength && lengthOf(value) > maxLength)
      say(place, `at most ${counted(maxLength, "character")}`);
    if (typeof pattern === "string" && this.#pattern(pattern, value) === false)
      say(place, "it is not written in the form this field takes");
  }

  #pattern(pattern: string, text: string): boolean | null {
    const { fits, steps } = tryPattern(pattern, text);
    this.#left -= Math.floor(steps / STEPS_A_CHECK);
    return fits;
  }

  #list(schema: JsonObject, value: Json, place: Place): void {
    if (!Array.isArray(value)) return;
    const { items, minItems, maxItems, contains } = schema;
    if (typeof minItems === "number" && value.length < minItems) say(place, `at least ${counted(minItems, "item")}`);
    if (typeof maxItems === "number" && value.length > maxItems) say(place, `at most ${counted(maxItems, "item")}`);
    const first = schemasAt(schema, "prefixItems");
    for (const [at, member] of value.entries()) {
      const each = first[at] ?? (isJsonObject(items) ? items : null);
      if (each) this.against(each, member, within(place, at));
    }
    if (schema["uniqueItems"] === true && new Set(value.map(canonicalJson)).size < value.length)
      say(place, "no item twice");
    if (isJsonObject(contains) && !value.some((member: Json) => this.#fits(contains, member, within(place, "*"))))
      say(place, "one of its items has to be of another form");
  }

  #object(schema: JsonObject, value: Json, place: Place): void {
    if (!isJsonObject(value)) return;
    const names = Object.keys(value);
    const { minProperties, maxProperties, propertyNames } = schema;
    if (typeof minProperties === "number" && names.length < minProperties)
      say(place, `at least ${counted(minProperties, "field")}`);
    if (typeof maxProperties === "number" && names.length > maxProperties)
      say(place, `at most ${counted(maxProperties, "field")}`);
    for (const name of names) {
      this.#field(schema, name, value[name] ?? null, within(place, name));
      if (isJsonObject(propertyNames)) this.against(propertyNames, name, within(place, name));
    }
    this.#required(schema, value, place);
  }

  #field(schema: JsonObject, name: string, value: Json, place: Place): void {
    const known = own(objectAt(schema, "properties"), name);
    if (isJsonObject(known)) this.against(known, value, place);
    let isKnown = known !== undefined;
    for (const [pattern, each] of Object.entries(objectAt(schema, "patternProperties"))) {
      const fits = this.#pattern(pattern, name);
      isKnown ||= fits !== false;
      if (fits === true && isJsonObject(each)) this.against(each, value, place);
    }
    const more = schema["additionalProperties"];
    if (isKnown || more === undefined || more === true) return;
    if (isJsonObject(more)) this.against(more, value, place);
    else say(place, "there is no field by that name here");
  }

  #required(schema: JsonObject, value: JsonObject, place: Place): void {
    const properties = objectAt(schema, "properties");
    for (const name of listAt(schema, "required")) {
      if (typeof name !== "string" || Object.hasOwn(value, name)) continue;
      const property = own(properties, name);
      if (isJsonObject(property) && this.#isReadOnly(property)) continue;
      say(within(place, name), "this field is missing");
    }
  }

  #isReadOnly(schema: JsonObject): boolean {
    const reference = schema["$ref"];
    const named = typeof reference === "string" ? this.#schemas[nameIn(reference)] : undefined;
    return schema["readOnly"] === true || named?.["readOnly"] === true;
  }
}

const TYPES: Readonly<Record<string, { readonly words: string; readonly is: (value: Json) => boolean }>> = {
  string: { words: "text", is: (value) => typeof value === "string" },
  number: { words: "a number", is: (value) => typeof value === "number" },
  integer: { words: "a whole number", is: (value) => Number.isInteger(value) },
  boolean: { words: "true or false", is: (value) => typeof value === "boolean" },
  array: { words: "a list", is: (value) => Array.isArray(value) },
  object: { words: "an object", is: (value) => isJsonObject(value) },
  null: { words: "null", is: (value) => value === null },
};

function checkType(schema: JsonObject, value: Json, place: Place): void {
  const { type } = schema;
  const wanted = (Array.isArray(type) ? type : [type]).flatMap((each) =>
    typeof each === "string" ? (TYPES[each] ?? []) : [],
  );
  if (wanted.length === 0 || wanted.some(({ is }) => is(value))) return;
  say(place, `expected ${wanted.map(({ words }) => words).join(" or ")}`);
}

const VALUES_SHOWN = 20;

function checkValues(schema: JsonObject, value: Json, place: Place): void {
  const values = schema["const"] === undefined ? listAt(schema, "enum") : [schema["const"]];
  if (values.length === 0 || values.some((each) => same(each, value))) return;
  const shown = values.slice(0, VALUES_SHOWN).map((each) => (typeof each === "string" ? each : canonicalJson(each)));
  say(place, `use one of ${shown.join(", ")}${values.length > VALUES_SHOWN ? ", …" : ""}`);
}

function checkNumber(schema: JsonObject, value: Json, place: Place): void {
  if (typeof value !== "number") return;
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf: step } = schema;
  if (typeof minimum === "number" && value < minimum) say(place, `at least ${minimum}`);
  if (typeof maximum === "number" && value > maximum) say(place, `at most ${maximum}`);
  if (typeof above === "number" && value <= above) say(place, `more than ${above}`);
  if (typeof below === "number" && value >= below) say(place, `less than ${below}`);
  if (typeof step !== "number" || step <= 0) return;
  const times = value / step;
  // What decimal fractions lose as binary ones is no fault of the value's.
  if (Math.abs(times - Math.round(times)) > 1e-9 * Math.max(1, Math.abs(times))) say(place, `a multiple of ${step}`);
}

function say({ path, found }: Place, message: string): void {
  found.push({ path, message });
}

function within({ path, depth, found }: Place, step: string | number): Place {
  return { path: [...path, step], depth, names: NONE, found };
}

function schemasAt(schema: JsonObject, word: string): readonly JsonObject[] {
  return listAt(schema, word).filter(isJsonObject);
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function same(one: Json, other: Json): boolean {
  return one === other || (typeof one === "object" && one !== null && canonicalJson(one) === canonicalJson(other));
}

/** In characters as people count them, surrogates as one. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
