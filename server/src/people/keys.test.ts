import { createHash } from "node:crypto";
import type { Permission } from "@steward/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { changeRole } from "./change-role.ts";
import { createKey, type KeyRequest } from "./create-key.ts";
import { createProject } from "./create-project.ts";
import { createRole } from "./create-role.ts";
import { deleteRole } from "./delete-role.ts";
import { listKeys } from "./list-keys.ts";
import { listRoles } from "./list-roles.ts";
import type { Actor } from "./people-parts.ts";
import { byKey, testPeople, type TestOrganization, type TestPeople } from "./people.testsuite.ts";
import { revokeKey } from "./revoke-key.ts";
import { rotateKey } from "./rotate-key.ts";

let people: TestPeople;
let acme: TestOrganization;
beforeEach(async () => {
  people = await testPeople();
  acme = await people.organization();
});
afterEach(async () => await people.close());

const HOUR_MS = 3_600_000;
const make = (actor: Actor, more: Partial<KeyRequest> = {}) =>
  createKey(people, actor, acme, { name: "k", reach: "project", permissions: null, expiresInDays: 90, ...more });
const acting = (text: string) => byKey(people.db, text, people.clock.nowMs());
const forbidden = { code: "forbidden" };

test("a key is 32 random bytes given once; its hash and prefix are kept", async () => {
  const made = await make(acme.owner, { permissions: ["run.read", "run.read"] });
  expect(made.key).toMatch(/^sk_0_[0-9a-hjkmnp-tv-z]{52}$/);
  expect(made).toMatchObject({ prefix: made.key.slice(0, 9), permissions: ["run.read"], replaces: null });
  const { rows } = await people.db.admin.query<{ all: string; hash: Buffer }>({
    text: "select k::text as all, hash from steward.api_keys k",
  });
  expect(rows[0]!.all).not.toContain(made.key);
  expect(rows[0]!.hash).toEqual(createHash("sha256").update(made.key).digest());
  const { items } = await listKeys(people, acme, { limit: 10 });
  expect(items).toEqual([expect.not.objectContaining({ key: expect.anything() })]);
  expect([...(await acting(made.key))!.permissions]).toEqual(["run.read"]);
  people.clock.advance(90 * 24 * HOUR_MS);
  expect(await acting(made.key)).toBeNull();
});

test("nobody makes a key that may more than they, by permissions or by the member it is for", async () => {
  const builder = await acme.member("builder");
  await expect(make(builder, { permissions: ["project.delete"] })).rejects.toMatchObject(forbidden);
  await expect(make(await acme.member("viewer"))).rejects.toMatchObject(forbidden);
  await expect(make(builder, { member: await acme.service("viewer") })).rejects.toMatchObject(forbidden);
  const admin = await acme.member("admin");
  await make(admin, { member: await acme.service("builder") });
  const staff = await createRole(people, acme.owner, acme.organization, {
    name: "Staff",
    permissions: ["project.read", "key.write", "member.write"],
  });
  await expect(make(await acme.member(staff.id), { member: await acme.service("viewer") })).rejects.toMatchObject(
    forbidden,
  );
});

test("nobody gets a key of another person", async () => {
  const builder = await acme.member("builder");
  await expect(make(acme.owner, { member: builder.shownMember })).rejects.toMatchObject(forbidden);
  const theirs = await make(builder);
  await expect(rotateKey(people, acme.owner, acme, theirs.id, { overlapHours: 1 })).rejects.toMatchObject(forbidden);
  await revokeKey(people, acme.owner, acme, theirs.id);
  expect(await acting(theirs.key)).toBeNull();
});

test("a key makes keys within itself only: its permissions and its reach", async () => {
  const limited: Permission[] = ["project.read", "key.write", "run.read"];
  const small = (await acting((await make(acme.owner, { permissions: limited, reach: "organization" })).key))!;
  await expect(make(small)).rejects.toMatchObject(forbidden);
  await expect(make(small, { permissions: ["flow.read"] })).rejects.toMatchObject(forbidden);
  await make(small, { permissions: ["run.read"], reach: "organization", expiresInDays: 30 });
  const near = (await acting((await make(acme.owner)).key))!;
  await expect(make(near, { reach: "organization" })).rejects.toMatchObject(forbidden);
  await make(near, { expiresInDays: 30 });
});

test("a key that expires leaves nothing behind that outlives it, and ends none that is worth more than it", async () => {
  const strong = await make(acme.owner, { reach: "organization", expiresInDays: null });
  const leaked = await make(acme.owner, { expiresInDays: 5 });
  const thief = (await acting(leaked.key))!;
  for (const expiresInDays of [null, 6]) await expect(make(thief, { expiresInDays })).rejects.toMatchObject(forbidden);
  expect(await make(thief, { expiresInDays: 4 })).toMatchObject({ expiresAt: expect.any(String) });
  people.clock.advance(24 * HOUR_MS);
  expect(await rotateKey(people, thief, acme, leaked.id, { overlapHours: 24 })).toMatchObject({
    expiresAt: leaked.expiresAt,
  });
  await expect(revokeKey(people, thief, acme, strong.id)).rejects.toMatchObject(forbidden);
  expect(await acting(strong.key)).not.toBeNull();
  await revokeKey(people, thief, acme, leaked.id); // itself
});

