import { parseDocument } from "yaml";
import { UnusableError } from "../../core/openapi/references.ts";
import type { Json } from "../../core/json.ts";
import { parseJson } from "../../core/parse-json.ts";

/** YAML takes about 300 ms and 100 MB for each megabyte. */
const YAML_BYTES_MAX = 8_000_000;
const ALIASES_MAX = 100;

/** A document's text as JSON: JSON itself, or YAML 1.2 of the core schema. Throws `UnusableError`. */
export function readText(bytes: Uint8Array): Json {
  const text = decode(bytes);
  if (/^\s*\{/.test(text)) return readJson(text);
  if (bytes.length > YAML_BYTES_MAX)
    throw new UnusableError(`YAML is read up to ${YAML_BYTES_MAX / 1_000_000} MB: send it as JSON`);
  return readYaml(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UnusableError("the text is not UTF-8");
  }
}

function readJson(text: string): Json {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  throw new UnusableError(parsed.message);
}

function readYaml(text: string): Json {
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    // The library compares each with each. Of two the last counts.
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const [fault] = document.errors;
  if (fault) {
    const line = text.slice(0, fault.pos[0]).split("\n").length;
    throw new UnusableError(
      `the text is neither JSON nor YAML: ${fault.message.split("\n", 1)[0] ?? ""} (line ${line})`,
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch {
    throw new UnusableError("aliases (*name) multiply too much: write the values out");
  }
  return readJson(JSON.stringify(value) ?? "null");
}
