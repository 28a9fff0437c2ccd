/** Enforced sign-on, and the ways around it that there must not be (PROMISES A5). */
import { afterEach, beforeEach, expect, test } from "vitest";
import { showId } from "../../core/id.ts";
import { liftEnforcement } from "../../people/sign-on-enforcement.ts";
import { readActs } from "../../people/people.testsuite.ts";
import { ADA, type Browser, browser, signIn, signUp, totpOf } from "./identity.testsuite.ts";
import {
  ARRIVED,
  back,
  begin,
  closeAll,
  led,
  rogueProvider,
  type Rogue,
  signOn,
  through,
  world,
  type World,
} from "./sign-on.testsuite.ts";

let it: World;
let idp: Rogue;
let org: string;
beforeEach(async () => {
  it = await world();
  idp = await rogueProvider(it, { sub: "sub-1", email: ADA.email, email_verified: true, name: "Ada" });
  await it.domain("example.com");
  org = `/v1/organizations/${showId("org", it.organization)}`;
});
afterEach(closeAll);

const enforce = (page: Browser, on = true) => page.call("PUT", `${org}/sign-on/enforcement`, { enforced: on });
const code = async (answer: Promise<{ status: number; json: () => Record<string, unknown> }>): Promise<string> => {
  const { status, json } = await answer;
  return status < 300 ? String(status) : `${status} ${String(json()["code"])}`;
};

/** Ada as an administrator, in a session that the sign-on began; it is enforced. */
async function enforced(): Promise<Browser> {
  const { page } = await signOn(it, { email: ADA.email });
  await it.http.db.admin.query({
    text: "update steward.members set role = 'admin' where email = $1",
    values: [ADA.email],
  });
  expect(await code(enforce(page))).toBe("200");
  return page;
}

test("it is turned on in a session that it began, with a verified domain, and then lets nobody in another way", async () => {
  expect(await code(it.api("PUT", "/enforcement", { enforced: true }))).toBe("403 sign_on_required");
  const page = await enforced();
  expect((await page.call("GET", org)).json()).toMatchObject({ signOnEnforced: true });
  expect(await code(it.owner.call("GET", org))).toBe("403 sign_on_required");
  expect(await code(it.owner.call("GET", "/v1/flows"))).toBe("403 sign_on_required");
  expect(await readActs(it.http.db, it.organization)).toContainEqual(
    expect.objectContaining({ action: "sign_on.enforced" }),
  );
});

test("whom it binds can't switch it off: not an owner by password, not by a key made before", async () => {
  await enforced();
  expect(await code(it.api("PUT", "/enforcement", { enforced: false }))).toBe("403 sign_on_required");
  const byKey = (method: string, path: string, body: unknown) =>
    it.http.call(method, `${org}/sign-on${path}`, { body });
  const { rows } = await it.http.db.admin.query({
    text: "update steward.api_keys set reach = 'organization', permissions = null returning id",
  });
  expect(rows).not.toEqual([]);
  expect(await code(byKey("PUT", "/enforcement", { enforced: false }))).toBe("403 sign_on_required");
  const own = { kind: "oidc", name: "Mine", issuer: "https://evil.test", clientId: "a", clientSecret: "b" };
  expect(await code(byKey("POST", "/connections", own))).toBe("403 sign_on_required");
  expect(await code(byKey("PATCH", `/connections/${idp.connection}`, { issuer: "https://evil.test" }))).toBe(
    "403 sign_on_required",
  );
  expect(await code(byKey("DELETE", `/connections/${idp.connection}`, {}))).toBe("403 sign_on_required");
  expect(await code(byKey("POST", "/domains", { domain: "evil.test" }))).toBe("403 sign_on_required");
  expect(await code(byKey("POST", "/scim-tokens", {}))).toBe("403 sign_on_required");
  expect(await code(byKey("PUT", "/roles", { defaultRole: "admin", groupRoles: [] }))).toBe("403 sign_on_required");
});

test("the last provider and the last domain stay while it is enforced; who signed on may end it", async () => {
  const page = await enforced();
  expect(await code(page.call("DELETE", `${org}/sign-on/connections/${idp.connection}`, {}))).toBe("409 conflict");
  expect(await code(page.call("PATCH", `${org}/sign-on/connections/${idp.connection}`, { enabled: false }))).toBe(
    "409 conflict",
  );
  const { items } = (await page.call("GET", `${org}/sign-on/domains`)).json() as { items: { id: string }[] };
  expect(await code(page.call("DELETE", `${org}/sign-on/domains/${items[0]!.id}`, {}))).toBe("409 conflict");
  expect(await code(enforce(page, false))).toBe("200");
  expect(await code(it.owner.call("GET", org))).toBe("200");
});

