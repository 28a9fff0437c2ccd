import { afterEach, beforeEach, expect, test } from "vitest";
import type { Table } from "../catalogue/declare.ts";
import { TABLES } from "../catalogue/tables.ts";
import type { Transaction } from "../core/ports/database.ts";
import { readCatalog, type Catalog } from "../store/proof-catalog.ts";
import { createProject } from "./create-project.ts";
import { deleteOrganization } from "./delete-organization.ts";
import { deleteProject } from "./delete-project.ts";
import { getProject } from "./get-project.ts";
import { hasKeys } from "./has-keys.ts";
import { listOrganizations } from "./list-organizations.ts";
import { listProjects } from "./list-projects.ts";
import { type TestOrganization, type TestPeople, testPeople } from "./people.testsuite.ts";
import { createPurgeDeleted } from "./purge-deleted.ts";
import { restoreOrganization } from "./restore-organization.ts";
import { restoreProject } from "./restore-project.ts";
import type { ShredAgainParts } from "./shred-again.ts";

const DAY_MS = 86_400_000;
const TENANT = Object.values<Table>(TABLES).filter(({ scope }) => scope !== "installation");
const OF_PROJECT = TENANT.filter(({ scope }) => scope === "project").map(({ name }) => name);
/** What is kept for years, whoever goes. */
const KEPT = TENANT.filter(({ scope, kept }) => scope === "organization" && kept.as === "years").map(
  ({ name }) => name,
);

let people: TestPeople;
let acme: TestOrganization;
let catalog: Catalog;
let parts: ShredAgainParts & { readonly removed: string[]; readonly logs: unknown[] };
beforeEach(async () => {
  people = await testPeople();
  acme = await people.organization();
  catalog = await readCatalog(people.db.admin);
  const [removed, logs]: [string[], unknown[]] = [[], []];
  const outside = {
    ...people.people,
    removeBlobs: async ({ project }: { project: string }, addresses: readonly Buffer[]) =>
      void removed.push(...addresses.map((address) => `${project} ${address.toString("hex")}`)),
  };
  parts = { ...people, people: outside, removed, logs, log: (_, error) => void logs.push(error) };
});
afterEach(() => people.close());

/** A row of each table that is the project's or, without one, the organization's; past all constraints. */
async function plantAll(organization: string, project: string | null): Promise<void> {
  const names = TENANT.filter(({ scope }) => scope === (project === null ? "organization" : "project"));
  await people.db.admin.transaction(async (tx) => {
    await tx.query({ text: "set local session_replication_role = replica" });
    for (const { name } of names) {
      if (name === "organizations" || name === "projects" || name === "audit_batches") continue;
      const checks = await tx.query<{ check: string }>({
        text: `select quote_ident(conname) as check from pg_constraint where conrelid = 'steward.${name}'::regclass and contype = 'c' and conislocal`,
      });
      for (const { check } of checks.rows)
        await tx.query({ text: `alter table steward.${name} drop constraint if exists ${check}` });
      const columns = catalog.columns.filter(({ table }) => table === name);
      const values = columns.map(({ name: column, type }) => valueOf(type, name, column, { organization, project }));
      await tx.query({
        text: `insert into steward.${name} (${columns.map((one) => `"${one.name}"`).join(", ")}) values (${values.join(", ")})`,
      });
    }
  });
}

const SAID: Readonly<Record<string, string>> = { "runs.status": "'completed'", "members.kind": "'person'" };

function valueOf(
  type: string,
  table: string,
  column: string,
  { organization, project }: { organization: string; project: string | null },
): string {
  const said = SAID[`${table}.${column}`];
  if (said !== undefined) return said;
  if (column === "organization") return `'${organization}'::uuid`;
  if (column === "project" && project !== null) return `'${project}'::uuid`;
  if (column === "role") return "'viewer'";
  if (column === "custom_role") return "null";
  switch (type) {
    case "uuid":
      return "gen_random_uuid()";
    case "bytea":
      return "convert_to(gen_random_uuid()::text, 'UTF8')";
    case "text":
      return "gen_random_uuid()::text";
    case "text[]":
    case "uuid[]":
      return "'{}'";
    case "jsonb":
      return "'[]'";
    case "boolean":
      return "true";
    case "timestamp with time zone":
      return "now()";
    default:
      return "1";
  }
}

/** How many rows each table has of a project or an organization, where there are any. */
async function rowsOf(column: "project" | "organization", id: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, columns } of TENANT) {
    const own = name === "organizations" ? "id" : name === "projects" && column === "project" ? "id" : column;
    if (!(own in columns)) continue;
    const { count } = await people.db.admin.query({
      text: `select from steward.${name} where ${own} = $1`,
      values: [id],
    });
    if (count > 0) found[name] = count;
  }
  return found;
}

