import { randomFillSync } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { testIdentity } from "../../test/identity.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import { keyringOn, memoryKeyFiles } from "../keyring/keyring.testsuite.ts";
import { findApiKey } from "../store/api-keys.ts";
import { findMember } from "../store/members.ts";
import { findProject } from "../store/projects.ts";
import { openProofTenants } from "../prove/proof-tenants.ts";
import { firstStart, hashApiKey, type FirstStartParts } from "./first-start.ts";

let db: StewardDatabase;
beforeEach(async () => {
  db = await stewardDatabase();
});
afterEach(async () => await db.drop());

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const clock = { nowMs: () => NOW_MS, monotonicMs: () => 0, after: () => () => undefined };

function newParts(files = memoryKeyFiles()): FirstStartParts & { readonly files: typeof files } {
  const keyring = keyringOn(files, { fillRandom: randomFillSync });
  const ids = systemIds(() => NOW_MS);
  const { identity } = testIdentity({ database: db.identity, clock, ids });
  return { files, database: db.database, dispatch: db.dispatch, keyring, ids, clock, identity };
}

const NOTHING_SET = { ownerEmail: null, ownerPassword: null, apiKey: null };

async function counts(): Promise<unknown> {
  const { rows } = await db.admin.query({
    text: `select (select count(*) from steward.organizations where name <> 'Installation') as organizations, (select count(*) from steward.projects where slug <> 'installation') as projects,
      (select count(*) from steward.members) as members, (select count(*) from steward.api_keys) as keys`,
  });
  return rows[0];
}
const ONE_OF_EACH = { organizations: 1, projects: 1, members: 1, keys: 1 };

test("the first start makes an organization, a project, its owner and a key that is given once", async () => {
  const parts = newParts();
  const first = await firstStart(parts, NOTHING_SET);
  expect(first.newApiKey).toMatch(/^sk_0_[0-9a-hjkmnp-tv-z]{52}$/);
  expect(await counts()).toEqual(ONE_OF_EACH);
  expect(await findProject(db.database, first)).toMatchObject({ slug: "default", createdAt: NOW_MS });
  expect(await findMember(db.database, first, first.member)).toMatchObject({
    email: "owner@steward.localhost",
    role: "owner",
  });
  const { organization, project, member } = first;
  expect(await findApiKey(db.dispatch, hashApiKey(first.newApiKey!))).toMatchObject({
    organization,
    project,
    member,
    expiresAt: null,
    revokedAt: null,
  });
  await expect(parts.keyring.project(organization, project)).resolves.toMatchObject({ project });
  const { rows } = await db.admin.query<{ all: string }>({
    text: "select api_keys::text as all from steward.api_keys",
  });
  expect(rows[0]!.all).not.toContain(first.newApiKey);
  expect(rows[0]!.all).toContain(first.newApiKey!.slice(0, 9));
});

test("a later start finds them and gives no key", async () => {
  const { newApiKey: _, ...first } = await firstStart(newParts(), NOTHING_SET);
  expect(
    await firstStart(newParts(), { ...NOTHING_SET, ownerEmail: "other@example.com", apiKey: "another-key" }),
  ).toEqual({
    ...first,
    newApiKey: null,
  });
  expect(await counts()).toEqual(ONE_OF_EACH);
});

test("of several that start at once one makes them, and all find the same", async () => {
  const files = memoryKeyFiles();
  const all = await Promise.all(Array.from({ length: 4 }, () => firstStart(newParts(files), NOTHING_SET)));
  expect(new Set(all.map((one) => one.project)).size).toBe(1);
  expect(all.filter((one) => one.newApiKey !== null)).toHaveLength(1);
  expect(await counts()).toEqual(ONE_OF_EACH);
});

