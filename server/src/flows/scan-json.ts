import { fieldPath } from "../core/field-path.ts";
import { unreachable } from "../core/invariant.ts";

/** The first thing that is wrong with a JSON text. */
export interface JsonFault {
  /** Characters from the start of the text. */
  readonly offset: number;
  readonly field: string;
  readonly message: string;
}

/** Called for each field and list item, with where its name or, in a list, its value begins. */
export type VisitField = (field: string, offset: number, name: string | null) => void;

interface Level {
  readonly field: string;
  /** The names seen so far in an object, null in a list. */
  readonly names: Set<string> | null;
  index: number;
  /** The field or item that is being read. */
  current: string;
}

type Expected = "value" | "value or ]" | "name" | "name or }" | ":" | ", or }" | ", or ]" | "nothing more";

const BLANK = /[ \t\n\r]*/y;
const TOKEN =
  // oxlint-disable-next-line no-control-regex -- JSON forbids control characters in strings
  /[{}[\]:,]|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Reads a JSON text (RFC 8259) for its positions: says where each field is, and what is wrong, which
 * `JSON.parse` doesn't reliably; a name given twice is wrong too. Linear, without recursion; for
 * texts that something is wrong with, as it is slower than `JSON.parse`.
 */
export function scanJson(text: string, visit: VisitField = () => undefined): JsonFault | null {
  const levels: Level[] = [];
  let expected: Expected = "value";
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    const level = levels.at(-1);
    const fault = (message: string): JsonFault => ({ offset: at, field: level?.current ?? "", message });
    if (token === undefined)
      return fault(
        text[at] === '"'
          ? "this text is not closed, or holds a line end or an escape that JSON doesn't have"
          : expectation(expected),
      );
    const next = step(token, expected, level);
    if (next === null) return fault(expectation(expected));
    if (level?.names && next === ":") {
      const name: string = JSON.parse(token);
      level.current = fieldPath(level.field === "" ? [name] : [level.field, name]);
      if (level.names.has(name)) return fault(`the field "${name}" is given twice here: keep one`);
      level.names.add(name);
      visit(level.current, at, name);
    } else if (token !== "]" && token !== "}" && level && level.names === null && expected.startsWith("value")) {
      level.current = `${level.field}[${level.index++}]`;
      visit(level.current, at, null);
    }
    if (token === "{" || token === "[")
      levels.push({
        field: level?.current ?? "",
        names: token === "{" ? new Set() : null,
        index: 0,
        current: level?.current ?? "",
      });
    else if (token === "}" || token === "]") levels.pop();
    expected = next === "end" ? afterValue(levels.at(-1)) : next;
  }
  return expected === "nothing more"
    ? null
    : {
        offset: text.length,
        field: levels.at(-1)?.current ?? "",
        message: `the text ends too early: ${expectation(expected)}`,
      };
}

function skipBlank(text: string, from: number): number {
  BLANK.lastIndex = from;
  BLANK.test(text);
  return BLANK.lastIndex;
}

/** What may follow a token, `end` when it ends a value, null when the token is not expected here. */
function step(token: string, expected: Expected, level: Level | undefined): Expected | "end" | null {
  switch (expected) {
    case "value or ]":
      if (token === "]") return "end";
      return beginValue(token);
    case "value":
      return beginValue(token);
    case "name or }":
      if (token === "}") return "end";
      return token.startsWith('"') ? ":" : null;
    case "name":
      return token.startsWith('"') ? ":" : null;
    case ":":
      return token === ":" ? "value" : null;
    case ", or }":
    case ", or ]":
      if (token === ",") return level?.names ? "name" : "value";
      return token === expected.at(-1) ? "end" : null;
    case "nothing more":
      return null;
    default:
      return unreachable(expected);
  }
}

function beginValue(token: string): Expected | "end" | null {
  if (token === "{") return "name or }";
  if (token === "[") return "value or ]";
  return /^[}\]:,]/.test(token) ? null : "end";
}

function afterValue(level: Level | undefined): Expected {
  if (!level) return "nothing more";
  return level.names ? ", or }" : ", or ]";
}

function expectation(expected: Expected): string {
  return `here JSON has ${expected.replace("name", "a field name in double quotes").replace("value", "a value")}`;
}
