import { afterEach, beforeEach, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { keyProcess, toolsOf } from "../keyring/key-tools.testsuite.ts";
import { shredProject as shredKeys } from "../keyring/shred-project.ts";
import { findOrganizationAccess, findProjectAccess } from "../store/access.ts";
import { readRegion } from "../store/regions.ts";
import { changeOrganization } from "./change-organization.ts";
import { changeProject } from "./change-project.ts";
import { createOrganization } from "./create-organization.ts";
import { createProject } from "./create-project.ts";
import { deleteOrganization } from "./delete-organization.ts";
import { deleteProject } from "./delete-project.ts";
import { getProject } from "./get-project.ts";
import { listOrganizations } from "./list-organizations.ts";
import { listProjects } from "./list-projects.ts";
import { readActs, testPeople, type TestOrganization, type TestPeople } from "./people.testsuite.ts";
import { restoreOrganization } from "./restore-organization.ts";
import { restoreProject } from "./restore-project.ts";
import { rotateOrganizationKeys } from "./rotate-organization-keys.ts";
import { hasKeys } from "./has-keys.ts";
import { endShreddings, shredAgain } from "./shred-again.ts";
import { setProjectMember } from "./set-project-member.ts";
import { shredProject } from "./shred-project.ts";

let people: TestPeople;
let acme: TestOrganization;
beforeEach(async () => {
  people = await testPeople();
  acme = await people.organization();
});
afterEach(async () => await people.close());

const DAY_MS = 86_400_000;
const NEW = { slug: "next", name: "Next", timeZone: "Europe/Zurich", region: null };

test("a project has keys of its own before anything can be in it; slugs are one of a kind", async () => {
  const { organization, owner } = acme;
  const made = await createProject(people, owner, organization, NEW);
  expect(made).toMatchObject({ slug: "next", timeZone: "Europe/Zurich", role: "owner", deletedAt: null });
  const { rows } = await people.db.admin.query<{ id: string }>({
    text: "select id from steward.projects where slug = 'next'",
  });
  await expect(people.people.keyring.project(organization, rows[0]!.id)).resolves.toMatchObject({});
  await expect(createProject(people, owner, organization, NEW)).rejects.toMatchObject({ code: "conflict" });
  const tries = await Promise.allSettled(
    Array.from({ length: 3 }, () => createProject(people, owner, organization, { ...NEW, slug: "raced" })),
  );
  expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(tries.filter((one) => one.status === "rejected" && one.reason.code !== "conflict")).toEqual([]);
});

test.each(["Mars/Olympus", "+01:00", "", "utc; drop"])("%j is no time zone", async (timeZone) => {
  const { organization, owner, shownProject } = acme;
  const refused = { code: "value_invalid", details: { field: "timeZone" } };
  await expect(createProject(people, owner, organization, { ...NEW, timeZone })).rejects.toMatchObject(refused);
  await expect(changeProject(people, owner, organization, shownProject, { timeZone })).rejects.toMatchObject(refused);
});

test("projects and organizations are pinned to the region where the data is, to no other, and let go again", async () => {
  const { organization, owner, project, shownProject } = acme;
  const told: string[] = [];
  const parts = { ...people, changes: { flow: () => undefined, project: (id: string) => void told.push(id) } };
  const refused = (message: string) => ({
    code: "value_invalid",
    message: expect.stringContaining(message),
    details: { field: "region" },
  });
  for (const [region, message] of [
    ["moon", "there is no region of this label: use eu"],
    ["ch", "keeps its data in eu, so nothing can be pinned to ch"],
  ] as const) {
    await expect(createProject(parts, owner, organization, { ...NEW, region })).rejects.toMatchObject(refused(message));
    await expect(changeOrganization(parts, owner, organization, { region }, null)).rejects.toMatchObject(
      refused(message),
    );
    await expect(changeProject(parts, owner, organization, shownProject, { region })).rejects.toMatchObject(
      refused(message),
    );
  }
  expect(told).toEqual([]);
  const effective = () => readRegion(people.database, { organization, project });
  await changeOrganization(parts, owner, organization, { region: "eu" }, null);
  expect([told, await effective()]).toEqual([[project], "eu"]);
  expect(await createProject(parts, owner, organization, NEW)).toMatchObject({ region: null });
  await changeOrganization(parts, owner, organization, { region: null }, null);
  expect(await effective()).toBeNull();
  told.length = 0;
  expect(await changeProject(parts, owner, organization, shownProject, { region: "eu" })).toMatchObject({
    region: "eu",
  });
  await changeProject(parts, owner, organization, shownProject, { region: "eu", name: "First again" });
  expect([told, await effective()]).toEqual([[project], "eu"]);
  expect(await changeProject(parts, owner, organization, shownProject, { region: null })).toMatchObject({
    region: null,
  });
  expect(await effective()).toBeNull();
  const acts = (await acme.acts()).filter(({ action }) => action.endsWith(".changed"));
  expect(acts.map(({ action, facts }) => [action, facts["fields"]])).toEqual([
    ["organization.changed", "region"],
    ["organization.changed", "region"],
    ["project.changed", "region"],
    ["project.changed", "name"],
    ["project.changed", "region"],
  ]);
});

test("a deleted project is gone for all but those who may bring it back, and comes back as it was", async () => {
  const { organization, owner, shownProject, project } = acme;
  const builder = await acme.member("builder");
  await deleteProject(people, owner, organization, shownProject);
  await deleteProject(people, owner, organization, shownProject); // repeated, it stays deleted
  expect(await findProjectAccess(people.db.dispatch, { member: builder.member }, project)).toBeNull();
  const refusals = [shownProject, showId("prj", people.ids.uuid()), "prj_nonsense"].map((id) =>
    getProject(people, builder, organization, id).catch((error: Error) => error.message),
  );
  expect(new Set(await Promise.all(refusals)).size).toBe(1);
  expect((await listProjects(people, builder, organization, { limit: 10 })).items).toEqual([]);
  expect((await listProjects(people, owner, organization, { limit: 10 })).items).toMatchObject([
    { id: shownProject, deletedAt: expect.any(String) },
  ]);
  await expect(changeProject(people, owner, organization, shownProject, { name: "X" })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(restoreProject(people, builder, organization, shownProject)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await restoreProject(people, owner, organization, shownProject)).toMatchObject({ deletedAt: null });
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "conflict" });
  await deleteProject(people, owner, organization, shownProject);
  people.clock.advance(30 * DAY_MS + 1);
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "conflict" });
});

