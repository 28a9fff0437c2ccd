import {
  type Action,
  type Connector,
  type ConnectorAnswer,
  defineConnector,
  ProviderError,
  type ProviderFailure,
} from "@steward/sdk";
import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { checkValue } from "./check-value.ts";
import { type ContractJson, contractJson } from "./contract-json.ts";
import type { Declaration, Operation } from "./declaration.ts";
import { describeSchema } from "./describe-schema.ts";
import { sampleOf } from "./sample-of.ts";
import { writeCall } from "./write-call.ts";

/** What HTTP alone says of an answer (`connectors/status-failure.ts`); null where it is a success. */
type StatusFailure = (answer: ConnectorAnswer, message?: string) => ProviderFailure | null;

/** Answers of every provider that may have them, beside those that the document names. */
const USUAL_HEADERS = ["link", "location", "etag", "retry-after"];

/** What can be said of any provider by HTTP alone. */
export interface HttpAlone {
  readonly statusFailure: StatusFailure;
  /** Tries a service of which nothing is known (`connectors/probe.ts`). */
  readonly probe: (account: string, label: string) => ReturnType<Connector["whoami"]>;
}

/** The connector that a declaration is, under the id that its project gave it. */
export function connectorOf(id: string, declaration: Declaration, { statusFailure, probe }: HttpAlone): Connector {
  const { title, summary, version, base, hosts, authentication, scopes, idempotencyHeader, operations } = declaration;
  return defineConnector({
    id,
    title,
    summary,
    category: "web",
    keywords: ["openapi", "imported"],
    base,
    hosts,
    authentication,
    scopes,
    ...(idempotencyHeader === null ? {} : { idempotencyHeader }),
    actions: Object.fromEntries(operations.map((operation) => [operation.id, actionOf(operation, declaration)])),
    triggers: {},
    // Nothing in a document says which call tells whose account it is.
    whoami: () => probe(new URL(base).host, title),
    failure: (answer) => statusFailure(answer, wordsOf(answer.body)),
    setUp: ["Make a key or a client at the provider, as its documentation says."],
    triedAgainst: `nothing: made from the provider's own OpenAPI document${version === "" ? "" : `, version ${version}`}`,
  });
}

function actionOf(operation: Operation, { schemas }: Declaration): Action {
  const { title, summary, class: actionClass, input, scopes, repeat, destination } = operation;
  const output = outputSchema(operation);
  return {
    title,
    summary,
    class: actionClass,
    input: schemaType(input, schemas, (value) => checkValue(input, value, schemas)),
    // What the provider answers is passed on as it comes: to refuse it after the fact would undo nothing.
    output: schemaType(output, schemas, () => []),
    scopes,
    repeat,
    destination,
    get sample() {
      return { input: contractJson(sampleOf(input, schemas) ?? {}), output: contractJson(sampleOf(output, schemas)) };
    },
    *perform(given) {
      if (!isObject(given)) throw new ProviderError({ kind: "rejected", message: "the input is no object" });
      return outputOf(operation, yield writeCall(operation, given));
    },
  };
}

function outputSchema({ answer }: Operation): JsonObject {
  const headers = { type: "object", additionalProperties: { type: "string" }, description: "By name in lower case." };
  return {
    type: "object",
    properties: { status: { type: "integer", minimum: 200 }, headers, body: answer },
    required: ["status", "headers", "body"],
  };
}

function outputOf({ answerHeaders }: Operation, answer: ConnectorAnswer): ContractJson {
  const names = new Set([...USUAL_HEADERS, ...answerHeaders]);
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => names.has(name)));
  const body = answer.body === "" ? null : answer.body;
  return {
    status: answer.status,
    headers,
    body,
    ...(answer.encoding === undefined ? {} : { encoding: answer.encoding }),
  };
}

/** A zod type that checks by a schema of a declaration, and is documented by it. */
function schemaType(
  schema: JsonObject,
  schemas: Declaration["schemas"],
  check: (value: Json) => ReturnType<typeof checkValue>,
): z.ZodType {
  const judge = z.check((payload) => {
    for (const { path, message } of check(isObject(payload.value) ? payload.value : null))
      payload.issues.push({ code: "custom", path: [...path], message, input: payload.value });
  });
  // Not `z.unknown().check(…)`: that is the child of another schema, which `z.toJSONSchema` wants to describe too.
  const type = new z.ZodUnknown({ type: "unknown", checks: [judge] });
  // What `z.toJSONSchema` asks a schema for that it can't describe by itself (zod, `core/schemas.d.ts`).
  // oxlint-disable-next-line no-underscore-dangle -- zod's own name
  type._zod.toJSONSchema = () => describeSchema(schema, schemas);
  return type;
}

/** The provider's own words in an answer that is no success, where they stand as usual (RFC 9457, and what others do). */
function wordsOf(body: Json): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const { message, detail, error_description: description, error, title } = body;
  const inner = isJsonObject(error) ? (error["message"] ?? error["detail"]) : error;
  return [message, detail, description, inner, title].filter((each) => typeof each === "string").find(Boolean);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
