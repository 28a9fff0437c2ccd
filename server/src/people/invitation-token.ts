import { createHash } from "node:crypto";
import type { Ids } from "../core/ports/ids.ts";

const TOKEN_BYTES = 32;

/** What lets one person in, once: 32 random bytes. */
export function makeInvitationToken(ids: Pick<Ids, "bytes">): string {
  return ids.bytes(TOKEN_BYTES).toString("base64url");
}

/** What it is looked up by; the token itself is in the mail only. */
export function hashInvitationToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Where the page takes it. Behind `#`, so that no server, log or referrer along the way sees the token. */
export function invitationUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/invitation#${token}`;
}