test("only a deleted project is shredded, by its slug, and nothing brings it back", async () => {
  const { organization, owner, shownProject, project } = acme;
  const shred = (slug: string) => shredProject(people, owner, organization, shownProject, { slug });
  await expect(shred("first")).rejects.toMatchObject({ code: "conflict" });
  await deleteProject(people, owner, organization, shownProject);
  await expect(shred("frist")).rejects.toMatchObject({ code: "value_invalid" });
  expect(people.shredded).toEqual([]);
  expect(await shred("first")).toMatchObject({ id: shownProject, gone: expect.arrayContaining(["segments.body"]) });
  expect(people.shredded).toEqual([{ organization, project }]);
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "conflict" });
  await shred("first"); // may be repeated
  // Homes whose projects were shredded before the row said so have the key file alone to tell.
  await people.db.admin.query({ text: "update steward.projects set shredded_at = null" });
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "conflict" });
  expect(await rotateOrganizationKeys(people, owner, organization)).toMatchObject({ projects: 0 });
});

test("a key file that is put back opens no shredded project, and is destroyed again at the next start", async () => {
  const { organization, owner, shownProject, project } = acme;
  const name = `projects/${project}` as const;
  const copy = (await people.keyFiles!.read(name))!;
  await deleteProject(people, owner, organization, shownProject);
  await shredProject(people, owner, organization, shownProject, { slug: "first" });
  const start = () => {
    const tools = toolsOf(keyProcess(people.keyFiles!));
    const keyring = {
      project: (...of: [string, string]) => tools.keyring.project(...of),
      shredProject: (scope: { organization: string; project: string }) => shredKeys(tools, scope),
    };
    const dropped: string[] = [];
    const outside = {
      ...people.people,
      keyring: { ...people.people.keyring, ...keyring },
      onProjectShredded: (scope: { project: string }) => Promise.resolve(void dropped.push(scope.project)),
    };
    return { ...people, people: outside, dropped, log: (_message: string, error?: unknown) => Promise.reject(error) };
  };
  expect(await shredAgain(start())).toBe(0);
  const putBack = async () =>
    expect(await people.keyFiles!.replace(name, (await people.keyFiles!.read(name))!, copy)).toBe(true);
  await putBack();
  expect(await hasKeys(start(), organization, project)).toBe(true);
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "conflict" });
  await people.db.admin.query({ text: "update steward.projects set deleted_at = null" });
  expect(await findProjectAccess(people.db.dispatch, { member: owner.member }, project)).toBeNull();
  const again = start();
  expect(await shredAgain(again)).toBe(1);
  expect(again.dropped).toEqual([project]);
  expect((await acme.acts()).at(-1)).toMatchObject({
    actor: "system",
    action: "project.shredded",
    target: shownProject,
    facts: { putBack: true },
  });
  expect(await hasKeys(start(), organization, project)).toBe(false);
  expect(await shredAgain(start())).toBe(0);
});

