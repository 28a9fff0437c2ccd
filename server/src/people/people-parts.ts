import type { Permission } from "@steward/sdk";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Keyring } from "../keyring/keyring.ts";
import type { EpochFacts } from "../keyring/read-epochs.ts";
import type { PartProgress } from "../keyring/reseal-progress.ts";
import type { RotatedClass } from "../keyring/rotate-project.ts";
import type { Scope } from "../store/scope.ts";
import type { Permissions } from "./permissions-of.ts";

/** What the verbs around people, organizations and projects work with; the HTTP surface has all of it. */
export interface PeopleParts {
  readonly database: Database;
  /** The same server as steward_dispatch. */
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Where this installation is called from outside, without a slash at the end. */
  readonly publicUrl: string;
  /** Null where nobody signs in. */
  readonly identity: Pick<Identity, "findAccount"> | null;
  readonly denials: { note(organization: string | null, entry: AuditEntry): void };
  /** To be told once a change is committed, so that no process goes on with what it remembers. */
  readonly changes: { flow(flow: string): void; project(project: string): void };
  readonly people: PeopleOutside;
}

/** What lies outside of these verbs and is not theirs. */
export interface PeopleOutside {
  readonly keyring: PeopleKeyring;
  /** Puts a message into the outbox, in the caller's transaction. It may leave the transaction in another scope. */
  readonly mail: { send(tx: Transaction, message: InvitedMessage): Promise<void> };
  /** The labels of STEWARD_REGIONS. */
  readonly regions: readonly string[];
  /** The one of them that database and blobs lie in; null where none is set up. */
  readonly storeRegion: string | null;
  /** Ends what else hangs on a membership, in the same transaction and the organization's scope. */
  onMemberRemoved(tx: Transaction, gone: GoneMember): Promise<void>;
  /** Stops what rested on that, once it is committed; if nobody does, it is stopped soon in any case. Never rejects. */
  afterMemberRemoved(organization: string): Promise<void>;
  /** Disconnects what a project was connected to, once its deletion is committed: it stays so if it is brought back. May be repeated. */
  onProjectDeleted(scope: Scope): Promise<void>;
  /** Drops what a project has outside of its rows (its database, its volume), once its keys are gone; may be repeated. */
  onProjectShredded(scope: Scope): Promise<void>;
  /** Removes what lies in the blob store at these addresses; may be repeated. */
  removeBlobs(scope: Scope, addresses: readonly Buffer[]): Promise<void>;
}

export interface PeopleKeyring extends Pick<Keyring, "createOrganization" | "createProject" | "project"> {
  rotateOrganization(organization: string): Promise<unknown>;
  /** What was sealed before is sealed anew from then on, in turns. */
  rotateProject(scope: Scope): Promise<unknown>;
  shredProject(scope: Scope): Promise<void>;
  /** Destroys the organization's own key; those of its projects are to be destroyed before. */
  shredOrganization(organization: string): Promise<void>;
  organizationEpochs(organization: string): Promise<readonly EpochFacts[]>;
  keyUse(scope: Scope): Promise<KeyUse>;
  /** Throws `conflict` unless the epoch was rotated away and nothing is sealed or wrapped with it any more. */
  requireUnused(epoch: EpochOf): Promise<void>;
  /** Destroys such an epoch. May be repeated. */
  retire(epoch: EpochOf): Promise<void>;
}

export interface KeyUse {
  readonly epochs: Readonly<Record<RotatedClass, readonly EpochFacts[]>>;
  readonly parts: readonly PartProgress[];
}

/** One epoch of an organization's own key, or of a project's. */
export type EpochOf = { readonly organization: string; readonly epoch: number } & (
  | { readonly project: null; readonly class: "organization" }
  | { readonly project: string; readonly class: RotatedClass }
);

export interface InvitedMessage {
  readonly to: string;
  readonly template: "invited";
  /** `organization`, `inviter`, `role`, `url`, `expiresAt`. */
  readonly values: Readonly<Record<string, string>>;
}

export interface GoneMember {
  readonly organization: string;
  readonly member: string;
  /** Null for a service account. */
  readonly account: string | null;
}

/** Who acts, as the call's principal says it. */
export interface Actor {
  readonly kind: "key" | "session" | "support";
  /** The key's UUID, when one calls. */
  readonly id: string;
  /** As the audit names them. */
  readonly shownId: string;
  readonly member: string;
  /** Whether the session passed a second factor, or the key was made in one that had. */
  readonly secondFactor?: boolean;
  /** What they might as the call began; what changes something asks again, in its transaction. */
  readonly permissions: Permissions;
}

/** A person who acts for themselves. */
export interface AccountActor {
  readonly shownId: string;
  readonly account: string;
}

/** What a verb needs to be done at all, and by which route it was asked for. */
export interface Asked {
  readonly route: string;
  readonly needs: Permission;
}
