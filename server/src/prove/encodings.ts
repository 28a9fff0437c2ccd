/** The forms in which a secret that has got out may stand somewhere. */
import { invariant } from "../core/invariant.ts";

const CORE_MIN = 24;

/**
 * Forms of the two halves of what no escape writes otherwise (JSON, URLs, HTML leave letters, digits, `-` and `_` as they
 * are): whoever holds either half holds the secret, and every encoding of a longer text that has it has one of these. Base64
 * begins at any of three places (RFC 4648, section 4).
 */
export function formsOf(secret: string): readonly string[] {
  const core = (secret.match(/[A-Za-z0-9_-]+/g) ?? []).toSorted((one, other) => other.length - one.length)[0] ?? "";
  invariant(core.length >= CORE_MIN, `a canary has ${CORE_MIN} letters and digits in a row`);
  const half = Math.ceil(core.length / 2);
  return [...new Set([core.slice(0, half), core.slice(half)].flatMap(formsOfHalf))];
}

function formsOfHalf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString("hex");
  return [
    text,
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((at) => base64At(bytes, at)),
    Array.from(text).toReversed().join(""),
  ];
}

/** What of the encoding is the same whatever stands before and after. */
function base64At(bytes: Buffer, at: number): readonly string[] {
  const padded = Buffer.concat([Buffer.alloc(at), bytes]);
  const before = at === 0 ? 0 : at + 1;
  const whole = Math.floor((padded.length * 8) / 6);
  const text = padded.toString("base64").slice(before, whole);
  return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
}

/** Whether one of the forms stands in it. */
export function holdsSecret(text: string, forms: readonly string[]): boolean {
  return forms.some((form) => text.includes(form));
}
