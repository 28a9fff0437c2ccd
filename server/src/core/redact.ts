import { atOnce, type Slices } from "./in-turns.ts";

/** What stands in place of a secret in anything that is stored, shown or logged. */
export const REDACTED = "[redacted]";

type Headers = readonly (readonly [string, string])[];

/** Words that make a header's name one that carries a credential, a session or a proof of one. */
const SECRET_WORDS = new Set(
  "access-key api-key apikey auth authorization authtoken cookie cookies cookie2 credential credentials jwt passwd password secret session sessionid sig signature signatures token tokens".split(
    " ",
  ),
);

/** Whether a header of this name carries a secret by its name alone: `authorization`, `set-cookie`, `x-api-key`, `x-hub-signature-256`, … */
export function isSecretHeader(name: string): boolean {
  const words = name.toLowerCase().split(/[-_.]/);
  return words.some((word, index) => SECRET_WORDS.has(word) || SECRET_WORDS.has(`${word}-${words[index + 1] ?? ""}`));
}

/** The headers with the value of every secret one, and of those named in `alsoSecret`, replaced; names and order stay. */
export function redactHeaders(headers: Headers, alsoSecret: readonly string[] = []): [string, string][] {
  const also = new Set(alsoSecret.map((name) => name.toLowerCase()));
  return headers.map(([name, value]) => [
    name,
    isSecretHeader(name) || also.has(name.toLowerCase()) ? REDACTED : value,
  ]);
}

/**
 * The text with every occurrence of every secret replaced: as it is, as a JSON string writes it, percent-encoded wholly or
 * partly, as hexadecimal, and as base64 or base64url, also within the base64 of a longer text (as in Basic authorization).
 * Empty secrets are ignored. Overlapping occurrences are replaced as one. Time grows with text × secrets.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  return createRedactor(secrets)(text);
}

/** As `redactText` for these secrets. To be kept for many texts: made in about 5 µs a secret, a short text takes 1 µs. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const redact = createSlicedRedactor(secrets);
  return (text) => atOnce(redact(text));
}

/** The same in slices of one form of a secret each, whose work is counted in characters read. */
export function createSlicedRedactor(secrets: readonly string[]): (text: string) => Slices<string> {
  const given = secrets.filter((secret) => secret !== "");
  const traces = tracesOf(given);
  let patterns: readonly RegExp[] | null = null;
  return function* redact(text) {
    if (!(yield* mayHold(text, traces))) return text;
    // Made for those texts alone that seem to hold one: expressions cost more than most texts.
    patterns ??= Array.from(new Set(given.flatMap(patternsOf)), (source) => new RegExp(source, "g"));
    const ranges: Range[] = [];
    for (const pattern of patterns) {
      for (const range of occurrences(text, pattern)) ranges.push(range);
      yield text.length;
    }
    return ranges.length === 0 ? text : replaceRanges(text, ranges);
  };
}

/** What a text has that holds a secret in one of its forms: one of these, at least. */
interface Traces {
  /** The secret itself, as JSON writes it, and the parts of its base64. */
  readonly literal: readonly string[];
  /** Of the hexadecimal digits, in lower case. */
  readonly hexadecimal: readonly string[];
  readonly shortest: number;
  /** A blank may stand as `+`, and nothing else of the form be encoded. */
  readonly blank: boolean;
}

function tracesOf(secrets: readonly string[]): Traces {
  const literal = new Set<string>();
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    literal.add(secret).add(JSON.stringify(secret).slice(1, -1));
    for (const { text } of base64Forms(bytes)) literal.add(text).add(urlSafe(text));
  }
  const hexadecimal = [...new Set(secrets.map((secret) => Buffer.from(secret).toString("hex")))];
  return {
    literal: [...literal],
    hexadecimal,
    shortest: Math.min(...[...literal, ...hexadecimal].map(({ length }) => length)),
    blank: secrets.some((secret) => secret.includes(" ")),
  };
}

/** False when no form of a secret is in the text, which is what most texts are looked through for. */
function* mayHold(text: string, { literal, hexadecimal, shortest, blank }: Traces): Slices<boolean> {
  if (text.length < shortest) return false;
  // Without these no character is percent-encoded, so that the secret itself is all that its pattern finds.
  if (text.includes("%") || (blank && text.includes("+"))) return true;
  yield text.length;
  for (const one of literal) {
    if (text.includes(one)) return true;
    yield text.length;
  }
  const lower = text.toLowerCase();
  for (const one of hexadecimal) {
    if (lower.includes(one)) return true;
    yield text.length;
  }
  return false;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A fragment of base64 shorter than this says too little about a secret and would strike ordinary words. */
const FRAGMENT_CHARACTERS_MIN = 6;

function patternsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const whole = [percentPattern(secret), hexPattern(bytes), escapePattern(JSON.stringify(secret).slice(1, -1))];
  return [...whole, ...base64Patterns(bytes)];
}

/** All occurrences, overlapping ones too. The patterns match without backtracking, one alternative at each character. */
function occurrences(text: string, pattern: RegExp): Range[] {
  const ranges: Range[] = [];
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    ranges.push({ start: match.index, end: match.index + match[0].length });
    pattern.lastIndex = match.index + 1;
  }
  return ranges;
}

function replaceRanges(text: string, ranges: Range[]): string {
  let result = "";
  let at = 0;
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    if (range.start >= at) result += text.slice(at, range.start) + REDACTED;
    at = Math.max(at, range.end);
  }
  return result + text.slice(at);
}

/** Each character as itself or percent-encoded in either case; a blank also as `+` (application/x-www-form-urlencoded). */
function percentPattern(secret: string): string {
  let pattern = "";
  for (const character of secret) {
    const encoded = Array.from(new TextEncoder().encode(character), (byte) => `%${hexByte(byte)}`).join("");
    pattern += `(?:${escapePattern(character)}|${encoded}${character === " " ? "|\\+" : ""})`;
  }
  return pattern;
}

function hexPattern(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join("");
}

/** The two digits of a byte, letters in either case. */
function hexByte(byte: number): string {
  return byte
    .toString(16)
    .padStart(2, "0")
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

function base64Patterns(bytes: Uint8Array): string[] {
  return base64Forms(bytes).flatMap(({ text, before, after }) =>
    [text, urlSafe(text)].map((one) => before + escapePattern(one) + after),
  );
}

/** A character that holds bits of the secret and of what stands beside it. */
const SHARED = String.raw`[\w+/-]?`;

/** The base64 of the bytes alone, and that of the bytes within others, with the character shared at either end struck too. */
function base64Forms(bytes: Uint8Array): { readonly text: string; readonly before: string; readonly after: string }[] {
  const forms = [{ text: base64(bytes).replaceAll("=", ""), before: "", after: "" }];
  for (let before = 0; before < 3; before += 1) {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    const text = base64(shifted).slice(Math.ceil((before * 8) / 6), Math.floor((shifted.length * 8) / 6));
    if (text.length < FRAGMENT_CHARACTERS_MIN) continue;
    const after = shifted.length % 3 === 0 ? "" : SHARED;
    forms.push({ text, before: before === 0 ? "" : SHARED, after });
  }
  return forms;
}

function urlSafe(text: string): string {
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
