/**
 * A counterpart that counts each byte it gets and when: `/step` answers after 20 ms, `/upload` reads slowly and never
 * answers, `/drip` answers a byte at a time, without an end.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { readFileSync } from "node:fs";

export interface ByteCounter {
  readonly url: string;
  /** Bytes read so far. */
  readonly bytes: () => number;
  /** Requests begun so far. */
  readonly requests: () => number;
  /** When the last byte was read, and the last connection ended; by `performance.now`. */
  readonly lastByteMs: () => number;
  readonly lastEndMs: () => number;
  readonly open: () => number;
  /** How many requests to a path are under way. */
  underWay(path: string): number;
  /** Bytes that have come in and were not read yet, as the kernel says (Linux). */
  unread(): number;
  /** Whether what is uploaded is read at full speed from now on. */
  hurry(fully: boolean): void;
  close(): Promise<void>;
}

const STEP_MS = 20;
const DRIP_MS = 10;
const SLOW_MS = 20;

export async function byteCounter(): Promise<ByteCounter> {
  let bytes = 0;
  let requests = 0;
  let lastByteMs = 0;
  let lastEndMs = 0;
  let isSlow = true;
  const sockets = new Set<Socket>();
  const under = new Map<string, Set<IncomingMessage>>();
  const server = createServer((request, reply) => {
    requests += 1;
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const there = under.get(pathname) ?? new Set<IncomingMessage>();
    under.set(pathname, there.add(request));
    reply.on("close", () => there.delete(request));
    request.on("error", () => undefined);
    answer(pathname, request, reply, () => isSlow);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("data", (piece) => {
      bytes += piece.length;
      lastByteMs = performance.now();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      lastEndMs = performance.now();
    });
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => bytes,
    requests: () => requests,
    lastByteMs: () => lastByteMs,
    lastEndMs: () => lastEndMs,
    open: () => sockets.size,
    underWay: (path) => under.get(path)?.size ?? 0,
    unread: () => unreadAt(port),
    hurry: (fully) => (isSlow = !fully),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((done) => void server.close(() => done()));
    },
  };
}

function answer(path: string, request: IncomingMessage, reply: ServerResponse, isSlow: () => boolean): void {
  if (path === "/upload") {
    request.on("data", () => {
      if (!isSlow()) return;
      request.pause();
      setTimeout(() => request.resume(), SLOW_MS);
    });
    return;
  }
  request.resume();
  if (path === "/drip") {
    reply.writeHead(200, { "content-type": "text/plain" });
    const drip = setInterval(() => reply.write("x"), DRIP_MS);
    reply.on("close", () => clearInterval(drip));
    return;
  }
  request.on("end", () => {
    setTimeout(() => reply.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}'), STEP_MS);
  });
}

/** The receive queues of connections to a port, added up: columns of proc_net_tcp(5). */
function unreadAt(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  let sum = 0;
  for (const line of lines) {
    const [, own = "", , state = "", queues = ""] = line.trim().split(/\s+/);
    // A listener's queue (0A) counts connections.
    if (own.endsWith(local) && state !== "0A") sum += Number.parseInt(queues.split(":")[1] ?? "0", 16);
  }
  return sum;
}
