/** Which limit counts a try under `/v1/auth/…`; asked before the try is made. */
import type { Origin } from "../core/ports/identity.ts";
import type { TryKind } from "./limits-table.ts";
import type { RateLimits } from "./rate-limits.ts";

/** What is tried, as the sign-in tells it. */
export interface Attempt {
  /** Below `/v1/auth`, such as `/sign-in/email`. */
  readonly path: string;
  readonly method: string;
  /** Where the request names one. */
  readonly email: string | null;
  /** Of the session that the request carries. */
  readonly account: string | null;
}

export interface AuthLimits {
  /** Throws `rate_limited`. */
  before(attempt: Attempt, origin: Origin): Promise<void>;
  /** After a try that began a session, and only then. */
  began(attempt: Attempt, origin: Origin): Promise<void>;
}

/** First match counts. */
const KINDS: readonly (readonly [path: RegExp, kind: TryKind])[] = [
  [/^\/sign-in\/email$/, "signIn"],
  [/^\/sign-up\//, "signUp"],
  [/^\/(?:request-password-reset|reset-password)(?:\/|$)/, "reset"],
  [/^\/(?:send-verification-email|verify-email|change-email)$/, "verification"],
  [/^\/two-factor\/verify-/, "secondFactor"],
  [/^\/passkey\/(?:generate-authenticate-options|verify-authentication)$/, "passkey"],
  [/^\/(?:sign-in|callback|oauth2|sso)(?:\/|$)/, "signOn"],
];

export function createAuthLimits(limits: Pick<RateLimits, "hit" | "succeeded">): AuthLimits {
  return {
    async before(attempt, { address }) {
      const kind = kindOf(attempt);
      if (kind !== null) await limits.hit(kind, { address, account: attempt.email ?? attempt.account ?? undefined });
    },
    async began(attempt, { address }) {
      const kind = kindOf(attempt);
      if (kind !== null) await limits.succeeded(kind, { address, account: attempt.email ?? undefined });
    },
  };
}

/** What only reads is not counted here; what else is sent may carry a password, and counts as a try to confirm one. */
function kindOf({ path, method }: Attempt): TryKind | null {
  const found = KINDS.find(([pattern]) => pattern.test(path));
  return found?.[1] ?? (method === "GET" ? null : "confirm");
}
