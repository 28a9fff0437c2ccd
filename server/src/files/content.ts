/**
 * A file's content in blobs. It is cut into chunks of equal length, the last may be shorter; each is a blob, addressed by
 * a digest under the project's key and sealed to that address, so that equal chunks of a project are stored once. The list
 * of addresses is sealed to file, version and length: a content that was cut off, reordered, or put in another's place
 * does not open. Docs: docs/files.md, "Bytes".
 */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";

const CHUNK = placeOf("file_chunks", "address");
const LIST = placeOf("file_versions", "chunks");
const ADDRESS_BYTES = 32;
const SIZE_BYTES = 4;

/** Which content of which file. */
export interface ContentOf {
  readonly file: string;
  readonly version: number;
  readonly bytes: number;
}

export interface Chunks {
  readonly chunkBytes: number;
  readonly addresses: readonly Buffer[];
}

export interface SealedChunk {
  readonly address: Buffer;
  readonly sealed: Buffer;
}

export function sealChunk(keys: ProjectKeys, plain: Uint8Array): SealedChunk {
  const address = keys.digest("blob", "file", plain);
  return { address, sealed: keys.seal("file", CHUNK, address, plain) };
}

/** Throws `SealError` for any other bytes than those that were sealed for the address. */
export function openChunk(keys: ProjectKeys, address: Buffer, sealed: Uint8Array): Buffer {
  return keys.open("file", CHUNK, address, sealed);
}

export function sealChunks(keys: ProjectKeys, of: ContentOf, { chunkBytes, addresses }: Chunks): Buffer {
  const size = Buffer.alloc(SIZE_BYTES);
  size.writeUInt32BE(chunkBytes);
  return keys.seal("file", LIST, contentRow(of), Buffer.concat([size, ...addresses]));
}

/** Throws `SealError` where file, version or length are not those it was sealed for. */
export function openChunks(keys: ProjectKeys, of: ContentOf, sealed: Uint8Array): Chunks {
  const list = keys.open("file", LIST, contentRow(of), sealed);
  const chunkBytes = list.readUInt32BE(0);
  const count = Math.ceil(of.bytes / chunkBytes);
  invariant(list.length === SIZE_BYTES + count * ADDRESS_BYTES, "a list has an address for each chunk");
  const addresses = Array.from({ length: count }, (_, at) => {
    const from = SIZE_BYTES + at * ADDRESS_BYTES;
    return list.subarray(from, from + ADDRESS_BYTES);
  });
  return { chunkBytes, addresses };
}

/** A version's row as its sealed list is bound to it. */
export function contentRow({ file, version, bytes }: ContentOf): Buffer {
  const row = Buffer.alloc(28);
  uuidBytes(file).copy(row);
  row.writeUInt32BE(version, 16);
  row.writeBigUInt64BE(BigInt(bytes), 20);
  return row;
}