test("a password of an address in the domain is refused, right or wrong, and so is signing up with one", async () => {
  await signUp(it.http);
  const before = browser(it.http);
  expect((await signIn(before)).status).toBe(200);
  await enforced();
  const page = browser(it.http);
  expect(await code(signIn(page))).toBe("403 sign_on_required");
  expect(await code(signIn(page, { ...ADA, password: "not the right one" }))).toBe("403 sign_on_required");
  expect(await code(signIn(page, { ...ADA, email: "NOBODY@EXAMPLE.COM" }))).toBe("403 sign_on_required");
  expect(await code(page.auth("/sign-up/email", { ...ADA, email: "second@example.com" }))).toBe("403 sign_on_required");
  // A session from before goes on for the account, and opens nothing of the organization.
  expect(await code(before.call("GET", "/v1/account"))).toBe("200");
  expect(await code(before.call("GET", org))).toBe("403 sign_on_required");
});

test("a key's link lets nobody of the domain in, and the installation's own does", async () => {
  await enforced();
  const identity = it.http.parts.identity!;
  const { id } = (await identity.findAccountByEmail(ADA.email))!;
  const origin = { address: "127.0.0.1", userAgent: "link" };
  const byKey = identity.beginSession(id, origin, { key: it.http.parts.ids.uuid() });
  await expect(byKey).rejects.toMatchObject({ code: "sign_on_required" });
  expect(await identity.beginSession(id, origin, { key: null })).toHaveLength(1);
});

test("downgrades: another account, a changed address, a link by key, an invitation taken by password", async () => {
  await enforced();
  // An account elsewhere whose address is changed into the domain, or out of it, is another session all the same.
  const other = await it.http.signIn({ email: "eve@home.test", role: "admin" });
  expect(await code(other.call("GET", org))).toBe("403 sign_on_required");
  await it.http.db.admin.query({
    text: `update identity."user" set email = 'ada@home.test' where email = $1`,
    values: [ADA.email],
  });
  const [cookie = ""] = await it.http.parts.identity!.beginSession(
    (await it.http.parts.identity!.findAccountByEmail("ada@home.test"))!.id,
    { address: "127.0.0.1", userAgent: "link" },
  );
  const linked = { cookie: cookie.split(";", 1)[0]!, "sec-fetch-site": "same-origin" };
  expect(await code(it.http.call("GET", org, { anonymous: true, headers: linked }))).toBe("403 sign_on_required");
  // Whoever is invited joins, and still comes in by sign-on only.
  const guest = await it.http.signIn({ email: "guest@home.test", role: null });
  const { rows } = await it.http.db.admin.query<{ id: string }>({ text: "select id from steward.members limit 1" });
  const { hashInvitationToken } = await import("../../people/invitation-token.ts");
  await it.http.db.admin.query({
    text: `insert into steward.invitations (organization, id, email, role, token_hash, invited_by, created_at, expires_at)
      values ($1, gen_random_uuid(), 'guest@home.test', 'admin', $2, $3, now(), now() + interval '1 day')`,
    values: [it.organization, hashInvitationToken("token"), rows[0]!.id],
  });
  expect(await code(guest.call("POST", "/v1/invitations/accept", { body: { token: "token" } }))).toBe("200");
  expect(await code(guest.call("GET", org))).toBe("403 sign_on_required");
  // A session begun by another organization's sign-on is none of this one's.
  const elsewhere = await it.http.signIn({
    email: "mallory@home.test",
    role: "admin",
    signedOnBy: it.http.parts.ids.uuid(),
  });
  expect(await code(elsewhere.call("GET", org))).toBe("403 sign_on_required");
  expect(await code(elsewhere.call("PUT", `${org}/sign-on/enforcement`, { body: { enforced: false } }))).toBe(
    "403 sign_on_required",
  );
});

test("mass assignment sets no enforcement", async () => {
  for (const body of [{ signOnEnforced: true }, { sign_on_enforced: true }])
    expect(await code(it.owner.call("PATCH", org, { body }))).toBe("422 value_invalid");
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { organization: "org_x" }))).toBe(
    "422 value_invalid",
  );
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { reach: null }))).toBe("422 value_invalid");
  expect(await code(it.api("POST", "/domains", { domain: "a.test", verifiedAt: "2026-01-01T00:00:00Z" }))).toBe(
    "422 value_invalid",
  );
});

