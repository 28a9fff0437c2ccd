import type { AuditEntry } from "../core/audit-entry.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ConnectionSecrets } from "../core/ports/connections.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Endings } from "../core/ports/endings.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { PolicyWords } from "../core/ports/policy-words.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Permissions } from "../people/permissions-of.ts";
import type { Scope } from "../store/scope.ts";

/** What the verbs around connections work with; the HTTP surface has all of it. */
export interface ConnectionParts {
  readonly database: Database;
  /** The same server as steward_dispatch. */
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where this installation is called from outside, without a slash at the end. */
  readonly publicUrl: string;
  readonly denials: { note(organization: string | null, entry: AuditEntry): void };
  readonly connections: ConnectionsOutside;
}

/** What lies outside of these verbs and is not theirs. */
export interface ConnectionsOutside {
  readonly connectors: Connectors;
  /** Connectors that the installation has an OAuth client for. */
  readonly installationClients: ReadonlySet<string>;
  readonly secrets: ConnectionSecrets;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly words: Pick<PolicyWords, "sayChanged" | "sayRevoked">;
  /** What rests on a connection ends with it. */
  readonly endings: Endings;
  /** Has what waits to be revoked looked at now; it is looked at every few seconds in any case. */
  revokeSoon(): void;
}

/** Who acts in a project, as the call's principal says it. */
export interface ConnectionCaller {
  readonly scope: Scope;
  /** As the audit names them. */
  readonly shownId: string;
  /** Null for a service account. */
  readonly account: string | null;
  /** The browser's session; null for a key. */
  readonly session: string | null;
  readonly permissions: Permissions;
}
