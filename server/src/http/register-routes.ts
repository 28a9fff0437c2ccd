/** Serves the route table: checks each call by its schemas, makes it once where it has a key, and sends the answer. */
import { type Route, type RouteName, routes } from "@steward/sdk";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import { answerOnce, type TextAnswer } from "./answer-once.ts";
import type { Authenticate } from "./authenticate.ts";
import { authorize, gatherStandings } from "./authorize.ts";
import { createEarlyStandings } from "./early-standings.ts";
import type { HttpParts } from "./http-parts.ts";
import type { AnyPrincipal } from "./principal.ts";
import { parseBody, parseParams, parseQuery, schemasOf, type RouteSchemas } from "./parse-call.ts";
import type { Call, Handlers, SentText, StreamedBody } from "./route-call.ts";
import type { RunEvents } from "./run-events.ts";
import type { StreamAnswers } from "./stream-answers.ts";
import { bodyAsItComes, letRestGo } from "./unhurried.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls; set before the body is read, on the routes of the table. */
    principal: AnyPrincipal | null;
  }
}

export interface RouteSurface {
  readonly handlers: Handlers;
  readonly runEvents: RunEvents;
  readonly streamAnswers: StreamAnswers;
  readonly authenticate: Authenticate;
}

type Answering = Exclude<RouteName, "runEvents">;
/** A handler, when which one is only known at run time. */
type AnyHandler = (
  call: Call<Answering>,
) => Promise<{ status: number; body: unknown; headers?: Readonly<Record<string, string>> }>;

const RAW: ReadonlySet<RouteName> = new Set(["putFlow", "putAgent"]);
const NO_BODY = Buffer.alloc(0);
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

export function registerRoutes(app: FastifyInstance, parts: HttpParts, surface: RouteSurface): void {
  const admit = createAdmit(parts, surface.authenticate);
  app.decorateRequest("principal", null);
  const register = (on: FastifyInstance, name: RouteName, serve: Serve): void => {
    const route: Route = routes[name];
    on.route({
      method: route.method,
      url: patternOf(route.path),
      // Before the body is read, so that a stranger can't make us read it.
      onRequest: async (request) => {
        request.principal = await admit(name, request);
      },
      handler: serve,
    });
  };
  for (const name of Object.keys(routes)) {
    invariant(isRouteName(name), "the table's own names");
    const route: Route = routes[name];
    if (name === "runEvents") register(app, name, streaming(surface.runEvents, admit));
    else if (route.gives !== undefined) register(app, name, giving(surface, admit, name, route.gives));
    else if (route.takes === undefined) register(app, name, answering(parts, surface.handlers, name, route));
    else takingBodies(app, (on) => register(on, name, taking(parts, surface.handlers, name)));
  }
}

/** Where bodies are left to the route to read. */
function takingBodies(app: FastifyInstance, registerOn: (on: FastifyInstance) => void): void {
  void app.register((on, _options, done) => {
    on.removeAllContentTypeParsers();
    on.addContentTypeParser("*", (_request, _body, ready) => ready(null));
    registerOn(on);
    done();
  });
}

/** Who calls, once they may; null on a route that is open to anybody. */
type Admit = (name: RouteName, request: FastifyRequest) => Promise<AnyPrincipal | null>;

function createAdmit({ database, dispatch, clock, denials }: HttpParts, authenticate: Authenticate): Admit {
  const parts = { database, dispatch, clock, denials, standings: gatherStandings(dispatch) };
  const early = createEarlyStandings(parts.standings);
  return async (name, request) => {
    const { method, headers, params } = request;
    const route: Route = routes[name];
    const { access } = route;
    if (access.in === "open") return null;
    const { authorization, cookie } = headers;
    const project = headers["steward-project"] ?? linkedProject(route, request) ?? undefined;
    const bySession = access.in === "project" && authorization === undefined && cookie !== undefined;
    const standings = bySession && typeof project === "string" ? early.begin(cookie, project) : parts.standings;
    const caller = await authenticate({ method, headers });
    const named =
      typeof params === "object" && params !== null && "organization" in params ? params.organization : null;
    const organization = typeof named === "string" ? named : undefined;
    return await authorize({ ...parts, standings }, caller, access, { route: name, organization, project });
  };
}

/**
 * The project that a link names, `?project=prj_…`, since links carry no headers: only of what streams out, only for a
 * session, and only in the header's stead. It is looked at as the header is. Null where a query's `project` is no such.
 */
function linkedProject(route: Route, { method, headers, query }: FastifyRequest): string | null {
  const links = method === "GET" && route.gives !== undefined && route.access.in === "project";
  if (!links || headers.authorization !== undefined || headers["steward-project"] !== undefined) return null;
  return typeof query === "object" && query !== null && "project" in query && typeof query.project === "string"
    ? query.project
    : null;
}

