import { createHash } from "node:crypto";
import type { PublicKeys } from "./audit-keys.ts";
import { createAuditVerifier, type AuditVerdict } from "./audit-verify.ts";

/** Of one line; a batch of the largest flush has a few. */
const LINE_BYTES_MAX = 67_108_864;
const LINE_END = 0x0a;

/**
 * Verifies an export as it is read, holding one line at a time. Throws `RangeError` for a line longer than 64 MiB.
 * @param trusted see `createAuditVerifier`
 */
export async function verifyAuditExport(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  trusted: PublicKeys | null,
): Promise<AuditVerdict> {
  const verifier = createAuditVerifier(trusted);
  const hash = createHash("sha256");
  const before = (): string => hash.copy().digest("hex");
  let rest: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END)) {
      const line = size === 0 ? bytes.subarray(0, end + 1) : Buffer.concat([...rest, bytes.subarray(0, end + 1)]);
      verifier.push(line.toString("utf8", 0, line.length - 1), before);
      hash.update(line);
      rest = [];
      size = 0;
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length === 0) continue;
    rest.push(Buffer.from(bytes));
    size += bytes.length;
    if (size > LINE_BYTES_MAX) throw new RangeError(`a line is longer than ${LINE_BYTES_MAX} bytes`);
  }
  if (size > 0) verifier.push(Buffer.concat(rest).toString("utf8"), before);
  return verifier.end();
}
