import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { parseJson } from "../core/parse-json.ts";
import { positionAt } from "../flows/line-of.ts";
import { scanJson } from "../flows/scan-json.ts";

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/**
 * The value of a JSON body, undefined when it is empty. Throws `media_type_unsupported` for any type but JSON, and
 * `invalid_request` with `line` and `column` for what is not JSON.
 */
export function readJson(bytes: Buffer, mediaType: string): Json | undefined {
  if (bytes.length === 0) return undefined;
  const essence = mediaType.split(";", 1)[0]!.trim().toLowerCase();
  if (essence !== "" && !JSON_TYPE.test(essence)) {
    throw new AppError(
      "media_type_unsupported",
      `A body is sent as application/json, not as ${essence.slice(0, 100)}.`,
    );
  }
  const text = textOf(bytes);
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  const fault = scanJson(text);
  if (!fault) throw new AppError("invalid_request", `In the body ${parsed.message}.`);
  const { line, column } = positionAt(text)(fault.offset);
  throw new AppError("invalid_request", `The body is not JSON: line ${line}, column ${column}: ${fault.message}.`, {
    line,
    column,
  });
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AppError("invalid_request", "The body is not UTF-8.");
  }
}
