/**
 * A service for the examples to talk to, on this machine only: it takes any POST, tells what it got, can be slow, can
 * fail, and honours `Idempotency-Key`: what comes again under a known key is answered as before and not counted.
 *
 *   node scripts/launch.mjs examples/sink.ts --port 9000 --slow 50 --fail 0.1
 */
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

export interface Received {
  readonly path: string;
  readonly key: string | null;
  readonly body: unknown;
}

export interface SinkOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** How long each answer takes. */
  readonly slowMs?: number;
  /** Whether the n-th request to this path (from 1) is answered 503 without being taken. */
  readonly fails?: (path: string, nth: number) => boolean;
  readonly onReceived?: (one: Received) => void;
}

export interface Sink {
  readonly url: string;
  /** `host:port`, as STEWARD_EGRESS_ALLOW takes it. */
  readonly host: string;
  /** What was taken, in order, each key once. */
  readonly received: readonly Received[];
  /** Requests to a path, failed and repeated ones too. */
  requests(path: string): number;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_048_576;

export async function startSink({ port, slowMs = 0, fails = () => false, onReceived }: SinkOptions): Promise<Sink> {
  const received: Received[] = [];
  const keys = new Set<string>();
  const requests = new Map<string, number>();
  const take = (path: string, key: string | null, text: string): void => {
    if (key !== null && keys.has(key)) return;
    if (key !== null) keys.add(key);
    const one = { path, key, body: bodyOf(text) };
    received.push(one);
    onReceived?.(one);
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://sink").pathname;
    const nth = (requests.get(path) ?? 0) + 1;
    requests.set(path, nth);
    const answer = async (): Promise<void> => {
      const text = await textOf(request);
      await sleep(slowMs);
      const failed = fails(path, nth);
      const key = request.headers["idempotency-key"];
      if (!failed) take(path, typeof key === "string" ? key : null, text);
      response.writeHead(failed ? 503 : 201, { "content-type": "application/json" });
      response.end(JSON.stringify(failed ? { error: "try again" } : { taken: true }));
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const at = server.address();
  const host = `127.0.0.1:${typeof at === "object" && at !== null ? at.port : port}`;
  return {
    url: `http://${host}`,
    host,
    received,
    requests: (path) => requests.get(path) ?? 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const piece of request) {
    text += String(piece);
    if (text.length > BODY_BYTES_MAX) throw new Error("the body is too large");
  }
  return text;
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: "string" }, slow: { type: "string" }, fail: { type: "string" } },
  });
  const rate = Number(values.fail ?? 0);
  const sink = await startSink({
    port: Number(values.port ?? 9000),
    slowMs: Number(values.slow ?? 0),
    fails: () => Math.random() < rate,
    onReceived: ({ path, body }) => console.log(`${path} ${JSON.stringify(body)}`),
  });
  console.log(`sink at ${sink.url}`);
}