const acts = async (organization = acme): Promise<string[]> => (await organization.acts()).map(({ action }) => action);

test("30 days after its deletion nothing is left of a project but that there was one, and nothing is touched before", async () => {
  const { organization, owner, project, shownProject } = acme;
  const neighbour = await people.organization("Neighbour");
  await plantAll(organization, project);
  await plantAll(neighbour.organization, neighbour.project);
  const [all, others] = [await rowsOf("project", project), await rowsOf("project", neighbour.project)];
  expect(Object.keys(all)).toEqual(expect.arrayContaining(OF_PROJECT));
  await deleteProject(people, owner, organization, shownProject);
  const until = new Date(people.clock.nowMs() + 30 * DAY_MS).toISOString().slice(0, 16);
  const [shown] = (await listProjects(people, owner, organization, { limit: 10 })).items;
  expect(shown!.recoverableUntil!.slice(0, 16)).toBe(until);
  const purge = createPurgeDeleted(parts);
  people.clock.advance(30 * DAY_MS - 60_000);
  await purge.turn();
  expect([await rowsOf("project", project), parts.removed]).toEqual([all, []]);
  people.clock.advance(61_000);
  await purge.turn();
  expect(parts.logs).toEqual([]);
  expect(await rowsOf("project", project)).toEqual({ projects: 1 });
  expect(await rowsOf("project", neighbour.project)).toEqual(others);
  expect(parts.removed).toEqual([expect.stringContaining(project)]);
  expect(await hasKeys(people, organization, project)).toBe(false);
  expect((await acts()).slice(-3)).toEqual(["project.shredding", "project.shredded", "project.purged"]);
  expect((await acts()).slice(0, 2)).toEqual(["organization.created", "project.created"]); // the audit stays
  const { rows } = await people.db.admin.query({
    text: "select name, slug, deleted_at is not null as deleted, shredded_at is not null as shredded from steward.projects where id = $1",
    values: [project],
  });
  expect(rows).toEqual([{ name: "Deleted project", slug: `purged-${project}`, deleted: true, shredded: true }]);
  // Nobody meets it any more, and its name may be used again.
  expect((await listProjects(people, owner, organization, { limit: 10 })).items).toEqual([]);
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "not_found" });
  await expect(getProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "not_found" });
  expect(
    await createProject(people, owner, organization, { slug: "first", name: "F", timeZone: "UTC", region: null }),
  ).toMatchObject({ slug: "first" });
  const before = await acts();
  await purge.turn();
  await purge.turn();
  expect(await acts()).toEqual(before);
});

test("a restored project is not purged, and one that is shredded already is", async () => {
  const { organization, owner, project, shownProject } = acme;
  await plantAll(organization, project);
  await deleteProject(people, owner, organization, shownProject);
  people.clock.advance(30 * DAY_MS - 1000);
  await restoreProject(people, owner, organization, shownProject);
  people.clock.advance(DAY_MS);
  await createPurgeDeleted(parts).turn();
  expect(await hasKeys(people, organization, project)).toBe(true);
  expect(await getProject(people, owner, organization, shownProject)).toMatchObject({ recoverableUntil: null });
  await deleteProject(people, owner, organization, shownProject);
  await people.people.keyring.shredProject({ organization, project });
  await people.db.admin.query({ text: "update steward.projects set shredded_at = now(), shred_ended_at = now()" });
  people.clock.advance(30 * DAY_MS + 1000);
  await createPurgeDeleted(parts).turn();
  expect(await rowsOf("project", project)).toEqual({ projects: 1 });
  expect((await acts()).slice(-2)).toEqual(["project.deleted", "project.purged"]);
});

