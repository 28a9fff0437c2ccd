import fastify, { type FastifyInstance, type FastifyReply, type FastifyServerOptions } from "fastify";
import type { HttpLimits, HttpSettings } from "./http-parts.ts";
import type { ProblemAnswer } from "./problem.ts";
import { refuseBrokenRequest } from "./refuse-broken-request.ts";
import { API_HEADERS } from "./security-headers.ts";
import type { RawRequest } from "./webhooks.ts";

export interface Guards {
  /** Throws `host_refused`. */
  readonly checkHost: (request: RawRequest) => void;
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
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, _request, reply) => void refuse(error, reply),
  };
  const app = serverOf(options, limits, tls);
  app.server.maxConnections = limits.connectionsMax;
  app.server.maxHeadersCount = HEADERS_MAX;
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(API_HEADERS);
    guards.checkHost(request.raw);
    done();
  });
  // Bodies are read as they are; what they must be is the route's to say.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => refuse(error, reply));
  return app;
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
  const secured = fastify({ ...shared, https: { ...node, key: tls.key, cert: tls.cert, minVersion: tls.minVersion } });
  return secured;
}
