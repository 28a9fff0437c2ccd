/**
 * A run's committed records as server-sent events (WHATWG HTML, section 9.2): `id` is the record's sequence, `event` is
 * `step` or `run`, and `end` comes once after the run's last record. A silent stream carries a comment each heartbeat;
 * there the caller's right to it is looked up again, so that a revoked key loses its streams too.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import { parseId } from "../core/id.ts";
import { presentNews } from "./present-run.ts";
import { API_HEADERS } from "./security-headers.ts";
import type { Principal } from "./principal.ts";
import type { HttpLimits, HttpParts } from "./http-parts.ts";

/** What the answer's socket is to a stream. */
type Raw = FastifyReply["raw"];

export interface RunEvents {
  /** Answers with the stream and settles when it has ended. Throws before its first byte: `not_found`, `overloaded`. */
  stream(
    principal: Principal,
    request: FastifyRequest,
    reply: FastifyReply,
    stillMay: () => Promise<unknown>,
  ): Promise<void>;
  /** Ends all streams; their callers come again with Last-Event-ID. */
  close(): void;
}

/** How long an EventSource waits before it comes again. */
const RETRY_MS = 1000;

export function createRunEvents(parts: HttpParts, limits: HttpLimits): RunEvents {
  const open = new Map<AbortController, string>();

  const admit = (principal: Principal): AbortController => {
    const own = [...open.values()].filter((id) => id === principal.id).length;
    if (own >= limits.streamsPerPrincipalMax || open.size >= limits.streamsMax) {
      throw new AppError(
        "overloaded",
        `There are ${own} streams open for this caller, ${open.size} in all: close some.`,
        { retryAfterSeconds: 10 },
      );
    }
    const stop = new AbortController();
    open.set(stop, principal.id);
    return stop;
  };

  return {
    async stream(principal, request, reply, stillMay) {
      const run = runIdOf(request.params);
      const after = lastEventId(request.headers["last-event-id"]);
      const stop = admit(principal);
      try {
        if (!(await parts.engine.readRun(principal.scope, run)))
          throw new AppError("not_found", `there is no run ${paramOf(request.params)}.`);
        const { raw } = reply.hijack();
        const gone = (): void => stop.abort();
        raw.on("close", gone).on("error", gone);
        raw.writeHead(200, {
          ...API_HEADERS,
          "content-type": "text/event-stream; charset=utf-8",
          "x-accel-buffering": "no",
        });
        raw.write(`retry: ${RETRY_MS}\n\n`);
        const rest = keepAlive(parts, limits, raw, stop, stillMay);
        try {
          await sendNews(parts, principal, run, after, raw, stop.signal);
        } catch (error) {
          if (!stop.signal.aborted) parts.log(`the events of run ${run} ended early`, error);
        } finally {
          rest();
          raw.end();
        }
      } finally {
        open.delete(stop);
      }
    },
    close() {
      for (const stop of open.keys()) stop.abort();
    },
  };
}

async function sendNews(
  parts: HttpParts,
  principal: Principal,
  run: string,
  after: number,
  raw: Raw,
  signal: AbortSignal,
): Promise<void> {
  for await (const news of parts.engine.follow(principal.scope, run, after, signal)) {
    if (signal.aborted) return;
    const event = presentNews(news);
    if (!raw.write(`id: ${news.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
      await drained(raw, signal);
  }
  if (!signal.aborted) raw.write("event: end\ndata: {}\n\n");
}

/** Settles when the socket takes more; one that never does is closed by the server's idle limit, which aborts the signal. */
function drained(raw: Raw, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    raw.on("drain", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Each heartbeat: a comment, if the caller still may; else the end of the stream. */
function keepAlive(
  parts: HttpParts,
  limits: HttpLimits,
  raw: Raw,
  stop: AbortController,
  stillMay: () => Promise<unknown>,
): () => void {
  let rested = false;
  const beat = async (): Promise<void> => {
    await stillMay();
    if (rested || stop.signal.aborted) return;
    if (!raw.writableNeedDrain) raw.write(":\n\n");
    cancel = next();
  };
  const next = (): (() => void) => parts.clock.after(limits.heartbeatMs, () => void beat().catch(() => stop.abort()));
  let cancel = next();
  return () => {
    rested = true;
    cancel();
  };
}

function paramOf(params: unknown): string {
  return typeof params === "object" && params !== null && "id" in params && typeof params.id === "string"
    ? params.id
    : "";
}

function runIdOf(params: unknown): string {
  const run = parseId("run", paramOf(params));
  if (run === null) throw new AppError("not_found", "Nothing has the name that the path gives.");
  return run;
}

function lastEventId(header: string | readonly string[] | undefined): number {
  if (header === undefined || header === "") return 0;
  if (typeof header !== "string" || !/^\d{1,10}$/.test(header))
    throw new AppError("invalid_request", "Last-Event-ID is the number of a record.");
  return Number(header);
}
