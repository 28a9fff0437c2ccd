/**
 * A service for the examples to talk to, on this machine only. It takes any POST and tells what it got, can be slow and
 * can fail, and honours `Idempotency-Key`: what comes again under a known key is answered as before and not counted.
 * GET answers with all it took.
 *
 *   node scripts/launch.mjs examples/sink.ts --port 9000 --slow 50 --fail-every 9
 *
 * --slow: milliseconds an answer takes. --fail-every: each n-th request is answered 503, with 1 all of them.
 * --fail-first: the first n are. --fail-path: only requests to this path fail.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

interface Received {
  readonly path: string;
  readonly key: string | null;
  readonly body: unknown;
}

const BODY_CHARS_MAX = 1_048_576;
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "9000" },
    slow: { type: "string", default: "0" },
    "fail-every": { type: "string", default: "0" },
    "fail-first": { type: "string", default: "0" },
    "fail-path": { type: "string" },
  },
});
const slowMs = Number(values.slow);
const failEvery = Number(values["fail-every"]);
const failFirst = Number(values["fail-first"]);
const received: Received[] = [];
const keys = new Set<string>();
let requests = 0;

function fails(path: string): boolean {
  if (values["fail-path"] !== undefined && values["fail-path"] !== path) return false;
  requests += 1;
  return requests <= failFirst || (failEvery > 0 && requests % failEvery === 0);
}

function take(one: Received): void {
  if (one.key !== null && keys.has(one.key)) return;
  if (one.key !== null) keys.add(one.key);
  received.push(one);
  console.log(`${one.path} ${JSON.stringify(one.body)}`);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", "http://sink").pathname;
  if (request.method === "GET") return send(response, 200, { requests, received });
  const text = await textOf(request);
  await sleep(slowMs);
  if (fails(path)) return send(response, 503, { error: "try again" });
  const key = request.headers["idempotency-key"];
  take({ path, key: typeof key === "string" ? key : null, body: bodyOf(text) });
  send(response, 201, { taken: true });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const piece of request) {
    text += String(piece);
    if (text.length > BODY_CHARS_MAX) throw new Error("the body is too large");
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

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.listen(Number(values.port), "127.0.0.1", () => {
  const at = server.address();
  console.log(`sink at http://127.0.0.1:${typeof at === "object" && at !== null ? at.port : values.port}`);
});
