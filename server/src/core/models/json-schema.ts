/**
 * Whether a value fits a JSON Schema, as far as schemas for models' answers go. Nothing of a schema is ever compiled or
 * matched with backtracking: words that would need it (`pattern`) are refused, like every word that is not known here.
 */
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../json.ts";

export interface SchemaProblem {
  /** Where in the schema: `properties.total`, empty for the whole. */
  readonly at: string;
  readonly message: string;
}

const SCHEMA_CHARACTERS_MAX = 65_536;
const DEPTH_MAX = 32;
const PROBLEMS_MAX = 20;
/** Schemas looked at for one value. */
const VISITS_MAX = 200_000;
/** References followed without a step into the value. */
const REFERENCES_MAX = 16;

type Report = (message: string, below?: string | number) => void;
type Rule = (argument: Json, value: Json, report: Report) => void;

const TYPES = new Map<string, (value: Json) => boolean>(
  Object.entries({
    null: (value) => value === null,
    boolean: (value) => typeof value === "boolean",
    string: (value) => typeof value === "string",
    number: (value) => typeof value === "number",
    integer: (value) => Number.isInteger(value),
    array: (value) => Array.isArray(value),
    object: (value) => isJsonObject(value),
  } satisfies Record<string, (value: Json) => boolean>),
);

/** A bound on a number that a value has, where it has one. */
function bound(
  of: (value: Json) => number | null,
  holds: (count: number, limit: number) => boolean,
  words: string,
): Rule {
  return (limit, value, report) => {
    const count = of(value);
    if (count !== null && typeof limit === "number" && !holds(count, limit)) report(`must have ${words} ${limit}`);
  };
}

const ofNumber = (value: Json): number | null => (typeof value === "number" ? value : null);
const ofText = (value: Json): number | null => (typeof value === "string" ? Array.from(value).length : null);
const ofList = (value: Json): number | null => (Array.isArray(value) ? value.length : null);
const ofFields = (value: Json): number | null => (isJsonObject(value) ? Object.keys(value).length : null);
const atLeast = (count: number, limit: number): boolean => count >= limit;
const atMost = (count: number, limit: number): boolean => count <= limit;

/** Words whose argument is no schema. */
const RULES = new Map<string, Rule>(
  Object.entries({
    type(argument, value, report) {
      const types = Array.isArray(argument) ? argument : [argument];
      if (!types.some((type) => typeof type === "string" && TYPES.get(type)?.(value) === true)) {
        report(`must be ${types.join(" or ")}, and is ${nameOf(value)}`);
      }
    },
    enum(argument, value, report) {
      const texts = Array.isArray(argument) ? argument.map(canonicalJson) : [];
      if (!texts.includes(canonicalJson(value))) report(`must be one of ${texts.join(", ").slice(0, 500)}`);
    },
    const(argument, value, report) {
      if (canonicalJson(argument) !== canonicalJson(value)) report(`must be ${canonicalJson(argument).slice(0, 200)}`);
    },
    required(argument, value, report) {
      if (!isJsonObject(value) || !Array.isArray(argument)) return;
      for (const name of argument)
        if (typeof name === "string" && !Object.hasOwn(value, name)) report("is missing", name);
    },
    uniqueItems(argument, value, report) {
      if (argument !== true || !Array.isArray(value)) return;
      if (new Set(value.map(canonicalJson)).size !== value.length) report("must not hold the same twice");
    },
    multipleOf(argument, value, report) {
      if (typeof value !== "number" || typeof argument !== "number") return;
      const times = value / argument;
      if (Math.abs(times - Math.round(times)) > 1e-9) report(`must be a multiple of ${argument}`);
    },
    minimum: bound(ofNumber, atLeast, "a value of at least"),
    maximum: bound(ofNumber, atMost, "a value of at most"),
    exclusiveMinimum: bound(ofNumber, (count, limit) => count > limit, "a value above"),
    exclusiveMaximum: bound(ofNumber, (count, limit) => count < limit, "a value below"),
    minLength: bound(ofText, atLeast, "a length of at least"),
    maxLength: bound(ofText, atMost, "a length of at most"),
    minItems: bound(ofList, atLeast, "a number of members of at least"),
    maxItems: bound(ofList, atMost, "a number of members of at most"),
    minProperties: bound(ofFields, atLeast, "a number of fields of at least"),
    maxProperties: bound(ofFields, atMost, "a number of fields of at most"),
  } satisfies Record<string, Rule>),
);

