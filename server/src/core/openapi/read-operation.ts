import type { ActionClass } from "@steward/sdk";
import type { Json, JsonObject } from "../json.ts";
import type { ImportChoices, Operation } from "./declaration.ts";
import { readParameters, type ReadParameter } from "./parameters.ts";
import { followed, objectAt, oneLine, shown, textAt, UnusableError } from "./references.ts";
import { readRequestBody } from "./request-body.ts";
import type { SchemaPool } from "./schema-pool.ts";
import type { Security } from "./security.ts";
import { ownBase } from "./servers.ts";

/** What all operations of a document are read with. */
export interface Reading {
  readonly document: JsonObject;
  readonly pool: SchemaPool;
  readonly security: Security;
  readonly base: string;
  readonly choices: ImportChoices;
}

export interface OperationPlace {
  readonly id: string;
  readonly method: Operation["method"];
  readonly path: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
}

export interface ReadOperation {
  readonly operation: Operation;
  readonly idempotencyHeader: string | null;
}

/** Letters that stand in a path as they are (RFC 3986, "Path"), and the places of parameters. */
const PATH = /^(?:\/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\{[^{}/?#]{1,100}\})*)+$/;
const TITLE_CHARACTERS_MAX = 80;
const ANSWER_HEADERS_MAX = 20;

/** One operation as an action's declaration. Throws `UnusableError` when no action can be made of it. */
export function readOperation(reading: Reading, place: OperationPlace): ReadOperation {
  const { document, pool, security, base, choices } = reading;
  const { id, method, item, operation } = place;
  const { parameters, idempotencyHeader } = readParameters(document, pool, item, operation);
  const path = readPath(place.path, parameters);
  const body = hasBody(method) ? readRequestBody(document, pool, operation) : null;
  const input = inputOf(parameters, body);
  const fault = pool.faultOf(input);
  if (fault !== null) throw new UnusableError(fault);
  const answer = readAnswer(document, pool, operation);
  const own = ownBase(base, item, operation, choices);
  const summary = textAt(operation, "summary") || textAt(operation, "description");
  return {
    idempotencyHeader,
    operation: {
      id,
      title: oneLine(textAt(operation, "summary"), TITLE_CHARACTERS_MAX) || `${method} ${shown(place.path)}`,
      summary: sentence(oneLine(summary)) || `${method} ${shown(place.path)}.`,
      class: classOf(method),
      method,
      path: own === null ? path : own + path,
      parameters: parameters.map(({ schema: _schema, required: _required, ...parameter }) => parameter),
      body: body?.body ?? null,
      answerHeaders: answer.headers,
      scopes: security.scopesOf(operation),
      repeat: repeatOf(method, idempotencyHeader),
      destination: (choices.destination[id] ?? []).filter((field) =>
        Object.hasOwn(objectAt(input, "properties"), field.split(".")[0] ?? ""),
      ),
      input,
      answer: answer.schema,
    },
  };
}

/** What a method does to the other side (RFC 9110, "Method Definitions"). */
function classOf(method: Operation["method"]): ActionClass {
  if (method === "GET" || method === "HEAD") return "read";
  return method === "DELETE" ? "delete" : "write";
}

function repeatOf(method: Operation["method"], idempotencyHeader: string | null): Operation["repeat"] {
  if (method !== "POST" && method !== "PATCH") return "safe";
  return idempotencyHeader === null ? "never" : "key";
}

/** A body of GET and HEAD means nothing (RFC 9110), and one of DELETE is what some providers want. */
function hasBody(method: Operation["method"]): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** Without its fragment, by which some documents keep operations on one path apart: it is not sent. */
function readPath(written: string, parameters: readonly ReadParameter[]): string {
  const path = written.replace(/#.*$/s, "");
  if (!PATH.test(path) || path.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part)))
    throw new UnusableError("its path holds what no path of a request does");
  const names = new Set([...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? ""));
  const known = new Set(parameters.filter((one) => one.in === "path").map(({ name }) => name));
  for (const name of names)
    if (!known.has(name)) throw new UnusableError(`its path names {${shown(name)}}, which no parameter is`);
  for (const name of known) if (!names.has(name)) throw new UnusableError(`its path has no place for ${shown(name)}`);
  return path;
}

function inputOf(parameters: readonly ReadParameter[], body: ReturnType<typeof readRequestBody>): JsonObject {
  const fields: [string, JsonObject][] = parameters.map(({ field, schema }) => [field, schema]);
  const required = parameters.filter((one) => one.required).map(({ field }) => field);
  if (body !== null) fields.push(["body", body.schema]);
  if (body?.required === true) required.push("body");
  return { type: "object", properties: Object.fromEntries(fields), required, additionalProperties: false };
}

/** Of the first answer that is a success: its body's schema where it is JSON, and its headers. */
function readAnswer(
  document: Json,
  pool: SchemaPool,
  operation: JsonObject,
): { schema: JsonObject; headers: string[] } {
  const answers = objectAt(operation, "responses");
  const status =
    Object.keys(answers)
      .toSorted()
      .find((each) => /^2(?:\d\d|XX)$/i.test(each)) ?? "default";
  if (answers[status] === undefined) return { schema: {}, headers: [] };
  try {
    const answer = followed(document, answers[status]);
    const content = Object.entries(objectAt(answer, "content"));
    const json = content.find(([type]) => /^(?:application\/(?:[\w.+-]+\+)?json|\*\/\*)/i.test(type));
    const headers = Object.keys(objectAt(answer, "headers")).map((name) => name.toLowerCase());
    const read =
      json === undefined ? (content.length > 0 ? TEXT : {}) : pool.read(followed(document, json[1])["schema"]);
    const schema = pool.faultOf(read) === null ? read : {};
    return { schema, headers: headers.filter((name) => /^[\w-]{1,80}$/.test(name)).slice(0, ANSWER_HEADERS_MAX) };
  } catch (error) {
    // Only documentation is lost: what the provider answers is passed on as it comes.
    if (!(error instanceof UnusableError)) throw error;
    return { schema: {}, headers: [] };
  }
}

const TEXT: JsonObject = { type: "string" };

function sentence(text: string): string {
  return text === "" || /[.!?…]$/.test(text) ? text : `${text}.`;
}
