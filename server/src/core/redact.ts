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

/** As `redactText` for these secrets. To be kept for many texts: made in about 70 µs a secret, a short text takes 1 µs. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const redact = createSlicedRedactor(secrets);
  return (text) => atOnce(redact(text));
}

/** The same in slices of one form of a secret each, whose work is counted in characters read. */
export function createSlicedRedactor(secrets: readonly string[]): (text: string) => Slices<string> {
  const sources = new Set(secrets.filter((secret) => secret !== "").flatMap(patternsOf));
  const patterns = Array.from(sources, (source) => new RegExp(source, "g"));
  return function* redact(text) {
    const ranges: Range[] = [];
    for (const pattern of patterns) {
      for (const range of occurrences(text, pattern)) ranges.push(range);
      yield text.length;
    }
    return ranges.length === 0 ? text : replaceRanges(text, ranges);
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A fragment of base64 shorter than this says too little about a secret and would strike ordinary words. */
const FRAGMENT_CHARACTERS_MIN = 6;

function patternsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
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

/** The base64 of the bytes alone, and that of the bytes within others, with the character shared at either end struck too. */
function base64Patterns(bytes: Uint8Array): string[] {
  const patterns = bothAlphabets(base64(bytes).replaceAll("=", ""));
  for (let before = 0; before < 3; before += 1) {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    const fragment = base64(shifted).slice(Math.ceil((before * 8) / 6), Math.floor((shifted.length * 8) / 6));
    if (fragment.length < FRAGMENT_CHARACTERS_MIN) continue;
    const sharedBefore = before === 0 ? "" : String.raw`[\w+/-]?`;
    const sharedAfter = shifted.length % 3 === 0 ? "" : String.raw`[\w+/-]?`;
    patterns.push(...bothAlphabets(fragment).map((pattern) => sharedBefore + pattern + sharedAfter));
  }
  return patterns;
}

function bothAlphabets(text: string): string[] {
  return [escapePattern(text), escapePattern(text.replaceAll("+", "-").replaceAll("/", "_"))];
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
