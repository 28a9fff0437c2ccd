import { type ConnectorCall, ProviderError } from "@steward/sdk";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { contractJson } from "./contract-json.ts";
import type { Body, Operation, Parameter } from "./declaration.ts";

type Query = Record<string, readonly string[]>;

/**
 * The one call of an operation, from an input that fits its schema. No value can change the path but in its own place, or
 * begin another header. Throws a ProviderError `rejected` for a value that can't be sent there.
 */
export function writeCall(operation: Operation, input: JsonObject): ConnectorCall {
  const { method, body } = operation;
  const query: Query = {};
  const headers: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    const value = input[parameter.field] ?? parameter.default;
    if (value === null) continue;
    if (parameter.in === "query") addToQuery(query, parameter, value);
    if (parameter.in === "header") headers[parameter.name.toLowerCase()] = headerText(parameter, value);
  }
  const given = input["body"];
  const hasBody = body !== null && given !== undefined;
  if (hasBody) Object.assign(headers, typeOf(body));
  return {
    method,
    url: writePath(operation, input),
    ...(Object.keys(query).length > 0 ? { query } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(hasBody ? writeBody(body, given) : {}),
    ...(method === "HEAD" ? { reads: true } : {}),
  };
}

function writePath({ path, parameters }: Operation, input: JsonObject): string {
  const own = /^https?:\/\/[^/]*/.exec(path)?.[0] ?? "";
  const written = path.slice(own.length).replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => one.in === "path" && one.name === name);
    const text = parameter === undefined ? "" : pathText(parameter, input[parameter.field] ?? "");
    if (text === "") throw refused(`${name} is empty, and the address would be another one`);
    return text;
  });
  // Whatever the encoding: `%2e` is a dot to whoever reads URLs (WHATWG URL, "double-dot URL path segment").
  if (written.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part)))
    throw refused("a part of the address would be . or .., and the address another one");
  return own + written;
}

function pathText({ style, explode }: Parameter, value: Json): string {
  if (style === "json") return encode(JSON.stringify(value));
  return simple(value, explode, encode);
}

function headerText(parameter: Parameter, value: Json): string {
  const text = parameter.style === "json" ? JSON.stringify(value) : simple(value, parameter.explode, (each) => each);
  if (!/^[\x20-\x7e]*$/.test(text)) throw refused(`${parameter.field} holds a letter that no header can`);
  return text;
}

/** A list with commas; an object the same, its names before their values (OpenAPI, "Style Examples"). */
function simple(value: Json, explode: boolean, write: (text: string) => string): string {
  if (Array.isArray(value)) return value.map((each: Json) => write(plain(each))).join(",");
  if (!isJsonObject(value)) return write(plain(value));
  const between = explode ? "=" : ",";
  return Object.entries(value)
    .map(([name, each]) => write(name) + between + write(plain(each)))
    .join(",");
}

const BETWEEN = {
  form: ",",
  spaceDelimited: " ",
  pipeDelimited: "|",
  simple: ",",
  deepObject: ",",
  json: ",",
} as const;

function addToQuery(query: Query, { name, style, explode }: Parameter, value: Json): void {
  if (style === "json") add(query, name, JSON.stringify(value));
  else if (style === "deepObject") addDeep(query, name, value);
  else if (Array.isArray(value) && explode) for (const each of value) add(query, name, plain(each));
  else if (Array.isArray(value)) add(query, name, value.map(plain).join(BETWEEN[style]));
  else if (!isJsonObject(value)) add(query, name, plain(value));
  else if (explode) for (const [key, each] of Object.entries(value)) add(query, key, plain(each));
  else
    add(
      query,
      name,
      Object.entries(value)
        .flatMap(([key, each]) => [key, plain(each)])
        .join(BETWEEN[style]),
    );
}

function addDeep(query: Query, name: string, value: Json): void {
  if (value === null) return;
  if (typeof value !== "object") return add(query, name, plain(value));
  for (const [key, each] of Object.entries(value)) addDeep(query, `${name}[${key}]`, each);
}

function add(query: Query, name: string, text: string): void {
  query[name] = [...(query[name] ?? []), text];
}

function writeBody({ as, deep }: Body, value: Json): Pick<ConnectorCall, "body" | "as"> {
  if (as === "json") return { body: contractJson(value) };
  if (as !== "form") return { body: contractJson(value), as };
  const form: Query = {};
  for (const [name, each] of Object.entries(isJsonObject(value) ? value : {})) {
    const isFlat = Array.isArray(each) && !deep.includes(name) && each.every((member) => typeof member !== "object");
    if (isFlat) for (const member of each) add(form, name, plain(member));
    else addDeep(form, name, each);
  }
  return {
    body: contractJson(
      Object.fromEntries(
        Object.entries(form).map(([name, texts]) => [name, texts.length === 1 ? (texts[0] ?? "") : texts]),
      ),
    ),
    as,
  };
}

function typeOf({ as, type }: Body): Record<string, string> {
  if (type !== null) return { "content-type": type };
  if (as === "text") return { "content-type": "text/plain; charset=utf-8" };
  return as === "base64" ? { "content-type": "application/octet-stream" } : {};
}

function plain(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Throws for half of a surrogate pair, which no URL can hold. */
function encode(text: string): string {
  if (!text.isWellFormed()) throw refused("a part of the address is no text");
  return encodeURIComponent(text);
}

function refused(message: string): ProviderError {
  return new ProviderError({ kind: "rejected", message });
}
