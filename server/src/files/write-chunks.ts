/**
 * Takes a content as it streams in. One chunk is gathered at a time, and a few sealed ones are on their way to the blob
 * store: memory is bounded by `AHEAD_MAX + 2` chunks, whatever the content's length. Each blob is noted before it is put,
 * so that a sweep that removes the same blob is waited for.
 */
import { noteBlob } from "../store/blobs.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Scope } from "../store/scope.ts";
import { type Chunks, sealChunk, type SealedChunk } from "./content.ts";
import type { FileParts } from "./file-parts.ts";

export interface WrittenContent extends Chunks {
  readonly bytes: number;
  /** The content's first bytes, to tell what it is. */
  readonly head: Buffer;
}

const AHEAD_MAX = 3;
const HEAD_BYTES = 4096;

/** Settles when all of the content is durable. `grow` is asked, and may refuse, before more bytes in all are taken. */
export async function writeChunks(
  parts: Pick<FileParts, "database" | "blobs" | "clock" | "limits">,
  to: { readonly scope: Scope; readonly keys: ProjectKeys },
  source: AsyncIterable<Uint8Array>,
  grow: (bytes: number) => Promise<void>,
): Promise<WrittenContent> {
  const { chunkBytes } = parts.limits;
  const gathered = Buffer.allocUnsafeSlow(chunkBytes);
  const addresses: Buffer[] = [];
  const onTheWay: Promise<void>[] = [];
  let head: Buffer | null = null;
  let [filled, bytes] = [0, 0];

  const flush = async (): Promise<void> => {
    const chunk = sealChunk(to.keys, gathered.subarray(0, filled));
    head ??= Buffer.from(gathered.subarray(0, Math.min(filled, HEAD_BYTES)));
    filled = 0;
    addresses.push(chunk.address);
    if (onTheWay.length >= AHEAD_MAX) await onTheWay.shift();
    const putting = putChunk(parts, to.scope, chunk);
    putting.catch(() => undefined); // told when it is awaited
    onTheWay.push(putting);
  };

  try {
    for await (const piece of source) {
      bytes += piece.length;
      await grow(bytes);
      for (let at = 0; at < piece.length;) {
        const taken = Math.min(piece.length - at, chunkBytes - filled);
        gathered.set(piece.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === chunkBytes) await flush();
      }
    }
    if (filled > 0) await flush();
    await Promise.all(onTheWay);
  } finally {
    await Promise.allSettled(onTheWay);
    gathered.fill(0);
  }
  return { chunkBytes, addresses, bytes, head: head ?? Buffer.alloc(0) };
}

async function putChunk(
  { database, blobs, clock }: Pick<FileParts, "database" | "blobs" | "clock">,
  scope: Scope,
  { address, sealed }: SealedChunk,
): Promise<void> {
  await noteBlob(database, scope, { address, bytes: sealed.length, nowMs: clock.nowMs() });
  await blobs.put(scope.project, address, sealed);
}