test("keys go between two entries of the audit, and the first stands even if they don't go", async () => {
  const { organization, owner, shownProject } = acme;
  await deleteProject(people, owner, organization, shownProject);
  const told = async () =>
    (await readActs(people.db, organization)).map(({ action }) => action).filter((one) => one.includes("shred"));
  const seen: string[][] = [];
  const keyring = Object.assign(Object.create(people.people.keyring) as typeof people.people.keyring, {
    shredProject: async () => {
      seen.push(await told());
      throw new Error("the disk is away");
    },
  });
  const parts = { ...people, people: { ...people.people, keyring } };
  const shred = (by: TestPeople) => shredProject(by, owner, organization, shownProject, { slug: "first" });
  await expect(shred(parts)).rejects.toThrow("the disk is away");
  expect(seen).toEqual([["project.shredding"]]);
  expect(await told()).toEqual(["project.shredding"]);
  await expect(restoreProject(people, owner, organization, shownProject)).rejects.toMatchObject({ code: "conflict" });
  await shred(people);
  expect(await told()).toEqual(["project.shredding", "project.shredding", "project.shredded"]);
});

test("a shredding that was cut off at any point is ended by the next start, with what hangs on it and in the audit", async () => {
  const points = ["before the keys", "before what hangs on it", "before the audit's last entry"] as const;
  for (const [at, point] of points.entries()) {
    const own = await people.organization(`Acme ${at}`);
    const { organization, owner, shownProject, project } = own;
    await deleteProject(people, owner, organization, shownProject);
    const dropped: string[] = [];
    const killed = (where: (typeof points)[number]) => (where === point ? Promise.reject(new Error("killed")) : null);
    let alive = false;
    const outside = Object.assign(Object.create(people.people) as typeof people.people, {
      keyring: {
        ...people.people.keyring,
        shredProject: async (scope: { organization: string; project: string }) => {
          if (!alive) await killed("before the keys");
          await people.people.keyring.shredProject(scope);
        },
      },
      onProjectShredded: async (scope: { project: string }) => {
        if (!alive) await killed("before what hangs on it");
        dropped.push(scope.project);
        if (!alive) await killed("before the audit's last entry");
      },
    });
    const logs: unknown[] = [];
    const parts = { ...people, people: outside, log: (_: string, error: unknown) => void logs.push(error) };
    await expect(shredProject(parts, owner, organization, shownProject, { slug: "first" })).rejects.toThrow("killed");
    const told = async () => (await own.acts()).map(({ action }) => action).filter((one) => one.includes("shred"));
    expect(await told()).toEqual(["project.shredding"]);
    if (point !== "before the keys") {
      await endShreddings(parts); // of another process meanwhile, which meets the same fault
      expect([logs.length, await told()]).toEqual([1, ["project.shredding"]]);
    }
    alive = true;
    dropped.length = 0;
    await shredAgain(parts);
    expect([point, dropped, await hasKeys(people, organization, project)]).toEqual([point, [project], false]);
    expect(await told()).toEqual(["project.shredding", "project.shredded"]);
    expect((await own.acts()).at(-1)).toMatchObject({ actor: "system", target: shownProject, facts: {} });
    await shredAgain(parts);
    await endShreddings(parts);
    expect([dropped, await told()]).toEqual([[project], ["project.shredding", "project.shredded"]]);
  }
});

