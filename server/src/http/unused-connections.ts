import type { FastifyInstance } from "fastify";
import type { RawRequest } from "./webhooks.ts";

type Socket = RawRequest["socket"];

/**
 * Connections on which nothing was asked yet, as browsers open ahead of need: Node takes them for busy when it closes,
 * and would wait for their first request.
 */
export interface UnusedConnections {
  /** To be called with each request's socket. */
  used(socket: Socket): void;
  close(): void;
}

export function watchUnusedConnections(server: FastifyInstance["server"], secured: boolean): UnusedConnections {
  const unused = new Set<Socket>();
  server.on(secured ? "secureConnection" : "connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  return {
    used: (socket) => void unused.delete(socket),
    close() {
      for (const socket of unused) socket.destroy();
    },
  };
}