test("the holder of the machine ends it when nobody can come in any more, and the audit says so", async () => {
  await enforced();
  expect(await liftEnforcement(it.http.parts, it.organization)).toBe(true);
  expect(await liftEnforcement(it.http.parts, it.organization)).toBe(false);
  expect(await code(it.owner.call("GET", org))).toBe("200");
  expect(await readActs(it.http.db, it.organization)).toContainEqual(
    expect.objectContaining({ actor: "system", action: "sign_on.enforcement_lifted" }),
  );
  await expect(liftEnforcement(it.http.parts, it.http.parts.ids.uuid())).rejects.toMatchObject({ code: "not_found" });
});

test("a removed member comes back by an invitation only, and their sign-on session ends with the membership", async () => {
  const { page } = await signOn(it, { email: ADA.email });
  expect(await code(page.call("GET", org))).toBe("200");
  const { items } = (await it.owner.call("GET", `${org}/members?search=ada`)).json() as { items: { id: string }[] };
  expect(await code(it.owner.call("DELETE", `${org}/members/${items[0]!.id}`, { body: {} }))).toBe("204");
  expect(await code(page.call("GET", org))).toBe("404 not_found");
  expect((await signOn(it, { email: ADA.email })).led).toContain("reason=removed");
  expect(await code(it.owner.call("POST", `${org}/invitations`, { body: { email: ADA.email, role: "builder" } }))).toBe(
    "201",
  );
  expect((await signOn(it, { email: ADA.email })).led).toBe(ARRIVED);
  const now = (await it.owner.call("GET", `${org}/members?search=ada`)).json() as { items: { role: string }[] };
  expect(now.items).toMatchObject([{ role: "builder" }]);
});

test("an invitation whose inviter may give its role no more lets nobody in by sign-on either", async () => {
  const admin = await it.http.signIn({ email: "admin@home.test", role: "admin", secondFactor: true });
  const invite = { body: { email: ADA.email, role: "admin" } };
  expect(await code(admin.call("POST", `${org}/invitations`, invite))).toBe("201");
  await it.http.db.admin.query({
    text: "update steward.members set role = 'viewer' where email = 'admin@home.test'",
  });
  expect((await signOn(it, { email: ADA.email })).led).toBe(ARRIVED);
  const now = (await it.owner.call("GET", `${org}/members?search=ada`)).json() as { items: { role: string }[] };
  expect(now.items).toMatchObject([{ role: "viewer" }]);
});

test("a provider that an administrator set signs no owner on until an owner saves it", async () => {
  const admin = await it.http.signIn({ email: "admin@home.test", role: "admin" });
  await it.http.db.admin.query({
    text: `update steward.members set email = $1 where email = 'owner@elsewhere.test'`,
    values: [ADA.email],
  });
  await it.http.db.admin.query({
    text: `update identity."user" set email = $1 where email = 'owner@elsewhere.test'`,
    values: [ADA.email],
  });
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { name: "Theirs" }, admin))).toBe("200");
  expect((await signOn(it, { email: ADA.email })).led).toContain("reason=beyond_reach");
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { name: "Ours" }))).toBe("200");
  expect((await signOn(it, { email: ADA.email })).led).toBe(ARRIVED);
});

test("groups give roles, never an owner's, and none beyond what who maps them has", async () => {
  const admin = await it.http.signIn({ email: "admin@home.test", role: "admin" });
  const roles = (defaultRole: string, groupRoles: object[]) => ({ defaultRole, groupRoles });
  expect(await code(it.api("PUT", "/roles", roles("owner", [])))).toBe("422 value_invalid");
  expect(await code(it.api("PUT", "/roles", roles("viewer", [{ group: "a", role: "owner" }])))).toBe(
    "422 value_invalid",
  );
  expect(await code(it.api("PUT", "/roles", roles("viewer", [{ group: "pay", role: "billing" }]), admin))).toBe(
    "403 forbidden",
  );
  expect(
    await code(
      it.api(
        "PUT",
        "/roles",
        roles("viewer", [
          { group: "dev", role: "builder" },
          { group: "ops", role: "operator" },
        ]),
      ),
    ),
  ).toBe("200");
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { groupsAttribute: "groups" }))).toBe("200");
  const role = async (groups: unknown): Promise<unknown> => {
    idp.token = (nonce) => idp.sign(nonce, { groups });
    const page = browser(it.http);
    expect(led(await back(page, await through(await begin(page, { email: ADA.email }))))).toBe(ARRIVED);
    return (await page.call("GET", org)).json()["role"];
  };
  expect(await role(["ops", "dev"])).toBe("builder");
  expect(await role("ops")).toBe("operator");
  expect(await role(["nobody", { dev: 1 }])).toBe("viewer");
  expect(await role({ length: 1 })).toBe("viewer");
});