test("a deleted organization goes with its projects, its members and its key; what is kept for years stays, and names nobody", async () => {
  const { organization, owner, account } = acme;
  await acme.member("builder", "Berta");
  await createProject(people, owner, organization, { slug: "second", name: "S", timeZone: "UTC", region: null });
  await plantAll(organization, acme.project);
  await plantAll(organization, null);
  await people.db.admin.query({ text: "update steward.support_consents set granted_by = $1", values: [owner.member] });
  const neighbour = await people.organization("Neighbour");
  await plantAll(neighbour.organization, null);
  const others = await rowsOf("organization", neighbour.organization);
  await deleteOrganization(people, owner, organization);
  expect((await listOrganizations(people, account.id)).items).toMatchObject([
    { recoverableUntil: new Date((await deletedMs(organization)) + 30 * DAY_MS).toISOString() },
  ]);
  const purge = createPurgeDeleted(parts);
  people.clock.advance(30 * DAY_MS - 60_000);
  await purge.turn();
  await restoreOrganization(people, owner, organization);
  await deleteOrganization(people, owner, organization);
  people.clock.advance(30 * DAY_MS + 1000);
  for (let turn = 0; turn < 4; turn++) await purge.turn();
  expect(parts.logs).toEqual([]);
  const left = await rowsOf("organization", organization);
  const may = new Set([...KEPT, "organizations", "projects", "members"]);
  expect(Object.keys(left).filter((name) => !may.has(name))).toEqual([]);
  for (const name of KEPT) expect([name, left[name]! > 0]).toEqual([name, true]);
  expect([left["projects"], left["members"], left["organizations"]]).toEqual([2, 1, 1]);
  const { rows } = await people.db.admin.query({
    text: `select m.name, m.email, m.account, m.role, o.name as organization from steward.members m
      join steward.organizations o on o.id = m.organization where o.id = $1`,
    values: [organization],
  });
  expect(rows).toEqual([
    { name: "Former member", email: null, account: null, role: "viewer", organization: "Deleted organization" },
  ]);
  expect((await listOrganizations(people, account.id)).items).toEqual([]);
  expect(await rowsOf("organization", neighbour.organization)).toEqual(others);
  const file = Buffer.from((await people.keyFiles!.read(`organizations/${organization}`))!).toString();
  expect([file.includes("shredded"), file.includes("wrapped")]).toEqual([true, false]);
  expect((await acts()).at(-1)).toBe("organization.purged");
  const before = await acts();
  await purge.turn();
  expect(await acts()).toEqual(before);
});

test("an organization whose key is about to go is marked first, and is brought back by nobody, whatever their clock says", async () => {
  const { organization, owner } = acme;
  await deleteOrganization(people, owner, organization);
  people.clock.advance(30 * DAY_MS + 1000);
  let seen: readonly string[] = [];
  const { keyring, ...outside } = parts.people;
  const cut = async (): Promise<void> => {
    seen = await acts();
    // Of another process, whose clock is behind.
    const behind = { ...people, clock: { ...people.clock, nowMs: () => people.clock.nowMs() - DAY_MS } };
    await expect(restoreOrganization(behind, owner, organization)).rejects.toMatchObject({ code: "conflict" });
    throw new Error("cut off");
  };
  const dying = { ...parts, people: { ...outside, keyring: { ...keyring, shredOrganization: cut } } };
  const purge = createPurgeDeleted(dying);
  for (let turn = 0; turn < 3 && seen.length === 0; turn++) await purge.turn();
  expect(seen.at(-1)).toBe("organization.shredding");
  for (let turn = 0; turn < 3; turn++) await createPurgeDeleted(parts).turn();
  expect((await acts()).slice(-2)).toEqual(["organization.shredding", "organization.purged"]);
});

async function deletedMs(organization: string): Promise<number> {
  const { rows } = await people.db.admin.query<{ at: number }>({
    text: "select deleted_at as at from steward.organizations where id = $1",
    values: [organization],
  });
  return rows[0]!.at;
}

class Killed extends Error {}

test("killed at any point, the next process goes on to the same end", async () => {
  const { organization, owner } = acme;
  await plantAll(organization, acme.project);
  await plantAll(organization, null);
  await deleteOrganization(people, owner, organization);
  people.clock.advance(30 * DAY_MS + 1000);
  let [kills, operations] = [0, 0];
  for (let survived = false; !survived; operations += 3) {
    let left = operations;
    const step = (): void => {
      if (left-- <= 0) throw new Killed("killed");
    };
    const { keyring, ...outside } = parts.people;
    const dying: ShredAgainParts = {
      ...parts,
      database: {
        ...parts.database,
        pipeline: (statements) => (step(), parts.database.pipeline(statements)),
        transaction: (run) =>
          parts.database.transaction((tx) => {
            const query: Transaction["query"] = async (statement) => {
              step();
              return await tx.query(statement);
            };
            return run({ query });
          }),
      },
      people: {
        ...outside,
        keyring: {
          ...keyring,
          shredProject: async (scope) => (step(), await keyring.shredProject(scope), step()),
          shredOrganization: async (id) => (step(), await keyring.shredOrganization(id), step()),
        },
        onProjectShredded: async (scope) => (step(), await outside.onProjectShredded(scope), step()),
        removeBlobs: async (...of) => (step(), await outside.removeBlobs(...of), step()),
      },
      log: (message, error) => {
        if (!(error instanceof Killed)) throw new Error(message, { cause: error });
      },
    };
    const purge = createPurgeDeleted(dying);
    for (let turn = 0; turn < 3; turn++) await purge.turn().catch(() => undefined);
    survived = left >= 0;
    if (!survived) kills++;
    expect(operations).toBeLessThan(1000);
  }
  expect(kills).toBeGreaterThan(10);
  expect(await rowsOf("project", acme.project)).toEqual({ projects: 1 });
  const told = (await acts()).slice(3);
  for (const once of ["project.shredding", "project.purged", "organization.shredding", "organization.purged"])
    expect([once, told.filter((one) => one === once).length]).toEqual([once, 1]);
  expect(told.filter((one) => one === "project.shredded").length).toBeGreaterThan(0);
  expect(await hasKeys(people, organization, acme.project)).toBe(false);
});