test("what the role in the organization lacks, the role in the project gives, and the other way round", async () => {
  const { organization, owner, shownProject } = acme;
  const lead = await acme.member("viewer");
  const admin = await acme.member("admin");
  const place = { organization, project: shownProject };
  await setProjectMember(people, owner, { ...place, member: lead.shownMember }, { role: "admin" });
  await setProjectMember(people, owner, { ...place, member: admin.shownMember }, { role: "viewer" });
  expect(await changeProject(people, lead, organization, shownProject, { name: "Led" })).toMatchObject({
    name: "Led",
    role: "admin",
  });
  await expect(changeProject(people, admin, organization, shownProject, { name: "X" })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(deleteProject(people, admin, organization, shownProject)).rejects.toMatchObject({ code: "forbidden" });
  expect(people.denied.map((one) => one.target)).toEqual(["changeProject", "deleteProject"]);
  await setProjectMember(people, owner, { ...place, member: admin.shownMember }, { role: "none" });
  await expect(getProject(people, admin, organization, shownProject)).rejects.toMatchObject({ code: "not_found" });
  expect((await listProjects(people, admin, organization, { limit: 10 })).items).toEqual([]);
});

test("projects are listed in pages", async () => {
  const { organization, owner } = acme;
  for (const slug of ["b", "c"]) await createProject(people, owner, organization, { ...NEW, slug });
  const first = await listProjects(people, owner, organization, { limit: 2 });
  expect(first.items.map((one) => one.slug)).toEqual(["first", "b"]);
  const second = await listProjects(people, owner, organization, { limit: 2, cursor: first.next! });
  expect(second).toMatchObject({ items: [{ slug: "c" }], next: null });
});

test("a deleted organization is gone for all but its owners, and comes back for 30 days", async () => {
  const { organization, owner, account } = acme;
  const viewer = await acme.member("viewer");
  await deleteOrganization(people, owner, organization);
  const asked = { account: viewer.account.id };
  expect(await findOrganizationAccess(people.db.dispatch, asked, organization)).toBeNull();
  expect(await findProjectAccess(people.db.dispatch, { account: account.id }, acme.project)).toBeNull();
  expect((await listOrganizations(people, viewer.account.id)).items).toEqual([]);
  expect((await listOrganizations(people, account.id)).items).toMatchObject([
    { role: "owner", deletedAt: expect.any(String) },
  ]);
  await expect(createProject(people, owner, organization, NEW)).rejects.toMatchObject({ code: "not_found" });
  expect(await restoreOrganization(people, owner, organization)).toMatchObject({ deletedAt: null });
  expect((await listOrganizations(people, viewer.account.id)).items).toHaveLength(1);
  await deleteOrganization(people, owner, organization);
  people.clock.advance(30 * DAY_MS + 1);
  await expect(restoreOrganization(people, owner, organization)).rejects.toMatchObject({ code: "conflict" });
});

test("an organization is made by a verified person, whose it is", async () => {
  const ada = people.account("ada");
  const made = await createOrganization(people, { shownId: "acc_x", account: ada.id }, { name: "Ada's" });
  expect(made).toMatchObject({
    name: "Ada's",
    role: "owner",
    permissions: expect.arrayContaining(["organization.delete"]),
  });
  const grace = people.account("grace", { emailVerified: false });
  await expect(
    createOrganization(people, { shownId: "acc_x", account: grace.id }, { name: "G" }),
  ).rejects.toMatchObject({ code: "forbidden" });
});

test("a rule that the changer's own session would not pass is refused", async () => {
  const { organization, owner } = acme;
  const change = (secondFactor: boolean | null) =>
    changeOrganization(
      people,
      owner,
      organization,
      { secondFactorRequired: true },
      secondFactor === null ? null : { secondFactor },
    );
  await expect(change(false)).rejects.toMatchObject({ code: "second_factor_required" });
  expect(await change(true)).toMatchObject({ secondFactorRequired: true });
  expect((await acme.acts()).at(-1)).toMatchObject({
    action: "organization.changed",
    facts: { fields: "secondFactorRequired", secondFactorRequired: true },
  });
});
