import type { Clock } from "../core/ports/clock.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { CredentialRow } from "../store/credentials.ts";
import type { Scope } from "../store/scope.ts";
import type { Actions } from "./action.ts";
import type { RequestHttpParts } from "./request-http.ts";

/** What the gate works with; built once in `app.ts`. */
export interface GateParts extends RequestHttpParts {
  /** Asked once for each effect that names a credential; nothing of it is kept, so that a change counts at once. */
  readonly findCredential: (scope: Scope, slug: string) => Promise<CredentialRow | null>;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly clock: Clock;
  /** What it performs beside `http.request`. */
  readonly actions?: Actions;
}
