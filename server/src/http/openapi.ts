/** `/v1/openapi.json` (OpenAPI 3.1), made of the route table and the schemas that check every call. */
import * as sdk from "@steward/sdk";
import type { Route } from "@steward/sdk";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ERRORS, type ErrorCode } from "../core/errors.ts";

type Schema = Record<string, unknown>;

/** Problems that any route may answer with. */
const EVERY_ROUTE: readonly ErrorCode[] = [
  "invalid_request",
  "unauthenticated",
  "forbidden",
  "not_found",
  "host_refused",
  "value_invalid",
  "overloaded",
  "rate_limited",
  "internal",
  "unavailable",
];
const WITH_BODY: readonly ErrorCode[] = ["body_too_large", "media_type_unsupported"];
/** Of what changes something, which the present state may forbid. */
const CHANGING: readonly ErrorCode[] = ["conflict", "session_not_fresh"];
/** Of what is inside an organization, and of the installation. */
const ENTERED: readonly ErrorCode[] = ["second_factor_required", "sign_on_required"];
const REPEATABLE: readonly ErrorCode[] = ["conflict", "idempotency_mismatch"];
const SCHEMAS = "#/components/schemas/";

/** The document, for a program of this version. Pure: the same each time. */
export function openApiDocument(version: string): Schema {
  const names = namedSchemas();
  const paths: Record<string, Record<string, Schema>> = {};
  for (const [name, route] of Object.entries<Route>(sdk.routes)) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(name, route, names);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Steward",
      version,
      description: "A key is bound to one project. Lists go on with `cursor` from `next`.",
    },
    // No part of the table: its bodies, problems and tokens are the standard's, and it describes itself.
    externalDocs: {
      description:
        "SCIM 2.0 is served beside this, at /scim/v2, by tokens of its own; /scim/v2/ServiceProviderConfig, /ResourceTypes and /Schemas say what of it. docs/sign-on.md says how to set it up.",
      url: "https://www.rfc-editor.org/rfc/rfc7644",
    },
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      schemas: componentSchemas(names),
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "steward_session",
          description: "The page's session; from the page itself only",
        },
      },
    },
  };
}

/** A name for every schema that the contract exports, and for each answer that has none of its own. */
function namedSchemas(): Map<z.ZodType, string> {
  const names = new Map<z.ZodType, string>();
  for (const [name, value] of Object.entries(sdk)) {
    if (value instanceof z.ZodType) names.set(value, name);
  }
  for (const [name, route] of Object.entries<Route>(sdk.routes)) {
    for (const schema of Object.values(route.answers)) {
      if (!names.has(schema)) names.set(schema, `${name[0]!.toUpperCase()}${name.slice(1)}Answer`);
    }
  }
  return names;
}

/** What is sent is described as it may be sent, defaults left out; what is answered as it is answered. */
function componentSchemas(names: ReadonlyMap<z.ZodType, string>): Record<string, Schema> {
  const made = (io: "input" | "output"): Record<string, Schema> => {
    const registry = z.registry<{ id: string }>();
    for (const [schema, id] of names) registry.add(schema, { id });
    const override = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
      plain(jsonSchema);
      // An answer may grow fields; a request may not.
      if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    };
    const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => SCHEMAS + id, override });
    return Object.fromEntries([...names.values()].map((id) => [id, withoutMarks(schemas[id]!)]));
  };
  const sent = made("input");
  const bodies = Object.values<Route>(sdk.routes).flatMap((route) => (route.body ? [names.get(route.body)!] : []));
  const parts = Object.fromEntries(reachable(bodies, sent).map((id) => [id, sent[id]!]));
  return { ...made("output"), ...parts, Json: { description: "Any JSON value" } };
}

/** The components that these lead to, themselves included. */
function reachable(from: readonly string[], schemas: Readonly<Record<string, Schema>>): readonly string[] {
  const found = new Set<string>(from);
  for (const id of found) {
    const references = JSON.stringify(schemas[id] ?? {}).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [, name] of references) if (schemas[name!]) found.add(name!);
  }
  return [...found];
}

/** Leaves out what says nothing: a pattern beside a format, the bounds of every safe integer. */
function plain(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format === "date-time") delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** Without `$schema` and `$id`, and with one name for "any JSON", which is all that zod shares without a name. */
function withoutMarks(schema: object): Schema {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key === "$schema" || key === "$id") return undefined;
    return key === "$ref" && typeof value === "string" && value.startsWith(`${SCHEMAS}__shared`)
      ? `${SCHEMAS}Json`
      : value;
  });
  const copy: Schema = JSON.parse(text);
  return copy;
}

function operation(name: string, route: Route, names: ReadonlyMap<z.ZodType, string>): Schema {
  const reference = (schema: z.ZodType): Schema => ({ $ref: SCHEMAS + names.get(schema)! });
  const parameters = [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")];
  if (route.method === "POST") parameters.push(IDEMPOTENCY_KEY);
  const media = route.gives ?? (name === "runEvents" ? "text/event-stream" : "application/json");
  const responses: Record<string, Schema> = {};
  for (const [status, schema] of Object.entries(route.answers)) {
    const empty = schema instanceof z.ZodNull;
    responses[status] = {
      description: empty ? "Done" : route.summary,
      ...(empty ? {} : { content: { [media]: { schema: reference(schema) } } }),
    };
  }
  return {
    operationId: name,
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.takes ? { requestBody: { required: true, content: { [route.takes]: { schema: BYTES } } } } : {}),
    ...(route.body ? { requestBody: { required: true, content: bodyTypes(name, reference(route.body)) } } : {}),
    responses: { ...responses, ...problemResponses(route) },
  };
}

const BYTES: Schema = { type: "string", format: "binary" };
const IDEMPOTENCY_KEY: Schema = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key and request within 24 h get the first answer again.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

function bodyTypes(name: string, schema: Schema): Schema {
  return {
    "application/json": { schema },
    ...(name === "putFlow" || name === "putAgent" ? { "application/yaml": { schema } } : {}),
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query"): Schema[] {
  return Object.entries(schema?.shape ?? {}).map(([name, one]) => {
    const described = z.toJSONSchema(one, { io: "input", override: ({ jsonSchema }) => plain(jsonSchema) });
    return { name, in: place, required: place === "path", schema: withoutMarks(described) };
  });
}

/** The problems of a route by their status, each with the codes that come with it. */
function problemResponses(route: Route): Record<string, Schema> {
  const own = (route.problems ?? []).filter((code): code is ErrorCode => code in ERRORS);
  const codes = new Set<ErrorCode>([
    ...EVERY_ROUTE,
    ...(route.body || route.takes ? WITH_BODY : []),
    ...(route.method === "GET" ? [] : CHANGING),
    ...(route.access.in === "open" || route.access.in === "account" ? [] : ENTERED),
    ...(route.method === "POST" ? REPEATABLE : []),
    ...own,
  ]);
  const responses: Record<string, Schema> = {};
  for (const status of new Set([...codes].map((code) => ERRORS[code].status))) {
    const here = [...codes].filter((code) => ERRORS[code].status === status);
    responses[status] = {
      description: here.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join("; "),
      content: { "application/problem+json": { schema: { $ref: `${SCHEMAS}Problem` } } },
    };
  }
  return responses;
}

/** `GET /v1/openapi.json`, made when it is first asked for. */
export function registerOpenApi(app: FastifyInstance, version: string): void {
  let text: string | null = null;
  app.get("/v1/openapi.json", async (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(version));
    return await reply.header("content-type", "application/json; charset=utf-8").send(text);
  });
}