/** A path of the table as the router writes it: `/v1/flows/:slug`. */
function patternOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function isRouteName(name: string): name is RouteName {
  return name in routes;
}

type Serve = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

function streaming(runEvents: RunEvents, admit: Admit): Serve {
  return async (request, reply) => {
    const { principal } = request;
    invariant(principal !== null && "scope" in principal, "the events of a run are a project's");
    await runEvents.stream(principal, request, reply, () => admit("runEvents", request));
  };
}

function answering(parts: HttpParts, handlers: Handlers, name: Answering, route: Route): Serve {
  const schemas = schemasOf(route, RAW.has(name));
  // The table types each handler by its name, which a loop over names can't follow.
  const handler = handlers[name] as AnyHandler;
  return async (request, reply) => {
    const { principal } = request;
    const sent = sentText(request);
    const call = {
      ...parseCall(schemas, request, sent, RAW.has(name)),
      principal,
      headers: request.headers,
      address: request.ip,
    };
    const act = async (repeatKey: Buffer | null): Promise<TextAnswer> => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schemas that the call is typed by
      const { status, body, headers } = await handler({ ...call, repeatKey } as Call<Answering>);
      return { status, text: body === null ? "" : JSON.stringify(body), headers: headers ?? {} };
    };
    const key = request.method === "POST" ? request.headers["idempotency-key"] : undefined;
    if (Array.isArray(key)) throw new AppError("invalid_request", "There is more than one Idempotency-Key.");
    const answer =
      key === undefined || principal === null
        ? await act(null)
        : await answerOnce(parts, { principal, route: name, url: request.url, content: sent.content, key }, act);
    reply.code(answer.status).headers(answer.headers);
    await (answer.text === "" ? reply.send() : reply.headers(JSON_TYPE).send(answer.text));
  };
}

/** A route with `takes`: its handler reads the body as it streams in, and may answer before its end. */
function taking(parts: HttpParts, handlers: Handlers, name: Answering): Serve {
  const schemas = schemasOf(routes[name], true);
  const handler = handlers[name] as AnyHandler;
  return async (request, reply) => {
    const { principal, headers } = request;
    try {
      if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity")
        throw new AppError("media_type_unsupported", "Send the body as it is, without a Content-Encoding.");
      const call = {
        params: parseParams(schemas, request.params),
        query: parseQuery(schemas, request.query),
        body: bodyAsItComes(request),
        principal,
        headers,
        address: request.ip,
        repeatKey: null,
      };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schemas that the call is typed by
      const answer = await handler(call as unknown as Call<Answering>);
      await reply
        .code(answer.status)
        .headers({ ...JSON_TYPE, ...answer.headers })
        .send(JSON.stringify(answer.body));
    } finally {
      letRestGo(request, parts.clock);
    }
  };
}

/** The answer of a route with `gives`, sent piece by piece while its caller still may have it. */
function giving(surface: RouteSurface, admit: Admit, name: Answering, media: string): Serve {
  const schemas = schemasOf(routes[name], RAW.has(name));
  const handler = surface.handlers[name] as AnyHandler;
  return async (request, reply) => {
    const { principal } = request;
    const call = {
      ...parseCall(schemas, request, sentText(request), RAW.has(name)),
      principal,
      headers: request.headers,
      address: request.ip,
      repeatKey: null,
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schemas that the call is typed by
    const { status, body, headers } = await handler(call as unknown as Call<Answering>);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the route's `gives` types it
    const pieces = body as StreamedBody;
    await surface.streamAnswers.send(reply, {
      caller: principal?.id ?? request.ip,
      status,
      headers: { "content-type": media, ...headers },
      pieces,
      stillMay: () => admit(name, request),
    });
  };
}

function parseCall(
  schemas: RouteSchemas,
  request: FastifyRequest,
  sent: SentText,
  raw: boolean,
): { params: unknown; query: unknown; body: unknown } {
  const params = parseParams(schemas, request.params);
  const query = parseQuery(schemas, queryOf(schemas.route, request));
  return { params, query, body: raw ? sent : parseBody(schemas, sent) };
}

/** What the handler is told of the query: the project of a link has said all it has to. */
function queryOf(route: Route, request: FastifyRequest): unknown {
  const { query } = request;
  if (linkedProject(route, request) === null || typeof query !== "object" || query === null) return query;
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== "project"));
}

function sentText({ body, headers }: FastifyRequest): SentText {
  return { content: Buffer.isBuffer(body) ? body : NO_BODY, mediaType: headers["content-type"] ?? "" };
}
