/** Chunks of which no two lists of parts give the same bytes: each part after its length (u32, big-endian), text as UTF-8. */
export function framed(parts: readonly (string | Uint8Array)[]): Uint8Array[] {
  return parts.flatMap((part) => {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
}

/** The chunks of `framed` in one. */
export function frame(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(framed(parts));
}
