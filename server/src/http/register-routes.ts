/** Serves the route table: checks each call by its schemas, makes it once where it has a key, and sends the answer. */
import { type Route, type RouteName, routes } from "@steward/sdk";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import { answerOnce, type TextAnswer } from "./answer-once.ts";
import type { Authenticate, Principal } from "./authenticate.ts";
import type { HttpParts } from "./http-parts.ts";
import { parseBody, parseParams, parseQuery, schemasOf, type RouteSchemas } from "./parse-call.ts";
import type { Call, Handlers, SentText } from "./route-call.ts";
import type { RunEvents } from "./run-events.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls; set before the body is read, on the routes of the table. */
    principal: Principal | null;
  }
}

export interface RouteSurface {
  readonly handlers: Handlers;
  readonly runEvents: RunEvents;
  readonly authenticate: Authenticate;
}

type Answering = Exclude<RouteName, "runEvents">;
/** A handler, when which one is only known at run time. */
type AnyHandler = (
  call: Call<Answering>,
) => Promise<{ status: number; body: unknown; headers?: Readonly<Record<string, string>> }>;

const RAW: ReadonlySet<RouteName> = new Set(["putFlow"]);
const NO_BODY = Buffer.alloc(0);
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

export function registerRoutes(app: FastifyInstance, parts: HttpParts, surface: RouteSurface): void {
  app.decorateRequest("principal", null);
  for (const name of Object.keys(routes)) {
    invariant(isRouteName(name), "the table's own names");
    const route: Route = routes[name];
    const serve = name === "runEvents" ? streaming(surface) : answering(parts, surface.handlers, name, route);
    app.route({
      method: route.method,
      url: patternOf(route.path),
      // Before the body is read, so that a stranger can't make us read it.
      onRequest: async (request) => {
        request.principal = await surface.authenticate({ method: request.method, headers: request.headers });
      },
      handler: serve,
    });
  }
}

/** A path of the table as the router writes it: `/v1/flows/:slug`. */
function patternOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function isRouteName(name: string): name is RouteName {
  return name in routes;
}

type Serve = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

function streaming({ runEvents, authenticate }: RouteSurface): Serve {
  return async (request, reply) => {
    const { method, headers } = request;
    await runEvents.stream(principalOf(request), request, reply, () => authenticate({ method, headers }));
  };
}

function answering(parts: HttpParts, handlers: Handlers, name: Answering, route: Route): Serve {
  const schemas = schemasOf(route, RAW.has(name));
  // The table types each handler by its name, which a loop over names can't follow.
  const handler = handlers[name] as AnyHandler;
  return async (request, reply) => {
    const principal = principalOf(request);
    const sent = sentText(request);
    const call = { ...parseCall(schemas, request, sent, RAW.has(name)), principal, headers: request.headers };
    const act = async (repeatKey: Buffer | null): Promise<TextAnswer> => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schemas that the call is typed by
      const { status, body, headers } = await handler({ ...call, repeatKey } as Call<Answering>);
      return { status, text: body === null ? "" : JSON.stringify(body), headers: headers ?? {} };
    };
    const key = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
    if (Array.isArray(key)) throw new AppError("invalid_request", "There is more than one Idempotency-Key.");
    const once = { principal, route: name, url: request.url, content: sent.content };
    const answer = key === undefined ? await act(null) : await answerOnce(parts, { ...once, key }, act);
    reply.code(answer.status).headers(answer.headers);
    await (answer.text === "" ? reply.send() : reply.headers(JSON_TYPE).send(answer.text));
  };
}

function parseCall(
  schemas: RouteSchemas,
  request: FastifyRequest,
  sent: SentText,
  raw: boolean,
): { params: unknown; query: unknown; body: unknown } {
  const params = parseParams(schemas, request.params);
  const query = parseQuery(schemas, request.query);
  return { params, query, body: raw ? sent : parseBody(schemas, sent) };
}

function principalOf({ principal }: FastifyRequest): Principal {
  invariant(principal !== null, "every route of the table asks who calls");
  return principal;
}

function sentText({ body, headers }: FastifyRequest): SentText {
  return { content: Buffer.isBuffer(body) ? body : NO_BODY, mediaType: headers["content-type"] ?? "" };
}
