import { createHash } from "node:crypto";

/** `<project>/<first byte>/<address>`, the same on disk and in a bucket. An address that is no digest is made one. */
export function blobFileName(project: string, address: Buffer): string {
  const name = address.length === 32 ? address.toString("hex") : createHash("sha256").update(address).digest("hex");
  return `${project}/${name.slice(0, 2)}/${name}`;
}
