/**
 * Values too large for a segment lie in the blob store, addressed by a keyed digest of their content
 * and sealed with the project's key. A record carries `{ "blob": address, "bytes": n }` beside the
 * field's name, as `inputBlob`, `outputBlob`, `dataBlob` or `outcomeBlob`.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { placeOf } from "../catalogue/tables.ts";
import { parseOwn, type Json } from "../core/json.ts";
import type { BlobStore } from "../core/ports/blob-store.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { RunRecord } from "../core/run/record.ts";
import { noteBlob } from "../store/blobs.ts";
import type { Project } from "./projects.ts";

const PLACE = placeOf("blobs", "address");
const FIELDS = ["input", "output", "data", "outcome"] as const;
const BLOB_BYTES_MAX = 256 * 1024 * 1024;

export interface BlobReference {
  readonly blob: string;
  readonly bytes: number;
}

export interface BlobValues {
  /** Writes a value's JSON text; settles when it is durable and noted. */
  put(project: Project, address: Buffer, text: string): Promise<void>;
  address(project: Project, text: string): Buffer;
  /** The value at an address; throws when it is gone. */
  get(project: Project, address: Buffer): Promise<Json>;
}

export function createBlobValues(store: BlobStore, database: Database, clock: Clock): BlobValues {
  return {
    address: (project, text) => project.keys.digest("blob", text),
    async put(project, address, text) {
      const sealed = project.keys.seal("blob", PLACE, address, deflateRawSync(Buffer.from(text), { level: 1 }));
      // Noted first: a sweep that removes the same blob holds its row, and is waited for.
      await noteBlob(database, project, { address, bytes: text.length, nowMs: clock.nowMs() });
      await store.put(project.project, address, sealed);
    },
    async get(project, address) {
      const sealed = await store.get(project.project, address);
      if (!sealed) throw new Error(`blob ${address.toString("hex")} of project ${project.project} is gone`);
      const text = inflateRawSync(project.keys.open("blob", PLACE, address, sealed), {
        maxOutputLength: BLOB_BYTES_MAX,
      });
      return parseOwn<Json>(text.toString());
    },
  };
}

/** A record's text with its large fields replaced by references, and what they are. */
export function splitBlobs(
  record: RunRecord,
  inlineBytesMax: number,
  address: (text: string) => Buffer,
): { text: string; blobs: { address: Buffer; text: string }[] } {
  const blobs: { address: Buffer; text: string }[] = [];
  const slim: Record<string, unknown> = { ...record };
  for (const field of FIELDS) {
    if (slim[field] === undefined) continue;
    const text = JSON.stringify(slim[field]);
    if (text.length <= inlineBytesMax) continue;
    const at = address(text);
    blobs.push({ address: at, text });
    delete slim[field];
    slim[`${field}Blob`] = { blob: at.toString("hex"), bytes: text.length } satisfies BlobReference;
  }
  return { text: JSON.stringify(slim), blobs };
}

/** A record as it was read: what was too large for its segment stands beside it as a reference. */
export type StoredRecord = RunRecord & { readonly [F in `${(typeof FIELDS)[number]}Blob`]?: BlobReference };

/** A record with its large values put back. */
export async function loadBlobs(stored: StoredRecord, blobs: BlobValues, project: Project): Promise<RunRecord> {
  if (!FIELDS.some((field) => stored[`${field}Blob`])) return stored;
  const values: Record<string, Json> = {};
  for (const field of FIELDS) {
    const reference = stored[`${field}Blob`];
    if (reference) values[field] = await blobs.get(project, Buffer.from(reference.blob, "hex"));
  }
  return Object.assign({ ...stored }, values);
}
