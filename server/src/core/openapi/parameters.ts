import type { Json, JsonObject } from "../json.ts";
import type { Parameter } from "./declaration.ts";
import { followed, listAt, objectAt, oneLine, shown, textAt, UnusableError } from "./references.ts";
import type { SchemaPool } from "./schema-pool.ts";

export interface ReadParameter extends Parameter {
  readonly schema: JsonObject;
  readonly required: boolean;
}

export interface ReadParameters {
  readonly parameters: readonly ReadParameter[];
  /** The header that takes the idempotency key, in lower case; null where there is none. */
  readonly idempotencyHeader: string | null;
}

const PARAMETERS_MAX = 200;
const FIELD_CHARACTERS_MAX = 60;
const IDEMPOTENCY = /^(?:x-)?idempotency-key$/i;
/** Set from other parts of the document (OpenAPI, "Parameter Object"), or by whoever sends the request. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);
const STYLES: Readonly<Record<string, readonly Parameter["style"][]>> = {
  path: ["simple"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
  header: ["simple"],
};

/**
 * What an operation takes beside its body: its own parameters and those of its path. Headers that aren't anybody's to set
 * are left out, and so are cookies that needn't be. Throws `UnusableError`.
 */
export function readParameters(
  document: Json,
  pool: SchemaPool,
  item: JsonObject,
  operation: JsonObject,
): ReadParameters {
  const merged = new Map<string, JsonObject>();
  for (const given of [...listAt(item, "parameters"), ...listAt(operation, "parameters")]) {
    const parameter = followed(document, given);
    merged.set(`${textAt(parameter, "in")} ${textAt(parameter, "name")}`, parameter);
  }
  if (merged.size > PARAMETERS_MAX) throw new UnusableError(`it has more than ${PARAMETERS_MAX} parameters`);
  const fields = new Set(["body"]);
  const parameters: ReadParameter[] = [];
  let idempotencyHeader: string | null = null;
  for (const parameter of merged.values()) {
    const name = textAt(parameter, "name");
    if (textAt(parameter, "in") === "header" && IDEMPOTENCY.test(name)) idempotencyHeader = name.toLowerCase();
    else if (isAsked(parameter)) parameters.push(readParameter(document, pool, parameter, fields));
  }
  return { parameters, idempotencyHeader };
}

/** Whether a field of the input is made of it. Throws `UnusableError` where it can't be left out. */
function isAsked(parameter: JsonObject): boolean {
  const place = textAt(parameter, "in");
  const name = textAt(parameter, "name");
  if (place === "header" && NOT_ASKED.has(name.toLowerCase())) return false;
  if (place !== "cookie") return true;
  if (parameter["required"] === true) throw new UnusableError(`it wants the cookie ${shown(name)}`);
  return false;
}

function readParameter(document: Json, pool: SchemaPool, given: JsonObject, fields: Set<string>): ReadParameter {
  const name = textAt(given, "name");
  const place = textAt(given, "in");
  if (place !== "path" && place !== "query" && place !== "header")
    throw new UnusableError(`its parameter ${shown(name)} is in no place that is known: ${shown(place)}`);
  if (name === "" || name.length > 200 || (place === "header" && !/^[\w!#$%&'*+.^`|~-]+$/.test(name)))
    throw new UnusableError(`its parameter has no name that can be sent: ${shown(name)}`);
  const [type, content] = Object.entries(objectAt(given, "content"))[0] ?? [];
  const schema = pool.read(content === undefined ? given["schema"] : followed(document, content)["schema"]);
  const description = textAt(given, "description");
  return {
    field: fieldOf(name, place, fields),
    name,
    in: place,
    ...wayOf(given, place, type),
    // Providers that want their version in a header write it so, and refuse calls without it.
    default: place === "header" ? (schema["default"] ?? null) : null,
    required: place === "path" || (given["required"] === true && !(place === "header" && "default" in schema)),
    schema: description === "" || "description" in schema ? schema : { ...schema, description: oneLine(description) },
  };
}

function wayOf(
  given: JsonObject,
  place: "path" | "query" | "header",
  type?: string,
): Pick<Parameter, "style" | "explode"> {
  if (type !== undefined) {
    if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type))
      throw new UnusableError(`its parameter ${shown(textAt(given, "name"))} is written as ${shown(type)}`);
    return { style: "json", explode: false };
  }
  const known = STYLES[place] ?? [];
  const written = textAt(given, "style");
  const style = written === "" ? known[0] : known.find((each) => each === written);
  if (style === undefined)
    throw new UnusableError(`its parameter ${shown(textAt(given, "name"))} has the style ${shown(written)}`);
  return { style, explode: typeof given["explode"] === "boolean" ? given["explode"] : style === "form" };
}

/** A name that conditions and expressions can write, none twice: `filter[name]` is `filter_name`. */
function fieldOf(name: string, place: string, fields: Set<string>): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9_]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, FIELD_CHARACTERS_MAX - 10);
  const word = /^[A-Za-z]/.test(plain) ? plain : `${place}_${plain}`;
  let field = word;
  if (fields.has(field)) field = `${word}_${place}`;
  for (let number = 2; fields.has(field); number++) field = `${word}_${number}`;
  fields.add(field);
  return field;
}
