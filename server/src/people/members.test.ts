import { afterEach, beforeEach, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { changeMember } from "./change-member.ts";
import { createKey } from "./create-key.ts";
import { createOrganization } from "./create-organization.ts";
import { createRole } from "./create-role.ts";
import { createServiceAccount } from "./create-service-account.ts";
import { createInvitation } from "./create-invitation.ts";
import { endMemberships } from "./end-memberships.ts";
import { leaveOrganization } from "./leave-organization.ts";
import { listMembers } from "./list-members.ts";
import { listOrganizations } from "./list-organizations.ts";
import { listProjectMembers } from "./list-project-members.ts";
import { byKey, testPeople, type TestOrganization, type TestPeople } from "./people.testsuite.ts";
import { refreshPerson } from "./refresh-person.ts";
import { removeMember } from "./remove-member.ts";
import { setProjectMember } from "./set-project-member.ts";
import { unsetProjectMember } from "./unset-project-member.ts";
import type { Actor } from "./people-parts.ts";

let people: TestPeople;
let acme: TestOrganization;
beforeEach(async () => {
  people = await testPeople();
  acme = await people.organization();
});
afterEach(async () => await people.close());

const shownOf = (actor: Actor) => showId("mem", actor.member);
const rolesNow = async () => {
  const { items } = await listMembers(people, acme.organization, { limit: 100 });
  return Object.fromEntries(items.map((one) => [one.id, one.role]));
};

test("the last owner can't be demoted, removed or leave", async () => {
  const { organization, owner } = acme;
  const shown = shownOf(owner);
  await expect(changeMember(people, owner, organization, shown, { role: "admin" })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(removeMember(people, owner, organization, shown)).rejects.toMatchObject({ code: "conflict" });
  await expect(leaveOrganization(people, owner, organization)).rejects.toMatchObject({ code: "conflict" });
  expect(await rolesNow()).toEqual({ [shown]: "owner" });
  const other = await acme.member("owner");
  await leaveOrganization(people, owner, organization);
  expect(await rolesNow()).toEqual({ [other.shownMember]: "owner" });
});

test("of two owners who demote each other at once, one is refused", async () => {
  for (let round = 0; round < 8; round++) {
    const one = await acme.member("owner");
    const other = await acme.member("owner");
    // The third owner must not be what keeps the second from being the last.
    const results = await Promise.allSettled([
      changeMember(people, one, acme.organization, other.shownMember, { role: "viewer" }),
      changeMember(people, other, acme.organization, one.shownMember, { role: "viewer" }),
    ]);
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(results.find((result) => result.status === "rejected")).toMatchObject({ reason: { code: "forbidden" } });
    const roles = await rolesNow();
    expect(new Set([roles[one.shownMember], roles[other.shownMember]])).toEqual(new Set(["owner", "viewer"]));
  }
});

test("of two last owners who leave at once, one stays", async () => {
  const other = await acme.member("owner");
  const results = await Promise.allSettled([
    leaveOrganization(people, acme.owner, acme.organization),
    leaveOrganization(people, other, acme.organization),
  ]);
  expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(Object.values(await rolesNow())).toEqual(["owner"]);
});

test("only owners make and unmake owners, whatever else somebody may", async () => {
  const all = await createRole(people, acme.owner, acme.organization, {
    name: "Everything",
    permissions: [...acme.owner.permissions],
  });
  const almighty = await acme.member(all.id);
  const admin = await acme.member("admin");
  const viewer = await acme.member("viewer");
  for (const actor of [almighty, admin]) {
    await expect(
      changeMember(people, actor, acme.organization, viewer.shownMember, { role: "owner" }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(
      changeMember(people, actor, acme.organization, shownOf(acme.owner), { role: "viewer" }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(removeMember(people, actor, acme.organization, shownOf(acme.owner))).rejects.toMatchObject({
      code: "forbidden",
    });
  }
  expect(people.denied.map((one) => one.target)).toContain("removeMember");
});

test("nobody gives more than they have, nor changes who has more", async () => {
  const { organization } = acme;
  const staff = await createRole(people, acme.owner, organization, {
    name: "Staff office",
    permissions: ["organization.read", "member.read", "member.write", "role.write"],
  });
  const clerk = await acme.member(staff.id);
  const admin = await acme.member("admin");
  const refused = [
    createServiceAccount(people, clerk, organization, { name: "robot", role: "viewer" }),
    createInvitation(people, clerk, organization, { email: "new@example.com", role: "admin" }),
    changeMember(people, clerk, organization, shownOf(clerk), { role: "admin" }),
    changeMember(people, clerk, organization, admin.shownMember, { role: staff.id }),
    removeMember(people, clerk, organization, admin.shownMember),
    createRole(people, clerk, organization, { name: "More", permissions: ["run.read"] }),
  ];
  for (const one of await Promise.allSettled(refused))
    expect(one).toMatchObject({ status: "rejected", reason: { code: "forbidden" } });
  const made = await createServiceAccount(people, clerk, organization, { name: "robot", role: staff.id });
  await removeMember(people, clerk, organization, made.id);
});

test("a member who has more in one project only is not changed by who has less there", async () => {
  const viewer = await acme.member("viewer");
  const staff = await createRole(people, acme.owner, acme.organization, {
    name: "Staff office",
    permissions: [...viewer.permissions, "member.read", "member.write"],
  });
  const clerk = await acme.member(staff.id);
  const place = { ...acme, project: acme.shownProject, member: viewer.shownMember };
  await setProjectMember(people, acme.owner, place, { role: "builder" });
  await expect(removeMember(people, clerk, acme.organization, viewer.shownMember)).rejects.toMatchObject({
    code: "forbidden",
  });
  await unsetProjectMember(people, acme.owner, place);
  await removeMember(people, clerk, acme.organization, viewer.shownMember);
});

test("an act that was asked for before its actor lost the right to it is refused", async () => {
  const admin = await acme.member("admin"); // as the call began
  const viewer = await acme.member("viewer");
  await changeMember(people, acme.owner, acme.organization, admin.shownMember, { role: "viewer" });
  await expect(
    changeMember(people, admin, acme.organization, viewer.shownMember, { role: "builder" }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await removeMember(people, acme.owner, acme.organization, admin.shownMember);
  await expect(removeMember(people, admin, acme.organization, viewer.shownMember)).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("who is removed loses keys, project roles and open invitations in the same transaction", async () => {
  const { organization, project } = acme;
  const admin = await acme.member("admin");
  const mine = { name: "mine", reach: "organization", permissions: null, expiresInDays: null } as const;
  const key = await createKey(people, admin, acme, mine);
  expect(await byKey(people.db, key.key, people.clock.nowMs())).not.toBeNull();
  await setProjectMember(
    people,
    acme.owner,
    { organization, project: acme.shownProject, member: admin.shownMember },
    {
      role: "builder",
    },
  );
  await createInvitation(people, admin, organization, { email: "new@example.com", role: "viewer" });
  await removeMember(people, acme.owner, organization, admin.shownMember);
  expect(await byKey(people.db, key.key, people.clock.nowMs())).toBeNull();
  expect(people.gone).toEqual([{ organization, member: admin.member, account: admin.account.id }]);
  const { rows } = await people.db.admin.query({
    text: `select (select count(*) from steward.api_keys where member = $1 and revoked_at is null) as keys,
      (select count(*) from steward.project_members where project = $2) as roles,
      (select count(*) from steward.invitations where revoked_at is null) as invitations`,
    values: [admin.member, project],
  });
  expect(rows[0]).toEqual({ keys: 0, roles: 0, invitations: 0 });
  expect((await acme.acts()).at(-1)).toMatchObject({
    action: "member.removed",
    actor: shownOf(acme.owner),
    target: admin.shownMember,
    facts: { keys: 1 },
  });
  await expect(removeMember(people, acme.owner, organization, admin.shownMember)).rejects.toMatchObject({
    code: "not_found",
  });
});

test("a key that is made while its member is removed ends all the same", async () => {
  for (let round = 0; round < 5; round++) {
    const builder = await acme.member("builder");
    const mine = { name: "mine", reach: "project", permissions: null, expiresInDays: null } as const;
    const [made] = await Promise.allSettled([
      createKey(people, builder, acme, mine),
      removeMember(people, acme.owner, acme.organization, builder.shownMember),
    ]);
    if (made.status === "fulfilled") expect(await byKey(people.db, made.value.key, people.clock.nowMs())).toBeNull();
    const { rows } = await people.db.admin.query<{ open: number }>({
      text: "select count(*) as open from steward.api_keys where member = $1 and revoked_at is null",
      values: [builder.member],
    });
    expect(rows[0]).toEqual({ open: 0 });
  }
});

test("a role in a project counts there only, none keeps a member out, and an owner is one everywhere", async () => {
  const { organization, project } = acme;
  const viewer = await acme.member("viewer");
  const place = { organization, project: acme.shownProject, member: viewer.shownMember };
  await setProjectMember(people, acme.owner, place, { role: "admin" });
  const there = await acme.again(viewer, project);
  expect([...there.permissions]).toContain("flow.publish");
  expect([...there.permissions]).not.toContain("member.write");
  expect([...(await acme.again(viewer)).permissions]).not.toContain("flow.publish");
  await setProjectMember(people, acme.owner, place, { role: "none" });
  expect((await acme.again(viewer, project)).permissions.has("project.read")).toBe(false);
  expect(await listProjectMembers(people, acme.owner, organization, acme.shownProject, { limit: 10 })).toMatchObject({
    items: [{ member: viewer.shownMember, role: "none" }],
  });
  await changeMember(people, acme.owner, organization, viewer.shownMember, { role: "owner" });
  expect((await acme.again(viewer, project)).permissions.size).toBe(acme.owner.permissions.size);
  await expect(setProjectMember(people, acme.owner, place, { role: "none" })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("whoever runs one project gives roles in it, and in no other, and none beyond their own", async () => {
  const { organization } = acme;
  const lead = await acme.member("viewer");
  const other = await acme.member("viewer");
  await setProjectMember(
    people,
    acme.owner,
    { organization, project: acme.shownProject, member: lead.shownMember },
    {
      role: "admin",
    },
  );
  const place = { organization, project: acme.shownProject, member: other.shownMember };
  await setProjectMember(people, lead, place, { role: "builder" });
  await expect(setProjectMember(people, lead, place, { role: "owner" })).rejects.toMatchObject({ code: "forbidden" });
  await expect(setProjectMember(people, other, place, { role: "admin" })).rejects.toMatchObject({ code: "forbidden" });
});

test("an id of another organization is answered as one that nobody has", async () => {
  const globex = await people.organization("Globex");
  const theirs = await globex.member("viewer");
  const theirRole = await createRole(people, globex.owner, globex.organization, { name: "Theirs", permissions: [] });
  const mine = await acme.member("viewer");
  const unknown = { member: showId("mem", people.ids.uuid()), role: showId("rol", people.ids.uuid()) };
  const asked = (member: string, role: string, project: string) => [
    () => changeMember(people, acme.owner, acme.organization, member, { role: "builder" }),
    () => changeMember(people, acme.owner, acme.organization, mine.shownMember, { role }),
    () => removeMember(people, acme.owner, acme.organization, member),
    () => createServiceAccount(people, acme.owner, acme.organization, { name: "robot", role }),
    () => createInvitation(people, acme.owner, acme.organization, { email: "x@example.com", role }),
    () => setProjectMember(people, acme.owner, { ...acme, project, member: mine.shownMember }, { role: "viewer" }),
    () => setProjectMember(people, acme.owner, { ...acme, project: acme.shownProject, member }, { role: "viewer" }),
    () =>
      createKey(people, acme.owner, acme, { name: "k", member, reach: "project", permissions: null, expiresInDays: 1 }),
  ];
  const answers = async (member: string, role: string, project: string) => {
    const list: string[] = [];
    for (const call of asked(member, role, project)) {
      const error = await call().then(
        () => new Error("was done"),
        (thrown: Error) => thrown,
      );
      list.push(
        `${"code" in error ? String(error.code) : ""} ${error.message.replaceAll(member, "M").replaceAll(role, "R")}`,
      );
    }
    return list;
  };
  const ofNobody = await answers(unknown.member, unknown.role, showId("prj", people.ids.uuid()));
  expect(ofNobody.every((one) => one.startsWith("not_found "))).toBe(true);
  expect(await answers(theirs.shownMember, theirRole.id, globex.shownProject)).toEqual(ofNobody);
});

test("members are listed in pages and found by name and address, in whatever case", async () => {
  await acme.member("viewer", "Grace");
  await acme.member("viewer", "Ada");
  await acme.member("viewer", "100%_Real");
  const first = await listMembers(people, acme.organization, { limit: 2 });
  expect(first.items).toHaveLength(2);
  const second = await listMembers(people, acme.organization, { limit: 2, cursor: first.next! });
  expect(second.next).toBeNull();
  expect([...first.items, ...second.items].map((one) => one.name).slice(1)).toEqual(["Grace", "Ada", "100%_Real"]);
  const find = async (search: string) =>
    (await listMembers(people, acme.organization, { limit: 10, search })).items.map((one) => one.name);
  expect(await find("gRACE@ex")).toEqual(["Grace"]);
  expect(await find("%")).toEqual(["100%_Real"]);
  await expect(listMembers(people, acme.organization, { limit: 2, cursor: "nonsense" })).rejects.toMatchObject({
    code: "invalid_request",
  });
});

test("nobody becomes a member while their account is being deleted", async () => {
  const ada = people.account("ada");
  const actor = { shownId: showId("acc", ada.id), account: ada.id };
  let answers = 0;
  const [asked, deleted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const identity = {
    async findAccount() {
      if (answers++ === 0) return ada;
      asked.resolve();
      await deleted.promise;
      return ada; // as it was a moment before
    },
  };
  const making = createOrganization({ ...people, identity }, actor, { name: "Late" });
  await asked.promise;
  const ending = endMemberships(people, ada.id); // waits for the one that is being made
  deleted.resolve();
  await making.catch(() => undefined);
  await expect(ending).rejects.toMatchObject({ code: "conflict" }); // Ada is its only owner
  let calls = 0;
  const gone = { findAccount: () => Promise.resolve(calls++ === 0 ? ada : { ...ada, deletedAt: 1 }) };
  await expect(createOrganization({ ...people, identity: gone }, actor, { name: "Later" })).rejects.toMatchObject({
    code: "forbidden",
  });
  expect((await listOrganizations(people, ada.id)).items).toHaveLength(1);
});

test("a person's rows have their present name and address, where nobody else has it", async () => {
  const globex = await people.organization("Globex");
  const ada = await acme.member("viewer", "ada");
  await globex.member("viewer", "taken");
  await people.db.admin.query({
    text: `insert into steward.members (organization, id, email, name, role, created_at, account)
      values ($1, $2, 'ada@example.com', 'ada', 'viewer', now(), $3)`,
    values: [globex.organization, people.ids.uuid(), ada.account.id],
  });
  const identity = {
    findAccount: () => Promise.resolve({ ...ada.account, name: "Ada King", email: "taken@example.com" }),
  };
  await refreshPerson({ ...people, identity }, ada.account.id);
  const rows = async ({ organization }: TestOrganization) =>
    (await listMembers(people, organization, { limit: 10, search: "Ada King" })).items.map(({ email }) => email);
  expect(await rows(acme)).toEqual(["taken@example.com"]);
  expect(await rows(globex)).toEqual(["ada@example.com"]);
});

test("an account's memberships end all together, or none while it is the last owner somewhere", async () => {
  const globex = await people.organization("Globex");
  const ada = await acme.member("owner", "ada");
  await people.db.admin.query({
    text: `insert into steward.members (organization, id, email, name, role, created_at, account)
      values ($1, $2, 'ada@example.com', 'ada', 'viewer', now(), $3)`,
    values: [globex.organization, people.ids.uuid(), ada.account.id],
  });
  await leaveOrganization(people, acme.owner, acme.organization);
  await expect(endMemberships(people, ada.account.id)).rejects.toMatchObject({ code: "conflict" });
  expect((await listMembers(people, globex.organization, { limit: 10 })).items).toHaveLength(2);
  await acme.member("owner");
  await endMemberships(people, ada.account.id);
  await endMemberships(people, ada.account.id); // repeated, nothing is left to end
  expect((await listMembers(people, globex.organization, { limit: 10 })).items).toHaveLength(1);
  expect((await listMembers(people, acme.organization, { limit: 10 })).items).toHaveLength(1);
  for (const organization of [acme, globex])
    expect((await organization.acts()).at(-1)).toMatchObject({
      action: "member.left",
      actor: showId("acc", ada.account.id),
    });
});
