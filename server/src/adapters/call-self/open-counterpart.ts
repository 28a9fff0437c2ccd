/**
 * A counterpart for the proof of the promises: a server of this process on loopback that stands for every provider, and a
 * way out that reaches it and nothing else, whatever a name means elsewhere. The installation's own way out stays as it is.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Egress } from "../../core/ports/egress.ts";
import { createEgress } from "../egress/create-egress.ts";

export interface CounterpartRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CounterpartAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Counterpart {
  /** Under the guard's rules, with `names` opened. */
  readonly egress: Egress;
  /** When the last byte of a request came, by the clock; null before the first. */
  lastByteMs(): number | null;
  /** Connections that stand. */
  open(): number;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_048_576;

/** @param answer null answers never: the caller has to end it */
export async function openCounterpart(
  clock: Clock,
  names: readonly string[],
  answer: (request: CounterpartRequest) => CounterpartAnswer | null,
): Promise<Counterpart> {
  const sockets = new Set<Socket>();
  let lastByteMs: number | null = null;
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read = await readRequest(request);
    const said = read && answer(read);
    if (said) response.writeHead(said.status, { "content-type": "application/json", ...said.headers }).end(said.body);
    else if (read === null) response.destroy();
  };
  const server = createServer((request, response) => void respond(request, response));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("data", () => (lastByteMs = clock.monotonicMs()));
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server that listens at an address
  const { port } = server.address() as AddressInfo;
  const egress = createEgress({
    allow: parseAllowList(names.join(", ")),
    nowMs: () => clock.monotonicMs(),
    resolve: () => Promise.resolve(["127.0.0.1"]),
    connect: () => net.connect({ host: "127.0.0.1", port, noDelay: true }),
  });
  return {
    egress,
    lastByteMs: () => lastByteMs,
    open: () => sockets.size,
    async close() {
      await egress.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Null for one that broke off, or is too large to be meant. */
async function readRequest(request: IncomingMessage): Promise<CounterpartRequest | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request) {
      const read = Buffer.from(piece);
      bytes += read.length;
      if (bytes > BODY_BYTES_MAX) return null;
      pieces.push(read);
    }
  } catch {
    return null;
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: request.method ?? "",
    host: (headers["host"] ?? "").replace(/:\d+$/, ""),
    path: request.url ?? "",
    headers,
    body: Buffer.concat(pieces).toString("utf8"),
  };
}
