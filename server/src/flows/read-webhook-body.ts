/**
 * What of a delivery's body the run gets as `trigger.body`:
 *
 * | mode | the run gets | of an empty body |
 * | `json` | the value | null |
 * | `form` | `{ name: text }`, a list where a name comes more than once | `{}` |
 * | `text` | text | `""` |
 * | `raw` | `{ "$base64": text }` | `{ "$base64": "" }` |
 * | `auto` | by content type: `application/json` and `+json` as json, `application/x-www-form-urlencoded` as form, `text/…` and XML as text, others as raw | null |
 */
import { isUtf8 } from "node:buffer";
import type { WebhookTrigger } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { newObject } from "../core/expression/value.ts";
import { unreachable } from "../core/invariant.ts";
import type { Json } from "../core/json.ts";
import { parseJson } from "../core/parse-json.ts";

type Mode = WebhookTrigger["body"];

const FORM_FIELDS_MAX = 10_000;

/** Throws `invalid_request` for what is not as it says, `media_type_unsupported` for forms with files and for compressed bodies. */
export function readWebhookBody(
  mode: Mode,
  contentType: string | undefined,
  contentEncoding: string | undefined,
  body: Buffer,
): Json {
  const asked = mode === "auto" ? modeOf(contentType, body.length === 0) : mode;
  if (asked === null) return null;
  if (asked !== "raw" && contentEncoding !== undefined && contentEncoding.toLowerCase() !== "identity") {
    throw new AppError(
      "media_type_unsupported",
      `the body is compressed (${contentEncoding.slice(0, 50)}): send it plain, or give the trigger "body": "raw"`,
    );
  }
  switch (asked) {
    case "json":
      return body.length === 0 ? null : readJson(body);
    case "form":
      return readForm(textOf(body));
    case "text":
      return textOf(body);
    case "raw":
      return { $base64: body.toString("base64") };
    default:
      return unreachable(asked);
  }
}

/** Null when there is nothing to read. */
function modeOf(contentType: string | undefined, isEmpty: boolean): Exclude<Mode, "auto"> | null {
  if (isEmpty) return null;
  if (contentType === undefined) return "raw";
  if (contentType === "application/json") return "json"; // by far the most frequent
  const essence = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (essence.endsWith("/json") || essence.endsWith("+json")) return "json";
  if (essence === "application/x-www-form-urlencoded") return "form";
  if (essence.startsWith("text/") || essence === "application/xml" || essence.endsWith("+xml")) return "text";
  if (essence.startsWith("multipart/")) {
    throw new AppError(
      "media_type_unsupported",
      'forms with files (multipart) are not read: send JSON or application/x-www-form-urlencoded, or give the trigger "body": "raw"',
    );
  }
  return "raw";
}

function readJson(body: Buffer): Json {
  const parsed = parseJson(textOf(body));
  if (parsed.ok) return parsed.value;
  throw new AppError("invalid_request", `the body can't be read: ${parsed.message}`, { field: "body" });
}

function textOf(body: Buffer): string {
  if (isUtf8(body)) return body.toString("utf8");
  throw new AppError("invalid_request", 'the body is not UTF-8: send it so, or give the trigger "body": "raw"', {
    field: "body",
  });
}

function readForm(text: string): Json {
  let separators = 0;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) {
    if (++separators >= FORM_FIELDS_MAX) {
      throw new AppError("invalid_request", `the form has more than ${FORM_FIELDS_MAX} fields`, { field: "body" });
    }
  }
  const fields = newObject<Json>();
  for (const [name, value] of new URLSearchParams(text)) addField(fields, name, value);
  return fields;
}

/** Adds a field; one that comes again makes a list. `__proto__` is dropped, as in JSON. */
function addField(fields: { [name: string]: Json }, name: string, value: string): void {
  if (name === "__proto__") return;
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else fields[name] = [before, value];
}