test("the owner's address and the first key are the operator's to choose", async () => {
  const first = await firstStart(newParts(), {
    ...NOTHING_SET,
    ownerEmail: "ada@example.com",
    apiKey: "a-key-for-scripts",
  });
  expect(first.newApiKey).toBeNull(); // they have it, and nothing prints it
  expect(await findMember(db.database, first, first.member)).toMatchObject({ email: "ada@example.com" });
  expect(await findApiKey(db.dispatch, hashApiKey("a-key-for-scripts"))).toMatchObject({ member: first.member });
});

test.each([
  { ownerEmail: "nobody" },
  { ownerEmail: "root@localhost" },
  { apiKey: "short" },
  { apiKey: "with a blank" },
  { ownerPassword: "too short" },
])("a setting that can't be used is refused and nothing is made (%j)", async (settings) => {
  const parts = newParts();
  await expect(firstStart(parts, { ...NOTHING_SET, ...settings })).rejects.toMatchObject({ code: "start_refused" });
  expect(await counts()).toEqual({ organizations: 0, projects: 0, members: 0, keys: 0 });
  expect(parts.files.files.size).toBe(0);
});

async function owner(first: { account: string }): Promise<unknown> {
  const { rows } = await db.admin.query({
    text: `select u.email, u."emailVerified" as verified, a.password is not null as password, o.account is not null as operator
      from identity."user" u left join identity.account a on a."userId" = u.id left join steward.operators o on o.account = u.id
      where u.id = $1`,
    values: [first.account],
  });
  return rows;
}

test("the owner has an account that runs the installation, with a password only when one is set", async () => {
  const parts = newParts();
  const first = await firstStart(parts, NOTHING_SET);
  expect(await findMember(db.database, first, first.member)).toMatchObject({ account: first.account });
  // Nobody's address is nobody's to have confirmed, so that changing it asks the new one only.
  expect(await owner(first)).toEqual([
    { email: "owner@steward.localhost", verified: false, password: false, operator: true },
  ]);
});

test("the owner signs in with the operator's password at once", async () => {
  const first = await firstStart(newParts(), {
    ...NOTHING_SET,
    ownerEmail: "Ada@example.com",
    ownerPassword: "0123456789",
  });
  expect(await owner(first)).toEqual([{ email: "ada@example.com", verified: true, password: true, operator: true }]);
  const again = await firstStart(newParts(), { ...NOTHING_SET, ownerPassword: "another password" });
  expect(again.account).toBe(first.account);
});

test("a home from before there were accounts gets them at the next start, and a start that ended in between is finished", async () => {
  const parts = newParts();
  const first = await firstStart(parts, NOTHING_SET);
  for (const [text, left] of [
    [
      "update steward.members set account = null, email = 'owner@localhost'; delete from steward.operators; delete from identity.\"user\"",
      null,
    ],
    ["update steward.members set account = null; delete from steward.operators", "account"],
  ] as const) {
    await db.admin.query({ text });
    const found = await Promise.all([1, 2, 3].map(() => firstStart(newParts(parts.files), NOTHING_SET)));
    expect(new Set(found.map(({ account }) => account)).size).toBe(1);
    expect(await owner(found[0]!)).toMatchObject([{ email: "owner@steward.localhost", operator: true }]);
    expect([left, found[0]!.member]).toEqual([left, first.member]);
    const { rows } = await db.admin.query({ text: `select from identity."user"` });
    expect(rows).toHaveLength(1);
  }
});

test("an owner who was made no operator any more stays none", async () => {
  const first = await firstStart(newParts(), NOTHING_SET);
  await db.admin.query({ text: "delete from steward.operators" });
  await firstStart(newParts(), NOTHING_SET);
  expect(await owner(first)).toMatchObject([{ operator: false }]);
});

test("a start after a proof finds people's own project, not the proof's", async () => {
  const files = memoryKeyFiles();
  const { newApiKey: _, ...first } = await firstStart(newParts(files), NOTHING_SET);
  const proof = await openProofTenants({ ...newParts(files), identityDatabase: db.identity });
  await proof.close();
  expect(await firstStart(newParts(files), NOTHING_SET)).toEqual({ ...first, newApiKey: null });
});