test("one that can't be purged is told of and holds up no other, and records of living projects can't be taken", async () => {
  const other = await people.organization("Other");
  for (const one of [acme, other]) {
    await plantAll(one.organization, one.project);
    await deleteProject(people, one.owner, one.organization, one.shownProject);
  }
  const living = await people.organization("Living");
  await plantAll(living.organization, living.project);
  people.clock.advance(30 * DAY_MS + 1000);
  const first = [acme.project, other.project].toSorted()[0]!;
  const failing: ShredAgainParts = {
    ...parts,
    people: {
      ...parts.people,
      onProjectShredded: ({ project }) => (project === first ? Promise.reject(new Error("away")) : Promise.resolve()),
    },
  };
  const purge = createPurgeDeleted(failing);
  for (let turn = 0; turn < 2; turn++) await purge.turn();
  expect(parts.logs.length).toBeGreaterThan(0);
  const second = [acme, other].find(({ project }) => project !== first)!;
  expect(await rowsOf("project", second.project)).toEqual({ projects: 1 });
  expect(Object.keys(await rowsOf("project", first)).length).toBeGreaterThan(5);
  const taken = await people.db.dispatch.query({ text: "delete from steward.segments" });
  expect([taken.count, (await rowsOf("project", living.project))["segments"]]).toEqual([1, 1]); // the shredded one's only
  await createPurgeDeleted(parts).turn();
  expect(await rowsOf("project", first)).toEqual({ projects: 1 });
});

test("rows that refer to each other go in an order that lets them, however the catalogue lists them", async () => {
  const { organization, owner, project, shownProject } = acme;
  const one = async (text: string): Promise<void> => {
    await people.db.admin.query({ text, values: [organization, project].slice(0, text.includes("$2") ? 2 : 1) });
  };
  const [a, b] = ["01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"];
  for (const text of [
    `insert into steward.flows (organization, project, id, slug, name, draft, draft_digest, draft_problems, created_at, updated_at)
      values ($1, $2, '${a}', 's', 'n', '', '', 0, now(), now())`,
    `insert into steward.triggers (organization, project, id, flow, name, kind, version, active)
      values ($1, $2, '${b}', '${a}', 't', 'schedule', 1, true)`,
    `insert into steward.schedules (project, trigger, rule_digest, anchor_at) select id, '${b}', '', now()
      from steward.projects where organization = $1 and id = $2`,
    "insert into steward.file_volumes (organization, project) values ($1, $2)",
    `insert into steward.files (project, id, path, media_type, bytes, version, created_at, created_by, updated_at, updated_by)
      select id, '${a}', 'p', 'm', 1, 1, now(), '', now(), '' from steward.projects where organization = $1 and id = $2`,
    `insert into steward.file_versions (project, file, version, media_type, bytes, chunks, created_at, created_by)
      select id, '${a}', 1, 'm', 1, '', now(), '' from steward.projects where organization = $1 and id = $2`,
    `insert into steward.blobs (project, address, bytes, stored_at)
      select id, 'address', 1, now() from steward.projects where organization = $1 and id = $2`,
    `insert into steward.file_chunks (project, file, version, address)
      select id, '${a}', 1, 'address' from steward.projects where organization = $1 and id = $2`,
  ])
    await one(text);
  await deleteProject(people, owner, organization, shownProject);
  people.clock.advance(30 * DAY_MS + 1000);
  await createPurgeDeleted(parts).turn();
  expect(parts.logs).toEqual([]);
  expect(await rowsOf("project", project)).toEqual({ projects: 1 });
});
