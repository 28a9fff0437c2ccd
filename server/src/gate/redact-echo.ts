import type { Json } from "../core/json.ts";
import { isJsonObject } from "../core/json.ts";
import { parseJson } from "../core/parse-json.ts";
import { atOnce, type Slices } from "../core/in-turns.ts";
import { createSlicedRedactor, REDACTED } from "../core/redact.ts";

/** Strikes secrets from a text. */
export type RedactEcho = (text: string) => string;

/** The same in slices, counted in characters read: for a text of any length. */
export type RedactEchoSlices = (text: string) => Slices<string>;

/** What a reader of the text would undo: escapes of JSON, percent-encoded ASCII, character references of HTML. */
const ESCAPES =
  /\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|%[0-7][0-9a-fA-F]|&(?:amp|lt|gt|quot|apos|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});/g;

/** What each of them begins with. */
const MAY_ESCAPE = /[\\%&]/;

/** How many layers of escapes are looked beneath: JSON within JSON within a form, as echoing services answer. */
const LAYERS_MAX = 3;

/** JSON longer than this is not taken apart: a mark may then cost its syntax, and what escapes hide strikes it whole. */
const JSON_CHARACTERS_MAX = 1_000_000;

/**
 * What gives a text without the secrets, in any form of `redactText`, also where escapes within the form hide it now and
 * a later step would undo them (`\/` and `\u002f` in JSON, `&#43;` in HTML). JSON stays JSON of the same shape; other text
 * that hides a secret so is struck whole. Text without a secret is unchanged.
 */
export function createEchoSlices(secrets: readonly string[]): RedactEchoSlices {
  if (secrets.length === 0) return unchanged;
  const strikeSlices = createSlicedRedactor(secrets);
  const strike = (text: string): string => atOnce(strikeSlices(text));
  const strikeBeneath = slicesBeneath(secrets) ?? strikeSlices;

  function* isHidden(text: string): Slices<boolean> {
    let above = text;
    for (let layers = 0; layers < LAYERS_MAX; layers++) {
      const layer = MAY_ESCAPE.test(above) ? above.replace(ESCAPES, unescapeOne) : above;
      yield above.length;
      if (layer === above) return false;
      if ((yield* strikeBeneath(layer)) !== layer) return true;
      above = layer;
    }
    return false;
  }

  function* redactText(text: string): Slices<string> {
    const redacted = yield* strikeSlices(text);
    const hidden = yield* isHidden(redacted);
    if (redacted === text && !hidden) return text;
    // Struck value by value, for a mark put into the text could end within an escape and leave what is no JSON.
    const struck = parseContainer(text, redactValue);
    if (struck !== null && strike(struck) === struck && !(yield* isHidden(struck))) return struck;
    return hidden ? REDACTED : redacted;
  }

  const redact: RedactEcho = (text) => atOnce(redactText(text));

  const redactValue = (value: Json): Json => {
    if (typeof value === "string") return redact(value);
    if (typeof value === "number") return strike(String(value)) === String(value) ? value : REDACTED;
    if (Array.isArray(value)) return value.map(redactValue);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [redact(name), redactValue(each)]));
  };

  return redactText;
}

// oxlint-disable-next-line require-yield -- there is nothing to do
function* unchanged(text: string): Slices<string> {
  return text;
}

/** A secret that holds escapes itself loses them with those around it; null when none does. */
function slicesBeneath(secrets: readonly string[]): RedactEchoSlices | null {
  const beneath = secrets.flatMap(layersBeneath);
  return beneath.length === 0 ? null : createSlicedRedactor([...secrets, ...beneath]);
}

/** The text with its escapes undone once, twice, … as often as that changes it. */
function layersBeneath(text: string): string[] {
  const layers: string[] = [];
  let layer = text;
  while (layers.length < LAYERS_MAX) {
    const beneath = layer.replace(ESCAPES, unescapeOne);
    if (beneath === layer) break;
    layers.push(beneath);
    layer = beneath;
  }
  return layers;
}

/** The JSON of an object, list or string, rewritten; null when the text is none, or too long. */
function parseContainer(text: string, rewrite: (value: Json) => Json): string | null {
  if (text.length > JSON_CHARACTERS_MAX || !/^\s*[{["]/.test(text)) return null;
  const parsed = parseJson(text);
  return parsed.ok ? JSON.stringify(rewrite(parsed.value)) : null;
}

const SHORT: Readonly<Record<string, string>> = {
  "\\b": "\b",
  "\\f": "\f",
  "\\n": "\n",
  "\\r": "\r",
  "\\t": "\t",
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};

function unescapeOne(escape: string): string {
  const short = SHORT[escape];
  if (short !== undefined) return short;
  if (escape.startsWith("%")) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  if (escape.startsWith("\\u")) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  if (escape.startsWith("\\")) return escape.slice(1);
  const hexadecimal = /^&#x/i.test(escape);
  return String.fromCodePoint(Number.parseInt(escape.slice(hexadecimal ? 3 : 2), hexadecimal ? 16 : 10));
}
