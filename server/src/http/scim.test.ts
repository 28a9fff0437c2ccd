/** SCIM as directories speak it (RFC 7644), and what a directory may not do. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TestAnswer } from "../../test/http-server.ts";
import { ADA, browser, signIn, signUp } from "../adapters/identity/identity.testsuite.ts";
import { closeAll, rogueProvider, signOn, world, type World } from "../adapters/identity/sign-on.testsuite.ts";
import { showId } from "../core/id.ts";
import { readActs } from "../people/people.testsuite.ts";
import { lockAccountMemberships } from "../store/members.ts";

let it: World;
let token: string;
let org: string;

beforeAll(async () => {
  it = await world();
  org = `/v1/organizations/${showId("org", it.organization)}`;
  await it.domain("example.com");
  await it.domain("example.org");
  const made = await it.api("POST", "/scim-tokens", {});
  token = String(made.json()["token"]);
});
afterAll(closeAll);
beforeEach(async () => {
  await it.http.db.admin.query({
    text: `delete from steward.scim_group_members; delete from steward.scim_groups; delete from steward.scim_users;
      delete from steward.sign_on_group_roles;
      delete from steward.members where email like '%@example.%'; delete from identity."user" where email like '%@example.%'`,
  });
});

const scim = (method: string, path: string, body?: unknown, bearer = token): Promise<TestAnswer> =>
  it.http.call(method, `/scim/v2${path}`, {
    ...(body === undefined ? {} : { body }),
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
    },
  });
const user = (userName: string, more: object = {}): object => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName,
  name: { givenName: "Ada", familyName: "Lovelace" },
  emails: [{ value: userName, primary: true, type: "work" }],
  active: true,
  ...more,
});
const patch = (...Operations: object[]): object => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});
const made = async (answer: Promise<TestAnswer>): Promise<string> => {
  const { status, text, json } = await answer;
  expect([status, text]).toEqual([201, expect.anything()]);
  return String(json()["id"]);
};
const why = async (answer: Promise<TestAnswer>): Promise<string> => {
  const { status, text } = await answer;
  return status < 300 ? String(status) : `${status} ${String((JSON.parse(text) as { scimType?: string }).scimType)}`;
};

async function members(): Promise<Readonly<Record<string, string>>> {
  const { rows } = await it.http.db.admin.query<{ email: string; role: string }>({
    text: "select email, role from steward.members where removed_at is null and email like '%@example.%' order by 1",
  });
  return Object.fromEntries(rows.map(({ email, role }) => [email, role]));
}

test("a person that the directory makes is a member; deactivated they are none, at the next request; and back again", async () => {
  const id = await made(scim("POST", "/Users", user("Ada@example.com", { externalId: "e-1" })));
  expect(await members()).toEqual({ "ada@example.com": "viewer" });
  expect((await scim("GET", `/Users/${id}`)).json()).toMatchObject({
    userName: "Ada@example.com",
    externalId: "e-1",
    displayName: "Ada Lovelace",
    active: true,
  });
  const page = await it.http.signIn({ email: "ada@example.com", role: null });
  expect((await page.call("GET", org)).status).toBe(200);
  expect(await why(scim("PATCH", `/Users/${id}`, patch({ op: "Replace", path: "active", value: "False" })))).toBe(
    "200",
  );
  expect((await page.call("GET", org)).status).toBe(404);
  expect(await members()).toEqual({});
  expect(await why(scim("PATCH", `/Users/${id}`, patch({ op: "replace", value: { active: true } })))).toBe("200");
  expect(await members()).toEqual({ "ada@example.com": "viewer" });
  expect(await why(scim("DELETE", `/Users/${id}`))).toBe("204");
  expect(await members()).toEqual({});
  expect(await why(scim("GET", `/Users/${id}`))).toBe("404 undefined");
  expect(await it.http.parts.identity!.findAccountByEmail("ada@example.com")).toMatchObject({ deletedAt: null });
  const acts = (await readActs(it.http.db, it.organization)).filter(({ facts }) => facts["via"] === "scim");
  expect(acts.map(({ action }) => action)).toEqual([
    "member.added",
    "member.removed",
    "member.added",
    "member.removed",
  ]);
  expect(acts[0]!.actor).toMatch(/^key_/);
});

test("a deactivated person does not come back by sign-on, and one who never came signs on as a member already", async () => {
  const idp = await rogueProvider(it, { sub: "s", email: ADA.email, email_verified: true, name: "Ada" });
  const id = await made(scim("POST", "/Users", user(ADA.email)));
  expect((await signOn(it, { connection: idp.connection })).led).toContain("/flows");
  expect(await why(scim("PUT", `/Users/${id}`, user(ADA.email, { active: false })))).toBe("200");
  expect((await signOn(it, { connection: idp.connection })).led).toContain("reason=removed");
});

test("lists have pages, and are asked by user name and external id", async () => {
  for (let n = 0; n < 5; n++) await made(scim("POST", "/Users", user(`p${n}@example.com`, { externalId: `x${n}` })));
  const list = async (query: string): Promise<Record<string, unknown>> => (await scim("GET", `/Users?${query}`)).json();
  const names = ({ Resources }: Record<string, unknown>): unknown[] =>
    (Resources as { userName: string }[]).map((one) => one.userName);
  const second = await list("startIndex=3&count=2");
  expect(second).toMatchObject({ totalResults: 5, startIndex: 3, itemsPerPage: 2 });
  expect(names(second)).toEqual(["p2@example.com", "p3@example.com"]);
  expect(names(await list(`filter=${encodeURIComponent('userName eq "P1@EXAMPLE.COM"')}`))).toEqual(["p1@example.com"]);
  expect(names(await list(`filter=${encodeURIComponent('externalId eq "x4"')}`))).toEqual(["p4@example.com"]);
  expect(names(await list(`filter=${encodeURIComponent(`userName eq "' or 1=1 --"`)}`))).toEqual([]);
  expect(await why(scim("GET", `/Users?filter=${encodeURIComponent('userName sw "p"')}`))).toBe("400 invalidFilter");
  expect((await list("count=0"))["totalResults"]).toBe(5);
});

test("groups give roles by the organization's mapping, at once, and take them back", async () => {
  const groupRoles = [
    { group: "Builders", role: "builder" },
    { group: "Ops", role: "operator" },
  ];
  expect((await it.api("PUT", "/roles", { defaultRole: "viewer", groupRoles })).status).toBe(200);
  const ada = await made(scim("POST", "/Users", user("ada@example.com")));
  const bob = await made(scim("POST", "/Users", user("bob@example.com")));
  const builders = await made(scim("POST", "/Groups", { displayName: "Builders", members: [{ value: ada }] }));
  expect(await members()).toEqual({ "ada@example.com": "builder", "bob@example.com": "viewer" });
  const ops = await made(scim("POST", "/Groups", { displayName: "Ops", externalId: "g-2" }));
  expect(
    await why(
      scim("PATCH", `/Groups/${ops}`, patch({ op: "add", path: "members", value: [{ value: bob }, { value: ada }] })),
    ),
  ).toBe("200");
  expect(await members()).toEqual({ "ada@example.com": "builder", "bob@example.com": "operator" });
  expect(
    await why(scim("PATCH", `/Groups/${builders}`, patch({ op: "remove", path: `members[value eq "${ada}"]` }))),
  ).toBe("200");
  expect(await members()).toEqual({ "ada@example.com": "operator", "bob@example.com": "operator" });
  const found = (await scim("GET", `/Groups?filter=${encodeURIComponent('displayName eq "Ops"')}`)).json();
  expect(found).toMatchObject({
    totalResults: 1,
    Resources: [{ externalId: "g-2", members: [{ value: ada }, { value: bob }] }],
  });
  expect(await why(scim("PUT", `/Groups/${ops}`, { displayName: "Ops", members: [{ value: bob }] }))).toBe("200");
  expect(await members()).toEqual({ "ada@example.com": "viewer", "bob@example.com": "operator" });
  expect(
    await why(scim("PATCH", `/Groups/${ops}`, patch({ op: "replace", path: "displayName", value: "Builders" }))),
  ).toBe("409 uniqueness");
  expect(await why(scim("DELETE", `/Groups/${ops}`))).toBe("204");
  expect(await members()).toEqual({ "ada@example.com": "viewer", "bob@example.com": "viewer" });
});

test("only addresses that the organization holds; nothing twice; nothing that is none", async () => {
  for (const name of ["eve@other.test", "eve@sub.example.com", "eve", "eve@example.com@other.test", ""])
    expect([name, await why(scim("POST", "/Users", user(name)))]).toEqual([name, "400 invalidValue"]);
  expect(await why(scim("POST", "/Users", user("eve", { emails: [{ value: "ceo@other.test", primary: true }] })))).toBe(
    "400 invalidValue",
  );
  const id = await made(scim("POST", "/Users", user("ada@example.com", { externalId: "e" })));
  expect(await why(scim("POST", "/Users", user("ADA@example.com")))).toBe("409 uniqueness");
  expect(await why(scim("POST", "/Users", user("bob@example.com", { externalId: "e" })))).toBe("409 uniqueness");
  expect(
    await why(scim("PATCH", `/Users/${id}`, patch({ op: "replace", path: "userName", value: "ada@other.test" }))),
  ).toBe("400 invalidValue");
  expect(await why(scim("PATCH", `/Users/${id}`, { Operations: [] }))).toBe("400 invalidValue");
  expect(await why(scim("PATCH", `/Users/${id}`, patch({ op: "destroy" })))).toBe("400 invalidValue");
  expect(
    (
      await it.http.call("POST", "/scim/v2/Users", {
        body: "{",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      })
    ).status,
  ).toBe(400);
  // What is not theirs to set is not set.
  await scim(
    "PATCH",
    `/Users/${id}`,
    patch({ op: "replace", value: { role: "owner", account: "x", organization: "y", id: "z" } }),
  );
  expect(await members()).toEqual({ "ada@example.com": "viewer" });
});

test("an account that somebody made with the address, and never verified, keeps nothing of theirs", async () => {
  await browser(it.http).auth("/sign-up/email", { ...ADA, password: "the attacker's own one" });
  await it.http.parts.identity!.close();
  await made(scim("POST", "/Users", user(ADA.email)));
  const answer = await signIn(browser(it.http), { ...ADA, password: "the attacker's own one" });
  expect(answer.json()["code"]).toBe("sign_in_failed");
});

test("a verified account keeps its name, password and sessions: only the membership is the directory's", async () => {
  await signUp(it.http);
  const page = browser(it.http);
  await signIn(page);
  const id = await made(scim("POST", "/Users", user(ADA.email, { displayName: "Somebody Else" })));
  await scim("DELETE", `/Users/${id}`);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({ name: ADA.name, email: ADA.email });
  expect((await signIn(browser(it.http))).status).toBe(200);
});

test("whatever a directory changes is in the audit, without names; what it repeats is not", async () => {
  const before = (await readActs(it.http.db, it.organization)).length;
  const ada = await made(scim("POST", "/Users", user("ada@example.com", { active: false })));
  const bob = await made(scim("POST", "/Users", user("bob@example.com", { active: false })));
  for (let time = 0; time < 2; time++)
    await scim("PATCH", `/Users/${ada}`, patch({ op: "replace", path: "userName", value: "countess@example.com" }));
  const group = await made(scim("POST", "/Groups", { displayName: "G", members: [{ value: ada }] }));
  for (let time = 0; time < 2; time++)
    await scim("PATCH", `/Groups/${group}`, patch({ op: "add", path: "members", value: [{ value: bob }] }));
  await scim("PATCH", `/Groups/${group}`, patch({ op: "replace", path: "displayName", value: "Countesses" }));
  expect((await scim("DELETE", `/Groups/${group}`)).status).toBe(204);
  const acts = (await readActs(it.http.db, it.organization)).slice(before);
  expect(acts.map(({ action, facts }) => [action, facts])).toEqual([
    ["scim_user.created", { active: false }],
    ["scim_user.created", { active: false }],
    ["scim_user.changed", { fields: "userName", active: false }],
    ["scim_group.created", { added: 1, removed: 0 }],
    ["scim_group.changed", { fields: "", added: 1, removed: 0 }],
    ["scim_group.changed", { fields: "displayName", added: 0, removed: 0 }],
    ["scim_group.deleted", { removed: 2 }],
  ]);
  expect(JSON.stringify(acts)).not.toMatch(/countess|ada@|bob@/i);
});

test("who is made active again still needs an address that the organization holds", async () => {
  const id = await made(scim("POST", "/Users", user("ada@example.com")));
  const active = (value: boolean) => scim("PATCH", `/Users/${id}`, patch({ op: "replace", path: "active", value }));
  expect(await why(active(false))).toBe("200");
  await it.http.db.admin.query({
    text: `update identity."user" set email = 'ada@other.test' where email = 'ada@example.com'`,
  });
  expect(await why(active(true))).toBe("400 invalidValue");
  expect(await members()).toEqual({});
  await it.http.db.admin.query({ text: `delete from identity."user" where email = 'ada@other.test'` });
});

test("owners, and whoever has more than the token's maker had, are left to people", async () => {
  const owner = await it.http.signIn({ email: "boss@example.com", role: "owner" });
  const id = await made(scim("POST", "/Users", user("boss@example.com")));
  expect(await why(scim("PATCH", `/Users/${id}`, patch({ op: "replace", path: "active", value: false })))).toBe(
    "403 undefined",
  );
  expect(await why(scim("DELETE", `/Users/${id}`))).toBe("403 undefined");
  expect((await owner.call("GET", org)).status).toBe(200);
  expect(await members()).toEqual({ "boss@example.com": "owner" });
  const role = await owner.call("POST", `${org}/roles`, {
    body: { name: "Directory", permissions: ["sign_on.write", "member.write", "organization.read"] },
  });
  const limited = await it.http.signIn({ email: "limited@home.test" });
  await owner.call("PATCH", `${org}/members/${showId("mem", limited.member!)}`, {
    body: { role: String(role.json()["id"]) },
  });
  const theirs = String((await it.api("POST", "/scim-tokens", {}, limited)).json()["token"]);
  await it.http.signIn({ email: "admin@example.com", role: "admin" });
  const admin = await made(scim("POST", "/Users", user("admin@example.com")));
  expect(await why(scim("DELETE", `/Users/${admin}`, undefined, theirs))).toBe("403 undefined");
  expect(await why(scim("POST", "/Users", user("new@example.com"), theirs))).toBe("403 undefined"); // a viewer sees more
});

test("a token is shown once, kept as a digest, and over when it is revoked or expired", async () => {
  const {
    id,
    token: text,
    prefix,
  } = (await it.api("POST", "/scim-tokens", { expiresInDays: 1 })).json() as Record<string, string>;
  expect(await why(scim("GET", "/Users", undefined, text))).toBe("200");
  expect((await it.api("GET", "/scim-tokens")).text).not.toContain(text);
  const { rows } = await it.http.db.admin.query<{ all: string }>({
    text: "select string_agg(t::text, '') as all from steward.scim_tokens t",
  });
  expect([rows[0]!.all.includes(prefix!), rows[0]!.all.includes(text!)]).toEqual([true, false]);
  expect((await it.api("DELETE", `/scim-tokens/${id}`)).status).toBe(204);
  expect(await why(scim("GET", "/Users", undefined, text))).toBe("401 undefined");
  for (const bad of ["", "sm_0_x", it.http.apiKey, "null"])
    expect((await scim("GET", "/Users", undefined, bad)).status).toBe(401);
  const short = String((await it.api("POST", "/scim-tokens", { expiresInDays: 1 })).json()["token"]);
  await it.http.db.admin.query({
    text: "update steward.scim_tokens set expires_at = now() - interval '1 second' where prefix = $1",
    values: [short.slice(0, 9)],
  });
  expect(await why(scim("GET", "/Users", undefined, short))).toBe("401 undefined");
  const viewer = await it.http.signIn({ role: "viewer" });
  expect((await it.api("POST", "/scim-tokens", {}, viewer)).status).toBe(403);
});

test("one organization's token sees and changes nothing of another's", async () => {
  const other = await it.http.signIn({ role: null, secondFactor: true });
  const made2 = await other.call("POST", "/v1/organizations", { body: { name: "Other" } });
  const theirs = `/v1/organizations/${String(made2.json()["id"])}/sign-on`;
  const foreign = String((await other.call("POST", `${theirs}/scim-tokens`, { body: {} })).json()["token"]);
  const id = await made(scim("POST", "/Users", user("ada@example.com")));
  const group = await made(scim("POST", "/Groups", { displayName: "G" }));
  expect((await scim("GET", "/Users", undefined, foreign)).json()["totalResults"]).toBe(0);
  for (const path of [`/Users/${id}`, `/Groups/${group}`])
    for (const [method, body] of [
      ["GET"],
      ["DELETE"],
      ["PATCH", patch({ op: "replace", value: { active: false } })],
    ] as const)
      expect([path, method, (await scim(method, path, body, foreign)).status]).toEqual([path, method, 404]);
  expect(await why(scim("POST", "/Users", user("eve@example.com"), foreign))).toBe("400 invalidValue");
  const own = String(
    (await scim("POST", "/Groups", { displayName: "Mine", members: [{ value: id }] }, foreign)).json()["id"],
  );
  expect((await scim("GET", `/Groups/${own}`, undefined, foreign)).json()["members"]).toEqual([]);
  expect(await members()).toEqual({ "ada@example.com": "viewer" });
});

test("what of the standard is served is told", async () => {
  expect((await scim("GET", "/ServiceProviderConfig")).json()).toMatchObject({
    patch: { supported: true },
    bulk: { supported: false },
  });
  expect((await scim("GET", "/ResourceTypes")).json()).toMatchObject({ totalResults: 2 });
  expect((await scim("GET", "/Schemas")).json()).toMatchObject({ totalResults: 2 });
  expect((await it.http.call("GET", "/scim/v2/ServiceProviderConfig", { anonymous: true })).status).toBe(401);
});

/** Begins it while the account is being deleted: its lock is held until the call waits for it, and then the account is. */
async function whileBeingDeleted<T>(email: string, call: () => Promise<T>): Promise<T> {
  const { db, parts, clock } = it.http;
  const { id } = (await parts.identity!.findAccountByEmail(email))!;
  const waiting = async () =>
    (await db.admin.query({ text: "select from pg_locks where locktype = 'advisory' and not granted" })).count;
  const called = await db.admin.transaction(async (tx) => {
    await lockAccountMemberships(tx, id);
    const begun = call();
    await expect.poll(waiting).toBe(1);
    await parts.identity!.setDeleted(id, clock.nowMs());
    return { begun };
  });
  return await called.begun;
}

test("neither a directory nor a sign-on makes a member of somebody whose account is being deleted", async () => {
  const { identity } = it.http.parts;
  const make = (email: string) => identity!.createAccount({ email, name: "Ada", password: null, emailVerified: true });
  await make(ADA.email);
  const added = await whileBeingDeleted(ADA.email, () => scim("POST", "/Users", user(ADA.email)));
  expect([added.status, await members()]).toEqual([403, {}]);
  const { id } = await make("grace@example.com");
  const inactive = await made(scim("POST", "/Users", user("grace@example.com", { active: false })));
  const again = await whileBeingDeleted("grace@example.com", () =>
    scim("PATCH", `/Users/${inactive}`, patch({ op: "replace", path: "active", value: true })),
  );
  expect([again.status, await members()]).toEqual([403, {}]);
  await identity!.setDeleted(id, null);
  const grace = { sub: "sub-9", email: "grace@example.com", email_verified: true, name: "Grace" };
  const { connection } = await rogueProvider(it, grace);
  const { led } = await whileBeingDeleted("grace@example.com", () => signOn(it, { connection }));
  expect(led).toContain("reason=account_deleted");
  expect(await members()).toEqual({});
});
