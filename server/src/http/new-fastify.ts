import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from "fastify";
import type { HostGuard } from "./check-host.ts";
import { codeOf } from "../core/thrown.ts";
import type { HttpLimits, HttpSettings } from "./http-parts.ts";
import type { ProblemAnswer } from "./problem.ts";
import { refuseBrokenRequest } from "./refuse-broken-request.ts";
import { TRY_ROUTES } from "./limits-table.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { RequestLog } from "./request-log.ts";
import { routeNameOf } from "./route-names.ts";
import { API_HEADERS, STRICT_TRANSPORT } from "./security-headers.ts";
import { tlsOptions } from "./tls-options.ts";
import { isUnhurried } from "./unhurried.ts";

export interface Guards {
  readonly hosts: HostGuard;
  readonly limits: RateLimits | null;
  readonly requestLog: RequestLog | null;
  readonly problem: (thrown: unknown) => ProblemAnswer;
}

const HEADER_BYTES_MAX = 16_384;
const HEADERS_MAX = 200;
/** How often connections are looked at for requests that are too slow. */
const LOOK_MS = 1000;
/** Longer than usual proxies keep theirs, so that it is they who close. */
const KEEP_ALIVE_MS = 65_000;
/** Of a connection on which nothing moves: longer than any answer waits. */
const SILENCE_MS_MAX = 120_000;
/** Longer than any name may be, so that what a name may be is decided by its schema. */
const PARAM_LENGTH_MAX = 500;

/** The framework with its limits, its guards and its one way of refusing. */
export function newFastify({ limits, tls }: HttpSettings, guards: Guards): FastifyInstance {
  const refuse = (thrown: unknown, reply: FastifyReply): FastifyReply => {
    const { status, headers, body } = guards.problem(thrown);
    return reply
      .code(status)
      .headers({ ...API_HEADERS, ...headers })
      .send(JSON.stringify(body));
  };
  const options: FastifyServerOptions = {
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestMsMax,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: SILENCE_MS_MAX,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    clientErrorHandler: (error, socket) => {
      if (codeOf(error) === "ERR_HTTP_REQUEST_TIMEOUT" && isUnhurried(app, socket)) return;
      refuseBrokenRequest(error, socket);
    },
    frameworkErrors: (error, _request, reply) => void refuse(error, reply),
  };
  const app = serverOf(options, limits, tls);
  app.decorate("unhurried", new WeakSet());
  app.server.maxConnections = limits.connectionsMax;
  app.server.maxHeadersCount = HEADERS_MAX;
  guard(app, guards);
  // Bodies are read as they are; what they must be is the route's to say.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => refuse(error, reply));
  return app;
}

/** Answered to whoever looks whether the process lives, each second: no call of anybody. */
const UNCOUNTED = "/healthz";

/** What every request passes, in this order: host, limits of its address, the route's own guard, limits of its caller. */
function guard(app: FastifyInstance, guards: Guards): void {
  const { hosts, limits } = guards;
  // Whoever asks a request for its address gets the one answer (trusted-proxies.ts).
  app.decorateRequest("ip", {
    getter(this: FastifyRequest) {
      return hosts.addressOf(this.raw);
    },
  });
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(API_HEADERS);
    hosts.check(request.raw);
    if (hosts.isStrict(request.raw)) reply.header("strict-transport-security", STRICT_TRANSPORT);
    limits?.admit(request.ip, request.headers);
    done();
  });
  if (limits) {
    // Before the call is made, and before its body is read.
    app.addHook("onRoute", (route) => {
      const name = typeof route.method === "string" ? routeNameOf(route.method, route.url) : null;
      const kind = name === null ? undefined : TRY_ROUTES[name];
      if (kind) route.preParsing = async ({ ip: address }) => await limits.hit(kind, { address });
    });
    app.addHook("preParsing", async ({ principal, ip, headers }) => {
      if (principal !== null) await limits.called(principal.id, ip, headers);
    });
  }
  app.addHook("onResponse", (request, reply, done) => {
    const pattern = request.is404 ? undefined : request.routeOptions.url;
    if (pattern !== UNCOUNTED) note(guards, request, reply, pattern);
    done();
  });
}

function note({ limits, requestLog }: Guards, request: FastifyRequest, reply: FastifyReply, pattern?: string): void {
  const { principal, method, headers, ip: address } = request;
  const { statusCode: status, elapsedTime: latencyMs } = reply;
  if (principal === null) limits?.answered(address, status === 401);
  const userAgent = headers["user-agent"];
  requestLog?.note({ principal, method, pattern, status, address, userAgent, latencyMs });
}

function serverOf(options: FastifyServerOptions, limits: HttpLimits, tls: HttpSettings["tls"]): FastifyInstance {
  const node = {
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: limits.requestMsMax,
    headersTimeout: limits.requestMsMax / 2,
    connectionsCheckingInterval: LOOK_MS,
  };
  if (tls === null) return fastify({ ...options, http: node });
  // Its requests and answers are of the same classes; only the server's own type differs.
  const shared: object = options;
  const secured = fastify({ ...shared, https: { ...node, ...tlsOptions(tls) } });
  return secured;
}
