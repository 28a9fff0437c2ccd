/** The HTTP surface: the API by its route table, webhooks, health, and the page. Nothing else is served. */
import type { FastifyInstance } from "fastify";
import { AppError } from "../core/errors.ts";
import { codeOf } from "../core/thrown.ts";
import { receiveWebhook } from "../flows/receive-webhook.ts";
import { createAuthenticate } from "./authenticate.ts";
import { createHostGuard, isLoopback } from "./check-host.ts";
import { createCameFrom, NO_PROXIES } from "./trusted-proxies.ts";
import { tlsOptions } from "./tls-options.ts";
import { createEntryLinks, type Entry } from "./entry-links.ts";
import { readExamples } from "./examples.ts";
import { createHandlers } from "./handlers.ts";
import { registerHealth } from "./health.ts";
import type { HttpParts, HttpSettings, TlsSettings } from "./http-parts.ts";
import { newFastify } from "./new-fastify.ts";
import { registerOpenApi } from "./openapi.ts";
import { readPageFiles } from "./page-files.ts";
import { registerAuth } from "./auth.ts";
import { registerOAuthCallback } from "./oauth-callback.ts";
import { registerEntry } from "./page.ts";
import { registerRest } from "./register-rest.ts";
import { problemOf, type ProblemAnswer } from "./problem.ts";
import { registerRoutes } from "./register-routes.ts";
import { registerScim } from "./scim.ts";
import { registerSlackInteractivity } from "./slack-interactivity.ts";
import { createRunEvents } from "./run-events.ts";
import { entryUrl } from "./session.ts";
import { createStreamAnswers } from "./stream-answers.ts";
import { watchUnusedConnections } from "./unused-connections.ts";
import { serveWebhooks, WEBHOOK_PREFIX } from "./webhooks.ts";

export interface HttpServer {
  /** Begins to serve; gives the address. Throws `start_refused` beyond loopback without TLS (PROMISES B6), and for a port that is taken. */
  listen(host: string, port: number): Promise<string>;
  /** Serves new connections under another certificate; those that are open go on. Throws when OpenSSL refuses it, and keeps the old one. */
  renewCertificate(tls: TlsSettings): void;
  /** A one-time link into the page. */
  createEntryLink(entry: Entry): string;
  /** Takes no more connections, ends the streams, and settles when what is under way is answered or its time is over. */
  close(): Promise<void>;
}

export async function createHttpServer(parts: HttpParts, settings: HttpSettings): Promise<HttpServer> {
  const { limits, tls } = settings;
  const [files, examples] = await Promise.all([
    readPageFiles(settings.pageFolder),
    readExamples(settings.examplesFolder),
  ]);
  const links = createEntryLinks(parts.clock, parts.ids);
  const runEvents = createRunEvents(parts, limits);
  const authenticate = createAuthenticate(parts);
  const hosts = createHostGuard(createCameFrom(settings.proxies ?? NO_PROXIES));
  const problem = (thrown: unknown): ProblemAnswer => problemOf(thrown, () => parts.ids.uuid(), parts.log);

  const app = newFastify(settings, { hosts, problem, limits: parts.rateLimits, requestLog: parts.requestLog });
  const streamAnswers = createStreamAnswers(parts, limits);
  const handlers = createHandlers(parts, links, examples);
  registerRoutes(app, parts, { handlers, runEvents, streamAnswers, authenticate });
  registerHealth(app, parts);
  registerOpenApi(app, settings.version);
  registerEntry(app, parts, links);
  registerOAuthCallback(app, parts, authenticate);
  registerAuth(app, parts);
  registerScim(app, parts);
  registerSlackInteractivity(app, parts);
  registerRest(app, files);
  const webhooks = serveWebhooks({
    receive: (request) => receiveWebhook(parts, request),
    checkHost: hosts.check,
    unknown: (request) => parts.rateLimits?.unknownWebhook(hosts.addressOf(request)),
    problem,
    bodyBytesMax: limits.bodyBytesMax,
    clock: parts.clock,
  });
  const unused = watchUnusedConnections(app.server, tls !== null);
  app.server.removeAllListeners("request").on("request", (request, reply) => {
    unused.used(request.socket);
    if (request.url?.startsWith(WEBHOOK_PREFIX)) webhooks(request, reply);
    else app.routing(request, reply);
  });

  return {
    async listen(host, port) {
      const behindProxy = (settings.proxies?.trusted.length ?? 0) > 0 && parts.publicUrl.startsWith("https:");
      const bound = await bind(app, tls !== null || behindProxy, host, port);
      hosts.serve({ host, publicUrl: parts.publicUrl }, bound);
      return `${tls === null ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${bound}`;
    },
    renewCertificate(renewed) {
      if ("setSecureContext" in app.server && typeof app.server.setSecureContext === "function")
        app.server.setSecureContext(tlsOptions(renewed));
    },
    createEntryLink: (entry) => entryUrl(parts.publicUrl, links.make(entry).token),
    async close() {
      runEvents.close();
      const closed = app.close();
      unused.close();
      const cancel = parts.clock.after(limits.drainMsMax, () => app.server.closeAllConnections());
      await closed;
      cancel();
    },
  };
}

/** Gives the port, which the system chose when 0 was asked for. */
async function bind(app: FastifyInstance, guarded: boolean, host: string, port: number): Promise<number> {
  if (!guarded && !isLoopback(host)) {
    const why = `Steward serves ${host} over TLS only: set STEWARD_TLS_CERT and STEWARD_TLS_KEY, or listen on 127.0.0.1 behind what has a certificate, or name that in STEWARD_TRUSTED_PROXIES with an https STEWARD_PUBLIC_URL.`;
    throw new AppError("start_refused", why);
  }
  try {
    // One address, so that one listener, with our own handler in front, serves everything.
    await app.listen({ host: host === "localhost" ? "127.0.0.1" : host, port });
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw error;
    throw new AppError("start_refused", `Port ${port} of ${host} is taken: set STEWARD_PORT to another.`);
  }
  const bound = app.server.address();
  return typeof bound === "object" && bound !== null ? bound.port : port;
}
