import type { z } from "zod";

/** How a schema's own words begin; what a field's author wrote in their place is told as it stands. */
const SCHEMAS_OWN = /^(?:Invalid |Too (?:big|small): |Unrecognized )/;

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "text",
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "a time as ISO 8601 has it, such as 2026-11-21T02:30:00",
  url: "an absolute URL",
};

type Issue = z.core.$ZodIssue;
type Describe<C extends Issue["code"]> = (issue: Extract<Issue, { readonly code: C }>) => string;

const ALTERNATIVES = "this value has none of the forms the field takes";
const WORDS: { readonly [C in Issue["code"]]?: Describe<C> } = {
  invalid_type: ({ expected, message }) => typeText(expected, /received (\w+)$/.exec(message)?.[1] ?? null),
  invalid_value: ({ values }) => (values.length === 1 ? `it is ${shown(values[0])}` : oneOf(values)),
  too_big: ({ maximum, origin, inclusive }) => `at most ${boundText(maximum, origin, inclusive)}`,
  too_small: ({ minimum, origin, inclusive }) => `at least ${boundText(minimum, origin, inclusive)}`,
  invalid_format: ({ format, path }) => formatText(format, path),
  invalid_union: (issue) => ("options" in issue && Array.isArray(issue.options) ? oneOf(issue.options) : ALTERNATIVES),
};

/** What a schema found wrong with one value, as a person reads it: what the field takes. */
export function issueText(issue: Issue): string {
  if (!SCHEMAS_OWN.test(issue.message)) return issue.message;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each entry describes the issues of its own code
  const describe = WORDS[issue.code] as ((issue: Issue) => string) | undefined;
  return describe?.(issue) ?? issue.message.replace(/^Invalid input: /, "");
}

function oneOf(values: readonly unknown[]): string {
  return `use one of ${values.map(shown).join(", ")}`;
}

function boundText(bound: number | bigint, origin: string, inclusive: boolean | undefined): string {
  return `${bound}${unitOf(origin, bound)}${inclusive === false ? ", and not that itself" : ""}`;
}

function typeText(expected: string, received: string | null): string {
  const wanted = TYPES[expected] ?? expected;
  if (received === "undefined") return `this field is missing (expected ${wanted})`;
  if (received === null || (expected === "int" && received === "number")) return `expected ${wanted}`;
  return `expected ${wanted}, not ${TYPES[received] ?? received}`;
}

function unitOf(origin: string, count: number | bigint): string {
  const unit = origin === "string" ? "character" : origin === "array" || origin === "set" ? "item" : null;
  return unit === null ? "" : ` ${unit}${Number(count) === 1 ? "" : "s"}`;
}

function formatText(format: string, path: readonly PropertyKey[]): string {
  if (path.at(-2) === "private") return "write input or output and the names below it, with dots: output.token";
  const form = FORMATS[format];
  return form === undefined ? "it is not written in the form this field takes" : `give ${form}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
