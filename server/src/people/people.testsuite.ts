/** People, organizations and projects for tests: the real stores and keys, accounts and mail of the test's own. */
import { ROLE_NAMES, type RoleRef } from "@steward/sdk";
import { fakeClock, type FakeClock } from "../../test/engine.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { parseId, showId } from "../core/id.ts";
import type { Account } from "../core/ports/identity.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import { keyProcess, toolsOf } from "../keyring/key-tools.testsuite.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { memoryKeyFiles } from "../keyring/keyring.testsuite.ts";
import { shredOrganization } from "../keyring/shred-organization.ts";
import { shredProject } from "../keyring/shred-project.ts";
import { SealError } from "../keyring/seal-error.ts";
import { findKeyAccess } from "../store/access.ts";
import { insertMember } from "../store/members.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope, queryInScope, type Scope } from "../store/scope.ts";
import { findProjectAccess } from "../store/access.ts";
import { hashApiKey } from "./first-start.ts";
import { createOrganization } from "./create-organization.ts";
import { createProject } from "./create-project.ts";
import { createServiceAccount } from "./create-service-account.ts";
import type { Actor, GoneMember, InvitedMessage, PeopleOutside, PeopleParts } from "./people-parts.ts";
import { permissionsOf, permissionsOfKey } from "./permissions-of.ts";

export interface TestPeople extends PeopleParts {
  readonly db: StewardDatabase;
  readonly clock: FakeClock;
  readonly sent: InvitedMessage[];
  readonly denied: AuditEntry[];
  readonly gone: GoneMember[];
  readonly shredded: Scope[];
  readonly keyFiles: KeyFiles | null;
  /** An account with a verified address. */
  account(name: string, more?: Partial<Account>): Account;
  /** An organization of a new account's, with one project. */
  organization(name?: string): Promise<TestOrganization>;
  close(): Promise<void>;
}

export interface TestOrganization extends Scope {
  readonly owner: Actor;
  readonly account: Account;
  readonly shownProject: string;
  /** Adds a person by row alone, as one who came long ago. */
  member(role: RoleRef, name?: string): Promise<Actor & { readonly shownMember: string; readonly account: Account }>;
  service(role: RoleRef): Promise<string>;
  /** The same person as they are now, in the organization or in a project. */
  again(actor: Actor, project?: string): Promise<Actor>;
  acts(): Promise<AuditEntry[]>;
}

/** What lies outside, on key files in memory; on a keyring of the test's own, shredding is noted only. */
export function testOutside(given?: Keyring) {
  const tools = given === undefined ? toolsOf(keyProcess(memoryKeyFiles())) : null;
  const keyring = given ?? tools!.keyring;
  const sent: InvitedMessage[] = [];
  const gone: GoneMember[] = [];
  const shredded: Scope[] = [];
  const outside: PeopleOutside = {
    keyring: {
      createOrganization: (organization) => keyring.createOrganization(organization),
      createProject: (organization, project) => keyring.createProject(organization, project),
      project: (organization, project) =>
        tools === null && shredded.some((one) => one.project === project)
          ? Promise.reject(new SealError("shredded", "the keys were destroyed"))
          : keyring.project(organization, project),
      rotateOrganization: () => Promise.resolve(),
      rotateProject: () => Promise.resolve(),
      shredProject: async (scope) => {
        if (tools !== null) await shredProject(tools, scope);
        shredded.push(scope);
      },
      shredOrganization: async (organization) => {
        if (tools !== null) await shredOrganization(tools, organization);
      },
      organizationEpochs: () => Promise.resolve([]),
      keyUse: () => Promise.resolve({ epochs: { content: [], credential: [] }, parts: [] }),
      requireUnused: () => Promise.resolve(),
      retire: () => Promise.resolve(),
    },
    mail: {
      // As the outbox does: it lies in the installation's scope.
      send: async (tx, message) => {
        await tx.query({ text: "select set_config('steward.organization', '', true)" });
        sent.push(message);
      },
    },
    regions: ["eu", "ch"],
    storeRegion: "eu",
    onMemberRemoved: (_tx, member) => Promise.resolve(void gone.push(member)),
    afterMemberRemoved: () => Promise.resolve(),
    onProjectDeleted: () => Promise.resolve(),
    onProjectShredded: () => Promise.resolve(),
    removeBlobs: () => Promise.resolve(),
  };
  return { outside, sent, gone, shredded, keyFiles: tools?.files ?? null };
}

