/** A file's content, chunk by chunk: a few are fetched ahead of the reader, and nothing else is held. */
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import { nameOf } from "../core/file-path.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { findContent } from "../store/file-versions.ts";
import { findFile } from "../store/files.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ByteRange } from "./byte-range.ts";
import { type Chunks, openChunk, openChunks } from "./content.ts";
import type { FileParts } from "./file-parts.ts";
import { noFile } from "./show-file.ts";

export interface FileContent {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly version: number;
  /** The bytes of a range, or all. Throws when a chunk is gone or was tampered with: what came before is good. */
  pieces(range: ByteRange | null): AsyncGenerator<Buffer, void, undefined>;
}

type ReadParts = Pick<FileParts, "database" | "blobs" | "keysOf">;

const AHEAD = 2;

/** The present content, or an earlier version's. Throws `not_found`, for a deleted file too. */
export async function readFile(parts: ReadParts, scope: Scope, id: string, version?: number): Promise<FileContent> {
  const { file, content } = await inScope(parts.database, scope, async (tx) => {
    const found = await findFile(tx, scope.project, id);
    if (!found || found.deletedAt !== null) throw noFile();
    return { file: found, content: await findContent(tx, scope.project, id, version ?? found.version) };
  });
  if (!content) throw new AppError("not_found", `The file has no version ${version} any more.`);
  const keys = await parts.keysOf(scope);
  const { bytes } = content;
  const chunks = openChunks(keys, { file: id, version: content.version, bytes }, content.chunks);
  return {
    name: nameOf(file.path),
    mediaType: content.mediaType,
    bytes,
    version: content.version,
    pieces: (range) => piecesOf(parts, scope, keys, { ...chunks, bytes }, range ?? { from: 0, to: bytes }),
  };
}

async function* piecesOf(
  { blobs }: Pick<FileParts, "blobs">,
  scope: Scope,
  keys: ProjectKeys,
  { addresses, chunkBytes, bytes }: Chunks & { readonly bytes: number },
  { from, to }: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  const load = async (at: number): Promise<Buffer> => {
    const address = addresses[at]!;
    const sealed = await blobs.get(scope.project, address);
    if (!sealed) throw new Error(`chunk ${at} of a file is gone: blob ${address.toString("hex")} of ${scope.project}`);
    const plain = openChunk(keys, address, sealed);
    invariant(plain.length === Math.min(chunkBytes, bytes - at * chunkBytes), "a chunk is as long as its place");
    return plain;
  };
  const last = Math.ceil(to / chunkBytes);
  const ahead: Promise<Buffer>[] = [];
  let asked = Math.floor(from / chunkBytes);
  for (let at = asked; at < last; at++) {
    for (; asked < last && asked <= at + AHEAD; asked++) {
      const loading = load(asked);
      loading.catch(() => undefined); // told when it is awaited
      ahead.push(loading);
    }
    const plain = await ahead.shift()!;
    const begin = at * chunkBytes;
    yield plain.subarray(Math.max(0, from - begin), Math.min(plain.length, to - begin));
  }
}
