/**
 * The invitation that somebody is on the way to accept: kept in this browser while they sign up, read their mail and sign
 * in, so that its token stands in no address that a server sees. Gone once it is used or over.
 */
const KEPT = "steward.invitation";
const KEPT_MS_MAX = 7 * 86_400_000;

export interface KeptInvitation {
  readonly token: string;
  readonly email: string;
}

export function keepInvitation(storage: Storage, { token, email }: KeptInvitation, nowMs: number): void {
  storage.setItem(KEPT, JSON.stringify([token, email, nowMs]));
}

export function keptInvitation(storage: Storage, nowMs: number): KeptInvitation | undefined {
  const kept = jsonOf(storage.getItem(KEPT));
  if (Array.isArray(kept)) {
    const [token, email, keptAt]: unknown[] = kept;
    const isGood = typeof token === "string" && typeof email === "string" && typeof keptAt === "number";
    if (isGood && nowMs - keptAt < KEPT_MS_MAX) return { token, email };
  }
  storage.removeItem(KEPT);
  return undefined;
}

export function forgetInvitation(storage: Storage): void {
  storage.removeItem(KEPT);
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
