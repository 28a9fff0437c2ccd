/** Every limit on how often something may be tried, in one table; docs/operating.md shows it, a test compares the two. */
import type { RouteName } from "@steward/sdk";
import type { CountRule } from "./shared-counts.ts";

const MINUTE_MS = 60_000;
const per = (minutes: number, points: number): CountRule => ({ points, windowMs: minutes * MINUTE_MS });

/** What is counted of one kind of try, each beside the others. */
export interface TryRules {
  /** After "too many tries to". */
  readonly to: string;
  /** From one address (IPv6: its /64). */
  readonly address: CountRule;
  /** From one address on one account. */
  readonly pair?: CountRule;
  /**
   * On one account from all addresses that have not signed in to it before: whoever has, from there, is not held up by
   * what strangers try (and passkeys and open sessions are not counted by account at all).
   */
  readonly strangers?: CountRule;
  /** On one account from everywhere; only of what nobody reaches without having proved something already. */
  readonly account?: CountRule;
}

/** Counted exactly, in the database, before anything else is done. */
export const TRIES = {
  signIn: { to: "sign in", address: per(15, 100), pair: per(15, 5), strangers: per(15, 10) },
  secondFactor: { to: "give a second factor", address: per(15, 30), pair: per(15, 5), account: per(60, 20) },
  confirm: { to: "confirm a password", address: per(15, 100), pair: per(15, 10), account: per(60, 30) },
  passkey: { to: "sign in with a passkey", address: per(15, 100) },
  signOn: { to: "sign in elsewhere", address: per(15, 100) },
  signUp: { to: "sign up", address: per(60, 20), pair: per(60, 3), strangers: per(60, 5) },
  reset: { to: "reset a password", address: per(60, 20), pair: per(60, 3), strangers: per(60, 5) },
  verification: { to: "verify an address", address: per(60, 40), pair: per(60, 5), strangers: per(60, 10) },
  invitation: { to: "open an invitation", address: per(15, 30) },
} as const satisfies Record<string, TryRules>;

export type TryKind = keyof typeof TRIES;

/** Routes of the table that are tries, by address; those under `/v1/auth/` are in auth-limits.ts. */
export const TRY_ROUTES: Readonly<Partial<Record<RouteName, TryKind>>> = {
  lookAtInvitation: "invitation",
  acceptInvitation: "invitation",
};

/** How long an address counts as one from which its account was signed in to. */
export const FAMILIAR_MS = 30 * 86_400_000;

/** Counted in memory and settled in batches (shared-counts.ts). */
export interface CallRules {
  /** Calls of one key or session. */
  readonly call: CountRule;
  /** Answers from one address to nobody who is known: pages, open routes, refusals. */
  readonly open: CountRule;
  /** Keys and sessions from one address that were not valid. */
  readonly refused: CountRule;
  /** Deliveries from one address to webhooks that don't exist; those that do are held by back-pressure alone. */
  readonly unknownWebhook: CountRule;
}

export const CALLS_PER_MINUTE = 600;

export function callRules(callsPerMinute: number): CallRules {
  return {
    call: per(1, callsPerMinute),
    open: per(1, 1200),
    refused: per(1, 100),
    unknownWebhook: per(1, 60),
  };
}
