/**
 * A segment's bytes: a format byte, then the records as a JSON array, deflated (RFC 1951) with a
 * dictionary of what records look like. The dictionary is part of format 1 and never changes:
 * it takes a five-step run from 390 to 250 bytes.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { invariant } from "../core/invariant.ts";
import { parseOwn } from "../core/json.ts";
import type { StoredRecord } from "./blob-values.ts";

const FORMAT = 1;
const DICTIONARY = Buffer.from(
  `{"t":"accepted","at":17,"trigger":"manual","input":{"method":"POST","path":"/","headers":{"host":"127.0.0.1","content-type":"application/json","content-length":"","user-agent":"","accept":"*/*"},"query":{},"body":{,"deliveryId":null}},{"t":"step","step":"","path":[],"attempt":1,"at":17,"ms":0,"status":"done","port":"","input":{,"output":{,"error":{"code":"","message":""},"same":true},"reply":{"status":200,"headers":{}}},{"t":"begin","step":"","path":[],"attempt":1,"at":17,"input":{"pending":{"kind":"effect","effect":{"action":"http.request","arguments":{"method":"GET","url":"http://","headers":{"content-type":"application/json"},"query":{},"body":null},"credential":null,"repeat":"safe","timeoutMs":30000},"key":null}},{"t":"end","of":2,"at":17,"status":"done","output":{"status":200,"headers":{"content-type":"application/json","date":""},"body":{}},{"t":"ended","at":17,"status":"completed","output":`,
);
/** What a segment may inflate to: more is a tampered row. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;
/** Above this a wider window pays for its memory. */
const SMALL_BYTES = 4096;
/** 8 µs where zlib's own sizes take 14: most of it was making and clearing memory, 16 kB of it for the answer alone. */
const SMALL = { windowBits: 11, memLevel: 2, chunkSize: 2048 } as const;

/** Packs records, given as their JSON texts, into a segment's plain bytes. */
export function packSegment(records: readonly string[]): Buffer {
  const text = Buffer.from(`[${records.join(",")}]`);
  const size = text.length <= SMALL_BYTES ? SMALL : {};
  const packed = deflateRawSync(text, { level: 1, dictionary: DICTIONARY, ...size });
  const whole = Buffer.allocUnsafe(packed.length + 1);
  whole[0] = FORMAT;
  packed.copy(whole, 1);
  return whole;
}

export function unpackSegment(bytes: Buffer): readonly StoredRecord[] {
  invariant(bytes[0] === FORMAT, `segments are of format ${FORMAT}, not ${bytes[0]}`);
  const text = inflateRawSync(bytes.subarray(1), { dictionary: DICTIONARY, maxOutputLength: TEXT_BYTES_MAX });
  return parseOwn<readonly StoredRecord[]>(text.toString());
}
