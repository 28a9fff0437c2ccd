/**
 * What a check of a promise is. It runs against the live installation through what users have: the address it answers
 * at and the database roles it serves with. It tries to break the promise, in organizations of its own, and says what
 * it saw. It changes nothing of anybody else's.
 */
import type { Connector } from "@steward/sdk";
import type { HeadSigner } from "../audit/sign-heads.ts";
import type { BlobStore } from "../core/ports/blob-store.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { EgressAnswer } from "../core/ports/egress.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import type { SubProcessor } from "../core/ports/outbound.ts";
import type { DatabaseAccess } from "../core/ports/project-databases.ts";
import type { StepKinds } from "../core/step-kind.ts";
import type { Keyring } from "../keyring/keyring.ts";
import type { ProofTenant } from "./proof-tenants.ts";
import type { WithTrial } from "./trial.ts";

/** The promise's number in the published list. Never reused. */
export type PromiseId = `${"A" | "B" | "C" | "D" | "E" | "F" | "G" | "H"}${number}`;

export type Verdict =
  | { readonly state: "kept"; readonly evidence: readonly string[] }
  | { readonly state: "broken"; readonly evidence: readonly string[] }
  | { readonly state: "not_applicable"; readonly reason: string };

export interface ProvedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A call of the live installation, at the address it serves. `key` is sent as a bearer token. */
export type CallLive = (
  method: string,
  path: string,
  options?: {
    readonly key?: string;
    readonly cookie?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<ProvedAnswer>;

/** The settings that promises speak of, as they are in force. */
export interface ProveFacts {
  readonly address: string;
  readonly publicUrl: string;
  /** Null where this process speaks plain text on loopback. */
  readonly tlsMin: "TLSv1.2" | "TLSv1.3" | null;
  readonly minimumAge: number | null;
  readonly signUp: "open" | "invitation" | "closed";
  readonly google: boolean;
  readonly smtp: boolean;
  readonly regions: readonly string[];
  /** Where database and blobs are; null where no regions are set up. */
  readonly storeRegion: string | null;
  /** Where the server listens, as it was set. */
  readonly host: string;
  /** How many networks are believed as proxies. */
  readonly proxies: number;
  readonly callsPerMinute: number;
  /** Every host that is reached on the installation's own behalf, as the settings name them. */
  readonly subProcessors: readonly SubProcessor[];
  /** When this process began. */
  readonly startedMs: number;
}

/** The server of the projects' databases, as its administrator sees it. */
export interface ProjectsApart {
  /** What keeps them less apart than they should be, as sentences. */
  faults(): Promise<readonly string[]>;
  list(): Promise<
    readonly {
      readonly name: string;
      /** Whether a role of the same name may enter it and does not own it. */
      readonly ownRole: boolean;
      /** -1 is no limit; of the role, null where there is none. */
      readonly connectionsMax: number;
      readonly roleConnectionsMax: number | null;
    }[]
  >;
  /** Null when the role was let into the database, else the SQLSTATE of the refusal. */
  enter(as: DatabaseAccess, database: string): Promise<string | null>;
}

/** Whether the guard of the routes lets somebody in whose session is made up: nothing is begun, and nothing done. */
export type DryEnter = (asked: {
  readonly account: string;
  readonly secondFactor: boolean;
  /** By an unlimited key made in such a session; otherwise by the session itself. */
  readonly byKey?: true;
  /** A shown id; null asks for the installation's own routes. */
  readonly organization: string | null;
}) => Promise<"entered" | (string & {})>;

export interface ProveParts {
  /** As steward_app, steward_dispatch, steward_identity: the roles that serve. */
  readonly database: Database;
  readonly dispatch: Database;
  readonly identityDatabase: Database;
  readonly identity: Identity;
  readonly keyring: Keyring;
  /** Where the master key is, and its id. */
  readonly masterKey: MasterKey["describe"];
  readonly blobs: BlobStore;
  readonly heads: HeadSigner;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly facts: ProveFacts;
  /** Null where this installation makes no databases for projects. */
  readonly projectsApart: ProjectsApart | null;
  /** Whether the own listener speaks this version of TLS. */
  readonly handshake: (version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3") => Promise<boolean>;
  readonly dryEnter: DryEnter;
  /** The gate with a counterpart in the place of the network. */
  readonly withTrial: WithTrial;
  /** The kinds of steps as flows use them. */
  readonly kinds: StepKinds;
  /** The program's own connectors, as this installation has them. */
  readonly connectors: readonly Connector[];
  /** Tries to reach an address on the installation's own behalf. */
  readonly callUnlisted: (url: string) => Promise<EgressAnswer>;
  readonly call: CallLive;
  /** Two organizations of our own, with a key for each role, made for this proof and closed after it. */
  readonly tenants: readonly [ProofTenant, ProofTenant];
}

export interface Check {
  readonly id: PromiseId;
  /** The promise in a sentence, as people read it. */
  readonly promise: string;
  /** What the check does, after "it": for docs/promises.md. */
  readonly tries: string;
  /** When it says that it is not applicable, after "when"; null when it always has its say. */
  readonly notWhen: string | null;
  run(parts: ProveParts): Promise<Verdict>;
}

/** Told one by one; of further ones the number. */
const FAULTS_MAX = 20;

/** Kept when nothing was found that breaks it. */
export function verdictOf(faults: readonly string[], evidence: readonly string[]): Verdict {
  if (faults.length === 0) return { state: "kept", evidence };
  const more = faults.length - FAULTS_MAX;
  return { state: "broken", evidence: more > 0 ? [...faults.slice(0, FAULTS_MAX), `and ${more} more`] : faults };
}
