/**
 * Answers that stream out: a download, an export. Each is pulled from its source as fast as its reader takes it, so that
 * nothing gathers here. What its source throws before the first piece is a problem; later the connection is broken off,
 * since a whole answer must never be mistaken for a torn one.
 */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { HttpLimits } from "./http-parts.ts";
import type { StreamedBody } from "./route-call.ts";

export interface StreamedAnswer {
  /** Whose answers are counted together. */
  readonly caller: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: StreamedBody;
  /** Throws when the caller may not have it any more; asked at each heartbeat. */
  readonly stillMay: () => Promise<unknown>;
}

export interface StreamAnswers {
  /** Settles when the last piece is handed to the connection, or its reader is gone. Throws `overloaded`, and what the source throws first. */
  send(reply: FastifyReply, answer: StreamedAnswer): Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

const PIECE_BYTES = 65_536;

export function createStreamAnswers(parts: Parts, limits: HttpLimits): StreamAnswers {
  const open = new Map<symbol, string>();

  const admit = (caller: string): symbol => {
    const own = [...open.values()].filter((one) => one === caller).length;
    if (own >= limits.streamsPerPrincipalMax || open.size >= limits.streamsMax) {
      throw new AppError("overloaded", `There are ${own} downloads open for this caller, ${open.size} in all.`, {
        retryAfterSeconds: 10,
      });
    }
    const one = Symbol(caller);
    open.set(one, caller);
    return one;
  };

  return {
    async send(reply, { caller, status, headers, pieces, stillMay }) {
      const one = admit(caller);
      const source = pieces[Symbol.asyncIterator]();
      try {
        const first = await source.next();
        const check = everySoOften(parts.clock, limits.heartbeatMs, stillMay);
        const stream = Readable.from(rest(first, source, check), { objectMode: false, highWaterMark: PIECE_BYTES });
        const over = Promise.withResolvers<void>();
        stream.once("close", over.resolve);
        stream.once("error", (error) => {
          if (!reply.raw.destroyed) parts.log("an answer broke off", error);
        });
        void reply.code(status).headers(headers).send(stream);
        await over.promise;
      } finally {
        open.delete(one);
        await source.return?.().catch((error: unknown) => parts.log("an answer's source did not close", error));
      }
    },
  };
}

async function* rest(
  first: IteratorResult<string | Uint8Array>,
  source: AsyncIterator<string | Uint8Array>,
  stillAllowed: () => Promise<void>,
): AsyncGenerator<Buffer> {
  for (let piece = first; piece.done !== true; piece = await source.next()) {
    await stillAllowed();
    if (piece.value.length > 0) yield asBytes(piece.value);
  }
}

function asBytes(piece: string | Uint8Array): Buffer {
  return typeof piece === "string"
    ? Buffer.from(piece, "utf8")
    : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** Looks up the caller's right again, at most this often; throws when it is gone. */
function everySoOften(clock: Clock, everyMs: number, look: () => Promise<unknown>): () => Promise<void> {
  let last = clock.monotonicMs();
  return async () => {
    if (clock.monotonicMs() - last < everyMs) return;
    last = clock.monotonicMs();
    await look();
  };
}
