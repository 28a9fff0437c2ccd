import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "../people/create-key.ts";
import { createRole } from "../people/create-role.ts";
import { hashApiKey } from "../people/first-start.ts";
import { testPeople, type TestOrganization, type TestPeople } from "../people/people.testsuite.ts";
import { parseId } from "../core/id.ts";
import { findKeyAccess, findKeyAccesses, findProjectAccesses } from "./access.ts";

let people: TestPeople;
let acme: TestOrganization;
beforeAll(async () => {
  people = await testPeople();
  acme = await people.organization();
});
afterAll(() => people.close());

async function keyOf(role: string): Promise<Buffer> {
  const member = await acme.service(role);
  const given = { name: role, member, reach: "project", permissions: null, expiresInDays: 1 } as const;
  return hashApiKey((await createKey(people, acme.owner, acme, given)).key);
}

async function customRole(name: string, permissions: readonly ("project.read" | "run.read")[]): Promise<string> {
  return (await createRole(people, acme.owner, acme.organization, { name, permissions: [...permissions] })).id;
}

test("keys that are looked up together each have what their own custom role permits, and a built-in role's none", async () => {
  const hashes = [
    await keyOf(await customRole("Reads", ["project.read"])),
    await keyOf("viewer"),
    await keyOf(await customRole("Looks", ["run.read"])),
  ];
  const found = await findKeyAccesses(people.db.dispatch, [...hashes, Buffer.alloc(32)]);
  expect(found.map((row) => row && [row.role, row.permissions])).toEqual([
    ["custom", ["project.read"]],
    ["viewer", null],
    ["custom", ["run.read"]],
    null,
  ]);
  for (const [at, hash] of hashes.entries()) expect(await findKeyAccess(people.db.dispatch, hash)).toEqual(found[at]);
});

test("people who are looked up together have what their custom role in the project permits, each their own", async () => {
  const role = await customRole("There", ["run.read"]);
  const [ada, bob] = [await acme.member("viewer"), await acme.member("viewer")];
  await people.db.admin.query({
    text: `insert into steward.project_members (organization, project, member, role, custom_role, set_at)
      values ($1, $2, $3, 'custom', $4, now())`,
    values: [acme.organization, acme.project, ada.member, parseId("rol", role)],
  });
  const asked = [ada, bob].map(({ account }) => ({ account: account.id, project: acme.project }));
  const found = await findProjectAccesses(people.db.dispatch, asked);
  expect(found.map((row) => row && [row.member, row.projectRole, row.projectPermissions])).toEqual([
    [ada.member, "custom", ["run.read"]],
    [bob.member, null, null],
  ]);
});

test("a changed list of a custom role counts with the next lookup", async () => {
  const role = await customRole("Changing", ["project.read", "run.read"]);
  const hash = await keyOf(role);
  expect((await findKeyAccess(people.db.dispatch, hash))?.permissions).toEqual(["project.read", "run.read"]);
  await people.db.admin.query({
    text: "update steward.roles set permissions = '{}' where id = $1",
    values: [parseId("rol", role)],
  });
  expect((await findKeyAccess(people.db.dispatch, hash))?.permissions).toEqual([]);
});
