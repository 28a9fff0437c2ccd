import { parseExpressionAt, type Expression, type Options } from "acorn";

/** The longest source of one expression; longer work belongs in a code step. */
const SOURCE_MAX = 10_000;

/** Texts and expressions in one field. */
const PIECES_MAX = 1000;

/** Parentheses are kept as nodes: without them, a node would end before its closing parenthesis. */
const OPTIONS: Options = { ecmaVersion: "latest", sourceType: "module", preserveParens: true };

/** An expression as it stands in a field: `source` begins with it, `base` is where that is in the field's text. */
export interface Found {
  readonly source: string;
  readonly base: number;
  readonly expression: Expression;
}

/** Pieces of a field's text in order: text as it is, and expressions. */
export type Piece = string | Found;

export type Parsed<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/**
 * Splits `Hello {{ trigger.body.name }}` into its pieces. Where an expression ends is decided by the
 * parser, so a text in it may contain `}}`; a literal `{{` is written `{{ "{{" }}`.
 */
export function parseText(text: string): Parsed<readonly Piece[]> {
  const pieces: Piece[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf("{{", at);
    const plain = text.slice(at, open < 0 ? text.length : open);
    if (plain !== "") pieces.push(plain);
    if (open < 0) return { ok: true, result: pieces };
    if (pieces.length >= PIECES_MAX) {
      return {
        ok: false,
        message: `a text has at most ${PIECES_MAX} pieces; split it over several fields`,
        offset: open,
      };
    }
    const parsed = parseFrom(text, open + 2);
    if (!parsed.ok) return parsed;
    const close = endOf(text, parsed.result);
    if (!text.startsWith("}}", close)) {
      return { ok: false, message: "the expression is not closed: }} is expected here", offset: close };
    }
    pieces.push(parsed.result);
    at = close + 2;
  }
}

/** One expression without braces around it. */
export function parseLone(text: string): Parsed<Found> {
  const parsed = parseFrom(text, 0);
  if (!parsed.ok) return parsed;
  const end = endOf(text, parsed.result);
  return end === text.length
    ? parsed
    : { ok: false, message: "the expression has ended here; remove what follows", offset: end };
}

/** The parser is given no more than an expression may have, whatever surrounds it. */
function parseFrom(text: string, base: number): Parsed<Found> {
  const source = text.slice(base, base + SOURCE_MAX);
  if (source.startsWith("}}", skipSpace(source, 0))) {
    return { ok: false, message: "the expression is empty", offset: base };
  }
  try {
    return { ok: true, result: { source, base, expression: parseExpressionAt(source, 0, OPTIONS) } };
  } catch (error) {
    const offset = Math.min(offsetOf(error), source.length);
    if (source.length === SOURCE_MAX && offset >= SOURCE_MAX - 2) {
      return {
        ok: false,
        message: `an expression has at most ${SOURCE_MAX} characters; use a code step`,
        offset: base,
      };
    }
    return { ok: false, message: messageOf(error), offset: base + offset };
  }
}

/** Where the text goes on after an expression and the space behind it. */
function endOf(text: string, found: Found): number {
  return skipSpace(text, found.base + found.expression.end);
}

function offsetOf(error: unknown): number {
  return error instanceof SyntaxError && "pos" in error && typeof error.pos === "number" ? error.pos : 0;
}

/** The parser's words without its line and column; a parser out of stack met an expression nested too deeply. */
function messageOf(error: unknown): string {
  if (error instanceof RangeError) return "the expression is nested too deeply; split it over several steps";
  if (!(error instanceof SyntaxError)) return "this is not an expression";
  const words = error.message.replace(/ \(\d+:\d+\)$/, "");
  return `this is not an expression: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

function skipSpace(source: string, start: number): number {
  let at = start;
  while (at < source.length && source[at]!.trim() === "") at++;
  return at;
}
