/** A service whose answers the test gives: at once, when it says so, or never. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HeldSink {
  readonly url: string;
  /** Requests to the path wait from now on, until it is released. */
  hold(path: string): void;
  release(path: string): void;
  /** The next request to the path is read whole, and its connection broken instead of an answer. */
  cut(path: string): void;
  /** How many requests came to the path. */
  count(path: string): number;
  close(): Promise<void>;
}

export async function heldSink(): Promise<HeldSink> {
  const held = new Map<string, ServerResponse[]>();
  const cuts = new Set<string>();
  const counts = new Map<string, number>();
  const answer = (response: ServerResponse): void => {
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ taken: true }));
  };
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? "/";
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const waiting = held.get(path);
    if (cuts.delete(path)) request.socket.resetAndDestroy();
    else if (waiting) waiting.push(response);
    else answer(response);
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => take(request, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (path) => void held.set(path, []),
    release: (path) => {
      const waiting = held.get(path) ?? [];
      held.delete(path);
      for (const response of waiting) answer(response);
    },
    cut: (path) => void cuts.add(path),
    count: (path) => counts.get(path) ?? 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
