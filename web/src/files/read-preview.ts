/** What of a file is shown in place. */
import type { Client, File } from "@steward/sdk";

export const IMAGE_BYTES_MAX = 8_000_000;
export const TEXT_BYTES_MAX = 256_000;

export type Preview =
  | { readonly kind: "image"; readonly address: string }
  | { readonly kind: "text"; readonly text: string; readonly cut: boolean }
  | { readonly kind: "too_large" }
  | { readonly kind: "none" };

/**
 * Reads as much as is shown and no more. An image becomes an address of its own content: the security policy lets no
 * other through but our own, and there a link can't name the project.
 */
export async function readPreview(client: Client, file: File, signal: AbortSignal): Promise<Preview> {
  const { id, version, preview, mediaType, bytes } = file;
  if (preview === null) return { kind: "none" };
  if (preview === "image" && bytes > IMAGE_BYTES_MAX) return { kind: "too_large" };
  const { pieces } = await client.readFile({ file: id, version, signal });
  const { bytes: read, cut } = await readUpTo(pieces, preview === "image" ? IMAGE_BYTES_MAX : TEXT_BYTES_MAX);
  if (preview === "text") return { kind: "text", text: new TextDecoder().decode(read, { stream: cut }), cut };
  return { kind: "image", address: `data:${mediaType};base64,${base64Of(read)}` };
}

/** The first bytes; leaving the loop ends the connection. */
export async function readUpTo(
  pieces: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly cut: boolean }> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let cut = false;
  for await (const piece of pieces) {
    const part = piece.slice(0, bytesMax - length);
    parts.push(part);
    length += part.byteLength;
    cut = part.byteLength < piece.byteLength;
    if (cut) break;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return { bytes, cut };
}

const CHUNK = 32_768;

function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}