/** Words that say nothing of a value; `format` is one by the standard's own default. */
const NOTES = new Set(
  "title description default examples deprecated readOnly writeOnly format $schema $id $comment".split(" "),
);
const NUMBERS = new Set([...RULES.keys()].filter((word) => /^(?:min|max|exclusive|multiple)/.test(word)));
/** Words whose argument is schemas, by how they are arranged. */
const SINGLE = new Set(["items", "additionalProperties"]);
const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const MAPS = new Set(["properties", "$defs", "definitions"]);

/** What keeps a schema from being used; empty when nothing does. */
export function checkSchema(schema: JsonObject): readonly SchemaProblem[] {
  if (JSON.stringify(schema).length > SCHEMA_CHARACTERS_MAX) {
    return [{ at: "", message: `the schema is longer than ${SCHEMA_CHARACTERS_MAX} characters` }];
  }
  const problems: SchemaProblem[] = [];
  const visit = (at: Json | undefined, path: readonly (string | number)[]): void => {
    const report = (message: string): void => {
      if (problems.length < PROBLEMS_MAX) problems.push({ at: path.join("."), message });
    };
    if (typeof at === "boolean") return;
    if (!isJsonObject(at)) return report("this is no schema: give an object, true or false");
    if (path.length > DEPTH_MAX * 2) return report(`schemas are nested more than ${DEPTH_MAX} deep`);
    for (const [word, argument] of Object.entries(at)) {
      for (const [below, sub] of schemasOf(word, argument)) visit(sub, [...path, word, ...below]);
      const message = wrongWord(schema, word, argument);
      if (message !== null) report(message);
    }
  };
  visit(schema, []);
  return problems;
}

/** The schema without the words that are not checked here: for one whose values are checked by something else as well. */
export function withoutUnchecked(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(
    ([word, argument]) => wrongWord(schema, word, argument) === null || word === "$ref",
  );
  return Object.fromEntries(
    kept.map(([word, argument]) => [word, NOTES.has(word) ? argument : inside(word, argument)]),
  );
}

const own = (one: Json): Json => (isJsonObject(one) ? withoutUnchecked(one) : one);

function inside(word: string, argument: Json): Json {
  if (SINGLE.has(word)) return own(argument);
  if (LISTS.has(word) && Array.isArray(argument)) return argument.map(own);
  if (MAPS.has(word) && isJsonObject(argument))
    return Object.fromEntries(Object.entries(argument).map(([name, one]) => [name, own(one)]));
  return argument;
}

/** The schemas within a word's argument, each with its place there. */
function schemasOf(word: string, argument: Json): readonly (readonly [readonly (string | number)[], Json])[] {
  if (SINGLE.has(word)) return [[[], argument]];
  if (LISTS.has(word) && Array.isArray(argument)) return argument.map((one: Json, at) => [[at], one]);
  if (MAPS.has(word) && isJsonObject(argument)) return Object.entries(argument).map(([name, one]) => [[name], one]);
  return [];
}

