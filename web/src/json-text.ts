/** A JSON value that a person typed. Pure. */

export type JsonText =
  | { readonly ok: true; readonly value: Json | undefined }
  | { readonly ok: false; readonly why: string };
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The value; undefined for a text of blanks; else why it is not JSON, as the parser says it. */
export function readJson(text: string): JsonText {
  if (text.trim() === "") return { ok: true, value: undefined };
  try {
    const value: Json = JSON.parse(text);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