test("a sign-in that was half done when it was enforced is not finished by a second factor", async () => {
  await signUp(it.http);
  const page = browser(it.http);
  await signIn(page);
  const { totpURI } = (await page.auth("/two-factor/enable", { password: ADA.password })).json();
  expect(await code(page.auth("/two-factor/verify-totp", { code: totpOf(String(totpURI)) }))).toBe("200");
  const half = browser(it.http);
  expect((await signIn(half)).json()).toEqual({ secondFactor: true });
  await enforced();
  const next = totpOf(String(totpURI), Date.now() + 30_000);
  expect(await code(half.auth("/two-factor/verify-totp", { code: next }))).toBe("403 sign_on_required");
  expect(await code(half.call("GET", "/v1/account"))).toBe("401 unauthenticated");
});

test("what a provider says of a second factor counts neither for whoever set one up here, nor for operators", async () => {
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { trustsSecondFactor: true }))).toBe("200");
  idp.token = (nonce) => idp.sign(nonce, { amr: ["mfa"] });
  const operator = await it.http.signIn({ email: ADA.email, role: "admin", operator: true });
  const { page } = await signOn(it, { email: ADA.email });
  expect(await code(page.call("GET", "/v1/installation"))).toBe("403 second_factor_required");
  await it.http.db.admin.query({
    text: `update identity."user" set "twoFactorEnabled" = true where id = $1`,
    values: [operator.account],
  });
  await signOn(it, { email: ADA.email });
  const { rows } = await it.http.db.admin.query({
    text: `select "secondFactor" as is from identity.session where "begunBy" = 'sign_on' order by "createdAt" desc, id desc limit 1`,
  });
  expect(rows).toEqual([{ is: false }]);
});

test("a session of one organization's sign-on opens another organization only with the person's own second factor", async () => {
  const guest = await it.http.signIn({ email: ADA.email, role: null });
  const made = await guest.call("POST", "/v1/organizations", { body: { name: "Ada's own" } });
  const own = `/v1/organizations/${String(made.json()["id"])}`;
  expect(await code(guest.call("GET", own))).toBe("200");
  const { page } = await signOn(it, { email: ADA.email });
  expect(await code(page.call("GET", org))).toBe("200");
  expect(await code(page.call("GET", own))).toBe("403 second_factor_required");
});

test("a second factor that a provider claims counts in its own organization only, until the person gives one of their own", async () => {
  await signUp(it.http);
  const guest = browser(it.http);
  await signIn(guest);
  const made = await guest.call("POST", "/v1/organizations", { name: "Ada's own" });
  const own = `/v1/organizations/${String(made.json()["id"])}`;
  expect(await code(it.api("PATCH", `/connections/${idp.connection}`, { trustsSecondFactor: true }))).toBe("200");
  idp.token = (nonce) => idp.sign(nonce, { amr: ["mfa"] });
  const required = `update steward.organizations set second_factor_required = true`;
  await it.http.db.admin.query({ text: required });
  const { page } = await signOn(it, { email: ADA.email });
  const seen = async () => [await code(page.call("GET", org)), await code(page.call("GET", own))];
  expect(await seen()).toEqual(["200", "403 second_factor_required"]);
  await it.http.db.admin.query({ text: required.replace("true", "false") });
  expect(await seen()).toEqual(["200", "403 second_factor_required"]);
  // However the session is renewed, a provider's word stays one.
  const change = { currentPassword: ADA.password, newPassword: "a quite new one" };
  expect(await code(page.auth("/change-password", change))).toBe("200");
  expect(await seen()).toEqual(["200", "403 second_factor_required"]);
  const { totpURI } = (await page.auth("/two-factor/enable", { password: change.newPassword })).json();
  expect(await code(page.auth("/two-factor/verify-totp", { code: totpOf(String(totpURI)) }))).toBe("200");
  await it.http.db.admin.query({ text: required });
  expect(await seen()).toEqual(["200", "200"]);
});

test("another provider's sign-in lets nobody of the domain in either", async () => {
  const providers = { oidc: { issuer: idp.url, clientId: "steward", clientSecret: "s", name: "Elsewhere" } };
  const open = await world("127.0.0.1", { identity: { providers } });
  await open.domain("example.com");
  const social = async (): Promise<string> => {
    const page = browser(open.http);
    const { url } = (await page.auth("/sign-in/social", { provider: "oidc", to: "/" })).json();
    await back(page, await through(String(url)));
    return await code(page.call("GET", "/v1/account"));
  };
  expect(await social()).toBe("200");
  await open.http.db.admin.query({ text: "update steward.organizations set sign_on_enforced = true" });
  expect(await social()).toBe("401 unauthenticated");
});