export async function testPeople(): Promise<TestPeople> {
  const db = await stewardDatabase();
  const clock = fakeClock();
  const ids = systemIds(() => clock.nowMs());
  const accounts = new Map<string, Account>();
  const denied: AuditEntry[] = [];
  const { outside, ...seen } = testOutside();
  const parts: PeopleParts = {
    database: db.database,
    dispatch: db.dispatch,
    clock,
    ids,
    publicUrl: "https://steward.test",
    identity: { findAccount: (id) => Promise.resolve(accounts.get(id) ?? null) },
    denials: { note: (_organization, entry) => void denied.push(entry) },
    changes: { flow: () => undefined, project: () => undefined },
    people: outside,
  };
  const account = (name: string, more: Partial<Account> = {}): Account => {
    const made = {
      id: ids.uuid(),
      email: `${name}@example.com`,
      emailVerified: true,
      name,
      secondFactor: false,
      createdAt: clock.nowMs(),
      deletedAt: null,
      ...more,
    } as Account;
    accounts.set(made.id, made);
    return made;
  };
  return {
    ...parts,
    ...seen,
    db,
    clock,
    denied,
    account,
    organization: (name = "Acme") => makeOrganization(parts, db, account, name),
    close: () => db.drop(),
  };
}

let people = 0;

async function makeOrganization(
  parts: PeopleParts,
  db: StewardDatabase,
  account: TestPeople["account"],
  name: string,
): Promise<TestOrganization> {
  const own = account(`owner${people++}`);
  const shown = await createOrganization(parts, { shownId: showId("acc", own.id), account: own.id }, { name });
  const organization = parseId("org", shown.id)!;
  const scope = organizationScope(organization);
  const rows = await queryInScope<{ id: string }>(db.database, scope, { text: "select id from steward.members" });
  const actorOf = async (member: string, project?: string): Promise<Actor> => {
    const row = await standing(db, organization, member, project);
    const permissions = row === null ? new Set<never>() : permissionsOf(row);
    return { kind: "session", id: member, shownId: showId("mem", member), member, permissions };
  };
  const owner = await actorOf(rows[0]!.id);
  const project = await createProject(parts, owner, organization, {
    slug: "first",
    name: "First",
    timeZone: "UTC",
    region: null,
  });
  return {
    organization,
    project: parseId("prj", project.id)!,
    shownProject: project.id,
    owner,
    account: own,
    async member(role, called = `person${people++}`) {
      const who = account(called);
      const id = parts.ids.uuid();
      const builtIn = ROLE_NAMES.some((one) => one === role);
      const stored = builtIn ? { role } : { role: "custom", customRole: parseId("rol", role) };
      const row = { id, email: who.email, name: called, account: who.id, createdAt: parts.clock.nowMs(), ...stored };
      await inScope(db.database, scope, (tx) => tx.query(insertMember(organization, row)));
      return { ...(await actorOf(id)), shownMember: showId("mem", id), account: who };
    },
    service: async (role) => (await createServiceAccount(parts, owner, organization, { name: "robot", role })).id,
    again: (actor, inProject) => actorOf(actor.member, inProject),
    acts: () => readActs(db, organization),
  };
}

async function standing(db: StewardDatabase, organization: string, member: string, project?: string) {
  if (project !== undefined) return await findProjectAccess(db.dispatch, { member }, project);
  const { rows } = await db.admin.query<Parameters<typeof permissionsOf>[0]>({
    text: `select null as project, m.role, r.permissions, null as "projectRole", null as "projectPermissions"
      from steward.members m left join steward.roles r on r.id = m.custom_role
      where m.organization = $1 and m.id = $2 and removed_at is null`,
    values: [organization, member],
  });
  return rows[0] ?? null;
}

/** What the audit has of an organization's acts, in order. */
export async function readActs(db: StewardDatabase, organization: string): Promise<AuditEntry[]> {
  const { rows } = await db.admin.query<{ entries: AuditEntry[] }>({
    text: "select entries from steward.audit_batches where organization = $1 and chain = $1 order by seq",
    values: [organization],
  });
  return rows.flatMap((row) => row.entries);
}

/** Who acts by this key, as a request would have it; null once it lets nobody in. */
export async function byKey(db: StewardDatabase, text: string, nowMs: number): Promise<Actor | null> {
  const row = await findKeyAccess(db.dispatch, hashApiKey(text));
  const over = row === null || [row.revokedAt, row.expiresAt].some((at) => at !== null && at <= nowMs);
  if (over) return null;
  const permissions = permissionsOfKey(row, row.keyPermissions);
  return { kind: "key", id: row.key, shownId: showId("key", row.key), member: row.member, permissions };
}
