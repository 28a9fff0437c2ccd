import type { Clock } from "../core/ports/clock.ts";
import type { Egress } from "../core/ports/egress.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { CredentialRow } from "../store/credentials.ts";
import type { Scope } from "../store/scope.ts";

/** What the gate works with; built once in `app.ts`. */
export interface GateParts {
  readonly egress: Egress;
  /** Asked once for each effect that names a credential; nothing of it is kept, so that a change counts at once. */
  readonly findCredential: (scope: Scope, slug: string) => Promise<CredentialRow | null>;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
  /** Of an answer's body, by default 10 MiB. */
  readonly responseBytesMax?: number;
}
