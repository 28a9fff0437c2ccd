/** One-time links into the page: made for a person, used once within 15 minutes, kept in this process's memory only. */
import { createHash } from "node:crypto";
import type { Clock } from "../core/ports/clock.ts";
import type { Ids } from "../core/ports/ids.ts";

/** Whom a link lets in. */
export interface Entry {
  readonly account: string;
  /** The API key that made the link, with which it ends; null for the installation's own. */
  readonly key?: string | null;
}

export interface EntryLinks {
  /** A new token; `expiresAt` is the wall-clock millisecond it says to people, its end is counted monotonically. */
  make(entry: Entry): { readonly token: string; readonly expiresAt: number };
  /** Whom the token lets in, once; null when it was used, is too old or was never made. */
  redeem(token: string): Entry | null;
  /** The same without using it. */
  look(token: string): Entry | null;
}

const LINK_MS = 15 * 60_000;
/** Links held at once; the oldest gives way. */
const LINKS_MAX = 100;
const TOKEN_BYTES = 32;

export function createEntryLinks(clock: Clock, ids: Ids): EntryLinks {
  const links = new Map<string, Entry & { readonly endsMs: number }>();
  return {
    make(entry) {
      const token = ids.bytes(TOKEN_BYTES).toString("base64url");
      links.set(digestOf(token), { ...entry, endsMs: clock.monotonicMs() + LINK_MS });
      if (links.size > LINKS_MAX) links.delete(links.keys().next().value!);
      return { token, expiresAt: clock.nowMs() + LINK_MS };
    },
    redeem(token) {
      const digest = digestOf(token);
      const link = links.get(digest);
      links.delete(digest);
      return link && clock.monotonicMs() < link.endsMs ? { account: link.account, key: link.key ?? null } : null;
    },
    look(token) {
      const link = links.get(digestOf(token));
      return link && clock.monotonicMs() < link.endsMs ? { account: link.account, key: link.key ?? null } : null;
    },
  };
}

/** Looked up by digest, so that how long the search takes says nothing about the token. */
function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
