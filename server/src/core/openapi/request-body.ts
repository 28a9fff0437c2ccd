import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Body } from "./declaration.ts";
import { followed, objectAt, shown, textAt, oneLine, UnusableError } from "./references.ts";
import type { SchemaPool } from "./schema-pool.ts";

export interface ReadBody {
  readonly body: Body;
  readonly schema: JsonObject;
  readonly required: boolean;
}

const TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const TEXT: JsonObject = { type: "string" };
const BYTES: JsonObject = { type: "string", description: "The bytes, as base64." };

/**
 * The body that an operation takes; null when it takes none, or one that can be left out and that isn't written here. Of
 * several forms JSON comes first, then a form's fields, text and bytes. Throws `UnusableError`.
 */
export function readRequestBody(document: Json, pool: SchemaPool, operation: JsonObject): ReadBody | null {
  if (operation["requestBody"] === undefined) return null;
  const given = followed(document, operation["requestBody"]);
  const required = given["required"] === true;
  const content = objectAt(given, "content");
  const types = Object.keys(content);
  const type = types.toSorted((one, other) => rankOf(one) - rankOf(other))[0];
  if (type === undefined || rankOf(type) === UNKNOWN) {
    if (!required) return null;
    throw new UnusableError(type === undefined ? "its body has no form" : `it takes ${shown(types.join(", "))}`);
  }
  const media = followed(document, content[type]);
  const plain = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const as = KINDS[rankOf(type)] ?? "json";
  const description = oneLine(textAt(given, "description"));
  const schema = as === "text" ? TEXT : as === "base64" ? BYTES : pool.read(media["schema"]);
  return {
    body: {
      as,
      type: TYPE.test(plain) && !USUAL.has(plain) ? plain : null,
      deep: as === "form" ? deepFields(media) : [],
    },
    schema: description === "" ? schema : { ...schema, description },
    required,
  };
}

/** Fields of a form that are written as `name[key]`, all the way down. */
function deepFields(media: JsonObject): readonly string[] {
  const written = Object.entries(objectAt(media, "encoding"));
  return written.filter(([, one]) => isJsonObject(one) && one["style"] === "deepObject").map(([name]) => name);
}

const KINDS: readonly Body["as"][] = ["json", "json", "form", "text", "base64"];
const UNKNOWN = KINDS.length;
/** What `as` says by itself. */
const USUAL: ReadonlySet<string> = new Set(["application/json", "application/x-www-form-urlencoded"]);

function rankOf(given: string): number {
  const type = given.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || type === "*/*" || type === "application/*") return 0;
  if (/^application\/[\w.-]+\+json$/.test(type)) return 1;
  if (type === "application/x-www-form-urlencoded") return 2;
  if (type === "text/plain" || type === "text/markdown" || type === "text/csv") return 3;
  return type === "application/octet-stream" ? 4 : UNKNOWN;
}