test("without member.write one manages one's own keys, and no others", async () => {
  const builder = await acme.member("builder");
  const own = await make(builder);
  const other = await make(await acme.member("builder"));
  await expect(revokeKey(people, builder, acme, other.id)).rejects.toMatchObject(forbidden);
  await expect(rotateKey(people, builder, acme, other.id, { overlapHours: 1 })).rejects.toMatchObject(forbidden);
  await revokeKey(people, builder, acme, own.id);
  const admin = await acme.member("admin");
  await revokeKey(people, admin, acme, other.id);
  const owners = await make(acme.owner);
  await expect(revokeKey(people, admin, acme, owners.id)).rejects.toMatchObject(forbidden);
});

test("a successor has the same worth and as long a life, and the old key ends with the overlap", async () => {
  const old = await make(acme.owner, { permissions: ["run.read"], reach: "organization", expiresInDays: 10 });
  people.clock.advance(24 * HOUR_MS);
  const made = await rotateKey(people, acme.owner, acme, old.id, { overlapHours: 24 });
  expect(made).toMatchObject({ replaces: old.id, permissions: ["run.read"], reach: "organization" });
  expect(Date.parse(made.expiresAt!) - Date.parse(made.createdAt)).toBe(10 * 24 * HOUR_MS);
  expect(await acting(old.key)).not.toBeNull();
  await expect(rotateKey(people, acme.owner, acme, old.id, { overlapHours: 24 })).rejects.toMatchObject({
    code: "conflict",
  });
  people.clock.advance(24 * HOUR_MS + 1);
  expect(await acting(old.key)).toBeNull();
  expect(await acting(made.key)).not.toBeNull();
  const next = await rotateKey(people, acme.owner, acme, made.id, { overlapHours: 0 });
  expect(await acting(made.key)).toBeNull();
  await revokeKey(people, acme.owner, acme, next.id);
  await revokeKey(people, acme.owner, acme, next.id); // repeated, nothing is done
  expect((await acme.acts()).map((one) => one.action).filter((action) => action.startsWith("key."))).toEqual([
    "key.created",
    "key.rotated",
    "key.rotated",
    "key.revoked",
  ]);
});

test("of two rotations at once one makes the successor", async () => {
  const old = await make(acme.owner);
  const tries = await Promise.allSettled(
    Array.from({ length: 4 }, () => rotateKey(people, acme.owner, acme, old.id, { overlapHours: 1 })),
  );
  expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
});

test("a key of another project is answered as one that nobody has", async () => {
  const second = await createProject(people, acme.owner, acme.organization, {
    slug: "second",
    name: "Second",
    timeZone: "UTC",
    region: null,
  });
  expect(second.slug).toBe("second");
  const globex = await people.organization();
  const there = await createKey(people, globex.owner, globex, {
    name: "k",
    reach: "project",
    permissions: null,
    expiresInDays: 1,
  });
  for (const id of [there.id, showId("key", people.ids.uuid()), "key_nonsense"]) {
    const gone = { code: "not_found", message: `There is no API key ${id} here.` };
    await expect(revokeKey(people, acme.owner, acme, id)).rejects.toMatchObject(gone);
    await expect(rotateKey(people, acme.owner, acme, id, { overlapHours: 1 })).rejects.toMatchObject(gone);
  }
});

test("a role's name is taken in whatever case, and a role that somebody has stays", async () => {
  const { organization, owner } = acme;
  const role = await createRole(people, owner, organization, { name: "Readers", permissions: ["run.read"] });
  for (const name of ["readers", "Viewer", "READERS"])
    await expect(createRole(people, owner, organization, { name, permissions: [] })).rejects.toMatchObject({
      code: "conflict",
    });
  const tries = await Promise.allSettled(
    ["Twice", "twice"].map((name) => createRole(people, owner, organization, { name, permissions: [] })),
  );
  expect(tries.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const reader = await acme.member(role.id);
  await expect(deleteRole(people, owner, organization, role.id)).rejects.toMatchObject({ code: "conflict" });
  await changeRole(people, owner, organization, role.id, { permissions: ["run.read", "flow.read"] });
  expect([...(await acme.again(reader)).permissions]).toEqual(["run.read", "flow.read"]);
  await people.db.admin.query({
    text: "update steward.members set removed_at = now() where id = $1",
    values: [reader.member],
  });
  await deleteRole(people, owner, organization, role.id);
  const { items } = await listRoles(people, organization);
  expect(items.filter((one) => !one.builtIn).map((one) => one.name.toLowerCase())).toEqual(["twice"]);
});

test("a custom role is not changed by who has less than it gives, or would give", async () => {
  const { organization, owner } = acme;
  const big = await createRole(people, owner, organization, { name: "Big", permissions: ["organization.delete"] });
  const admin = await acme.member("admin");
  await expect(changeRole(people, admin, organization, big.id, { name: "Small" })).rejects.toMatchObject(forbidden);
  await expect(deleteRole(people, admin, organization, big.id)).rejects.toMatchObject(forbidden);
  const own = await createRole(people, admin, organization, { name: "Own", permissions: [] });
  await expect(
    changeRole(people, admin, organization, own.id, { permissions: ["billing.write"] }),
  ).rejects.toMatchObject(forbidden);
});
