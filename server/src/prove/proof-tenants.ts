/**
 * Two organizations of the installation's own in which promises are tried: each with a project, a service account for
 * every role and a key for each, made for one proof and deleted after it. Nobody's data is in them.
 */
import { ROLE_NAMES, type RoleName } from "@steward/sdk";
import { createHash } from "node:crypto";
import { base32, showId } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { eraseProofAccountsBefore } from "../store/proof-accounts.ts";
import { insertApiKey } from "../store/api-keys.ts";
import {
  deleteProofKeys,
  makeProofMember,
  makeProofTenant,
  PROOF_SCOPES,
  removeProofConnections,
} from "../store/proof-tenants.ts";
import { inScope, type Scope } from "../store/scope.ts";

export interface ProofTenant extends Scope {
  /** The text of a key that reaches the organization, by the role of its service account. */
  readonly keys: Readonly<Record<RoleName, string>>;
  /** The ids of those keys and of their members. */
  readonly keyIds: Readonly<Record<RoleName, string>>;
  readonly members: Readonly<Record<RoleName, string>>;
  /** The organization's and the project's ids as the API shows them. */
  readonly shownOrganization: string;
  readonly shownProject: string;
}

export interface ProofTenants {
  readonly tenants: readonly [ProofTenant, ProofTenant];
  /** Deletes every key of both. */
  close(): Promise<void>;
}

interface Parts {
  readonly database: Database;
  readonly identityDatabase: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A proof that was broken off leaves keys of an hour at most. */
const KEY_MS = 3_600_000;

export async function openProofTenants(parts: Parts): Promise<ProofTenants> {
  await eraseProofAccountsBefore(parts.identityDatabase, parts.clock.nowMs() - KEY_MS);
  const [first, second] = PROOF_SCOPES;
  const tenants = [await openTenant(parts, first), await openTenant(parts, second)] as const;
  return {
    tenants,
    async close() {
      for (const scope of PROOF_SCOPES) await inScope(parts.database, scope, (tx) => removeAll(tx, scope));
    },
  };
}

/** In the scope of the project. */
async function removeAll(tx: Transaction, scope: Scope): Promise<void> {
  for (const statement of [...removeProofConnections(scope), deleteProofKeys(scope)]) await tx.query(statement);
}

async function openTenant({ database, keyring, clock, ids }: Parts, scope: Scope): Promise<ProofTenant> {
  const { organization, project } = scope;
  const now = clock.nowMs();
  await keyring.createOrganization(organization);
  await keyring.createProject(organization, project);
  const keys: Partial<Record<RoleName, string>> = {};
  const keyIds: Partial<Record<RoleName, string>> = {};
  const members: Partial<Record<RoleName, string>> = {};
  await inScope(database, scope, async (tx) => {
    for (const statement of makeProofTenant(scope, now)) await tx.query(statement);
    await removeAll(tx, scope);
    for (const [at, role] of ROLE_NAMES.entries()) {
      const member = `${organization.slice(0, 24)}${organization.slice(-2)}${String(at + 1).padStart(10, "0")}`;
      const key = `sk_0_${base32(ids.bytes(32))}`;
      const id = ids.uuid();
      await tx.query(makeProofMember(organization, member, role, now));
      await tx.query(
        insertApiKey({
          ...scope,
          id,
          name: `proof: ${role}`,
          prefix: key.slice(0, 9),
          hash: createHash("sha256").update(key).digest(),
          member,
          reach: "organization",
          permissions: null,
          createdBy: null,
          replaces: null,
          secondFactor: false,
          createdAt: now,
          expiresAt: now + KEY_MS,
        }),
      );
      keys[role] = key;
      keyIds[role] = id;
      members[role] = member;
    }
  });
  const shown = { shownOrganization: showId("org", organization), shownProject: showId("prj", project) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- filled for every role above
  return { ...scope, ...shown, keys, keyIds, members } as ProofTenant;
}
