import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** References to references; a longer chain is a circle or as good as one. */
const HOPS_MAX = 20;

/** A part of the document that can't be used, in words for whoever wrote it. */
export class UnusableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnusableError";
  }
}

/** What `#/components/schemas/Pet` points at (RFC 6901). Throws `UnusableError` for other documents and for nothing. */
export function pointedAt(document: Json, reference: string): Json {
  if (!reference.startsWith("#")) throw new UnusableError(`it refers to another document: ${shown(reference)}`);
  if (reference !== "#" && !reference.startsWith("#/"))
    throw new UnusableError(`it refers to an anchor, which is not read: ${shown(reference)}`);
  let at: Json | undefined = document;
  for (const part of reference.split("/").slice(1)) {
    const name = decode(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = /^(?:0|[1-9]\d{0,6})$/.test(name) ? at[Number(name)] : undefined;
    else at = isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }
  if (at === undefined) throw new UnusableError(`it refers to what is not there: ${shown(reference)}`);
  return at;
}

/** The object itself, references followed. Throws `UnusableError`. */
export function followed(document: Json, given: Json | undefined): JsonObject {
  let at = given;
  for (let hops = 0; hops <= HOPS_MAX; hops++) {
    if (!isJsonObject(at)) throw new UnusableError("something in it is no object where the format wants one");
    const reference = at["$ref"];
    if (typeof reference !== "string") return at;
    at = pointedAt(document, reference);
  }
  throw new UnusableError("its references run in a circle");
}

export function textAt(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === "string" ? value : "";
}

export function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

export function listAt(object: JsonObject, name: string): readonly Json[] {
  const value = object[name];
  return Array.isArray(value) ? value : [];
}

const LINE_CHARACTERS_MAX = 300;

/** On one line, without markup of pages, and not too much of it. */
export function oneLine(text: string, max: number = LINE_CHARACTERS_MAX): string {
  const line = text
    .slice(0, max * 4)
    .replaceAll(/<[^<>]{0,200}>/g, " ")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length <= max
    ? line
    : `${line
        .slice(0, max - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

export function shown(text: string): string {
  return oneLine(text, 120);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
