/** What belongs to one call under `/v1/auth/` and is needed deep inside the library: it knows requests, not these. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { AuthAttempt } from "./identity-options.ts";
import type { Origin, SignedIn } from "../../core/ports/identity.ts";

export interface AuthCall {
  /** Its path is one of the table auth-paths.ts. */
  readonly attempt: AuthAttempt;
  readonly origin: Origin;
  readonly signedIn: SignedIn | null;
  /** Of a change of address that may be about to count: the present one, if it was ever proved. */
  readonly provedAddress: string | null;
  /** Set once the policy has let somebody sign up. */
  readonly maySignUp: boolean;
}

const calls = new AsyncLocalStorage<AuthCall>();

export function inAuthCall<T>(call: AuthCall, act: () => Promise<T>): Promise<T> {
  return calls.run(call, act);
}

/** The call that is being served; null in what the library begins by itself. */
export function currentAuthCall(): AuthCall | null {
  return calls.getStore() ?? null;
}
