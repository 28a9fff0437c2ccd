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
    /** That one with an error has answered; without it nothing is noted. */
    reached?(scope: Scope, id: string): Promise<void>;
  };
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly policies: Policies;
  /** What stands on a cap's counter, for the sentence of a refusal, which does without where it is left out. */
  readonly readCounter?: (
    scope: Scope,
    at: { readonly cap: string; readonly periodKey: string },
  ) => Promise<{ readonly spent: number; readonly reserved: number } | null>;
  readonly destinations: Destinations;
  readonly findApproval: FindApproval;
  readonly inFlight: InFlight;
  readonly clock: Clock;
  /** What it performs beside `http.request`. */
  readonly actions?: Actions;
}
