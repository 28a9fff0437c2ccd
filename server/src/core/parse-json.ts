import type { Json } from "./json.ts";

/** Levels of lists and objects in JSON that comes from outside; deeper values would use up the stack of whoever walks them. */
export const JSON_DEPTH_MAX = 200;

/**
 * The value of a JSON text from outside, or why there is none; linear in the text. Fields named
 * `__proto__` are dropped, so that no later copy of an object can give it a prototype.
 */
export function parseJson(
  text: string,
  depthMax: number = JSON_DEPTH_MAX,
): { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string } {
  if (measureJson(text).depth > depthMax)
    return { ok: false, message: `the JSON is nested more than ${depthMax} deep` };
  try {
    const value: Json = MAY_NAME_PROTO.test(text) ? JSON.parse(text, withoutProto) : JSON.parse(text);
    return { ok: true, value };
  } catch {
    // The engine's own message quotes the text, which may be private.
    return { ok: false, message: "the text is not JSON" };
  }
}

/** The name itself, or an escape that could spell one of its letters. */
const MAY_NAME_PROTO = /__proto__|\\u00[5-7]/i;

function withoutProto(this: unknown, key: string, value: unknown): unknown {
  return key === "__proto__" ? undefined : value;
}

/** How deep a JSON text nests and how many fields its objects have, doubles included; found without parsing it. */
export function measureJson(text: string): { readonly depth: number; readonly fields: number } {
  let depth = 0;
  let deepest = 0;
  let fields = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === COLON) fields++;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return { depth: deepest, fields };
}

const [QUOTE, COLON, OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 58, 91, 92, 93, 123, 125];
