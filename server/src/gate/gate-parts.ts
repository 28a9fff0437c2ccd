import type { Clock } from "../core/ports/clock.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ConnectionRow } from "../store/connections.ts";
import type { CredentialRow } from "../store/credentials.ts";
import type { Scope } from "../store/scope.ts";
import type { Actions } from "./action.ts";
import type { FindApproval } from "./approval-stands.ts";
import type { InFlight } from "./in-flight.ts";
import type { Destinations } from "./judge-effect.ts";
import type { Policies } from "./policy.ts";
import type { RequestHttpParts } from "./request-http.ts";

/** What the gate works with; built once in `build.ts`. */
export interface GateParts extends RequestHttpParts {
  /** Asked once for each effect that names a credential; nothing of it is kept, so that a change counts at once. */
  readonly findCredential: (scope: Scope, slug: string) => Promise<CredentialRow | null>;
  /** The same for those that name a connection. */
  readonly connections: {
    find(scope: Scope, slug: string): Promise<ConnectionRow | null>;
    /** An account's own of a connector, those that can be used first; two are enough. */
    findOwn(scope: Scope, account: string, connector: string): Promise<readonly ConnectionRow[]>;
  };
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly policies: Policies;
  readonly destinations: Destinations;
  readonly findApproval: FindApproval;
  readonly inFlight: InFlight;
  readonly clock: Clock;
  /** What it performs beside `http.request`. */
  readonly actions?: Actions;
}
