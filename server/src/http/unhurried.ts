/**
 * Requests that bring a body as it comes (`takes`): they may take longer than others to arrive, since who reads them
 * watches their pace, and nobody gathers them.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Clock } from "../core/ports/clock.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Connections whose present request is not held to the time that a request has. */
    readonly unhurried: WeakSet<object>;
  }
}

/** What is still sent after a refusal is read and thrown away this long, so that the answer can be heard. */
const LINGER_MS = 5000;

export function isUnhurried(app: FastifyInstance, socket: object): boolean {
  return app.hasDecorator("unhurried") && app.unhurried.has(socket);
}

/** The body's pieces; the connection stays whole whatever becomes of the reading, so that it can be answered. */
export function bodyAsItComes({ raw, server }: FastifyRequest): AsyncIterable<Uint8Array> {
  server.unhurried.add(raw.socket);
  raw.once("end", () => server.unhurried.delete(raw.socket));
  return raw.iterator({ destroyOnReturn: false });
}

/** Once it is answered: what nobody has read goes unread, and a sender who doesn't end is cut off. */
export function letRestGo({ raw }: FastifyRequest, clock: Clock): void {
  if (raw.complete) return;
  raw.resume();
  const cancel = clock.after(LINGER_MS, () => raw.socket.destroy());
  raw.once("close", cancel).once("end", cancel);
}