function wrongWord(schema: JsonObject, word: string, argument: Json): string | null {
  if (NOTES.has(word) || SINGLE.has(word)) return null;
  if (LISTS.has(word)) return Array.isArray(argument) && argument.length > 0 ? null : `${word} takes a list of schemas`;
  if (MAPS.has(word)) return isJsonObject(argument) ? null : `${word} takes schemas by name`;
  if (word === "$ref")
    return pointed(schema, argument) === undefined ? `there is no ${canonicalJson(argument)} in the schema` : null;
  if (NUMBERS.has(word))
    return typeof argument === "number" && (word !== "multipleOf" || argument > 0) ? null : `${word} takes a number`;
  switch (word) {
    case "type": {
      const types = Array.isArray(argument) ? argument : [argument];
      const known = types.length > 0 && types.every((type) => typeof type === "string" && TYPES.has(type));
      return known ? null : `type takes ${[...TYPES.keys()].join(", ")}`;
    }
    case "enum":
      return Array.isArray(argument) && argument.length > 0 ? null : "enum takes a list of values";
    case "required":
      return Array.isArray(argument) && argument.every((name) => typeof name === "string")
        ? null
        : "required takes names";
    case "uniqueItems":
      return typeof argument === "boolean" ? null : "uniqueItems takes true or false";
    case "const":
      return null;
    default:
      return `${word} is not checked here: leave it out, and check it in a later step`;
  }
}

/** What of a value does not fit, at most 20, each with its place: `lines[0].total must be number`. */
export function judgeValue(schema: JsonObject, value: Json): readonly string[] {
  const problems: string[] = [];
  let left = VISITS_MAX;
  const visit = (at: Json | undefined, here: Json, path: string, found: string[], followed: number): void => {
    const report: Report = (message, below) => {
      if (found.length < PROBLEMS_MAX) found.push(`${join(path, below) || "the answer"} ${message}`);
    };
    left -= 1;
    if (left === 0) problems.unshift("the answer is too large to be checked");
    if (left <= 0 || at === true || at === undefined) return;
    if (!isJsonObject(at)) return report("must not be there");
    const fits = (one: Json, into: string[] = []): boolean => {
      visit(one, here, path, into, followed);
      return into.length === 0;
    };
    for (const [word, argument] of Object.entries(at)) {
      RULES.get(word)?.(argument, here, report);
      if (word === "$ref") {
        if (followed >= REFERENCES_MAX) report("is described by itself alone");
        else visit(pointed(schema, argument), here, path, found, followed + 1);
      } else if (word === "allOf") for (const one of listOf(argument)) visit(one, here, path, found, followed);
      else if (word === "anyOf" || word === "oneOf") {
        const fitting = listOf(argument).filter((one) => fits(one)).length;
        if (fitting === 0) report(`has none of the ${listOf(argument).length} forms that it may have`);
        else if (word === "oneOf" && fitting > 1) report("has several forms of which it may have one");
      }
    }
    for (const [name, one, below] of parts(at, here)) visit(below, one, join(path, name), found, 0);
  };
  visit(schema, value, "", problems, 0);
  return problems.slice(0, PROBLEMS_MAX);
}

/** Fields and members of a value with the schema of each. */
function* parts(schema: JsonObject, value: Json): Generator<readonly [string | number, Json, Json | undefined]> {
  if (Array.isArray(value)) {
    const first = listOf(schema["prefixItems"] ?? null);
    for (const [at, member] of value.entries()) yield [at, member, first[at] ?? schema["items"]];
  } else if (isJsonObject(value)) {
    const named = isJsonObject(schema["properties"]) ? schema["properties"] : {};
    for (const [name, field] of Object.entries(value)) {
      yield [name, field, Object.hasOwn(named, name) ? named[name] : schema["additionalProperties"]];
    }
  }
}

function listOf(argument: Json): readonly Json[] {
  return Array.isArray(argument) ? argument : [];
}

function join(path: string, below: string | number | undefined): string {
  if (below === undefined) return path;
  if (typeof below === "number") return `${path}[${below}]`;
  return path === "" ? below : `${path}.${below}`;
}

function nameOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** Within the schema only: `#`, `#/$defs/line`. */
function pointed(schema: JsonObject, reference: Json): Json | undefined {
  if (reference === "#") return schema;
  if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
  let at: Json | undefined = schema;
  for (const part of reference.slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  return at;
}
