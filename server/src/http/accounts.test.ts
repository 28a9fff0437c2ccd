import { afterEach, expect, test } from "vitest";
import { testHttp, type HttpOptions, type TestHttp } from "../../test/http-server.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";

const servers: TestHttp[] = [];
afterEach(async () => await Promise.all(servers.splice(0).map((http) => http.close())));

async function opened(options: HttpOptions = {}): Promise<TestHttp> {
  const http = await testHttp(options);
  servers.push(http);
  return http;
}

test("a person's own account is theirs by session, and by a key that stands for all of them", async () => {
  const http = await opened();
  expect((await http.call("GET", "/v1/account")).json()).toMatchObject({
    id: showId("acc", http.installed.account),
    email: "owner@steward.localhost",
    operator: true,
  });
  await http.db.admin.query({ text: "update steward.api_keys set permissions = '{flow.read}'" });
  expect((await http.call("GET", "/v1/account")).json()).toMatchObject({ status: 403, code: "forbidden" });
  const ada = await http.signIn({ email: "ada@example.com", name: "Ada", role: "viewer" });
  expect((await ada.call("GET", "/v1/account")).json()).toMatchObject({ email: "ada@example.com", operator: false });
  expect((await ada.call("PATCH", "/v1/account", { body: { name: "Ada L." } })).json()).toMatchObject({
    name: "Ada L.",
  });
  for (const body of [{ name: "" }, { name: "x", email: "eve@example.com" }, { name: "x", operator: true }, {}])
    expect((await ada.call("PATCH", "/v1/account", { body })).status).toBe(422);
  expect((await http.call("GET", "/v1/account", { anonymous: true })).status).toBe(401);
});

test("sessions are their person's to see and to end, and end with the next request (A3)", async () => {
  const http = await opened();
  const [here, there] = [
    await http.signIn({ email: "ada@example.com" }),
    await http.signIn({ email: "ada@example.com" }),
  ];
  const eve = await http.signIn({ email: "eve@example.com" });
  const { items } = (await here.call("GET", "/v1/account/sessions")).json() as {
    items: { id: string; current: boolean }[];
  };
  expect(items.map(({ id, current }) => `${id} ${current}`).toSorted()).toEqual(
    [`${showId("ses", here.session)} true`, `${showId("ses", there.session)} false`].toSorted(),
  );
  const end = (who: typeof eve, session: string) => who.call("DELETE", `/v1/account/sessions/${session}`);
  for (const session of [showId("ses", there.session), there.session, "ses_", showId("acc", there.session)])
    expect((await end(eve, session)).json()).toMatchObject({ code: "not_found" });
  expect((await end(here, showId("ses", there.session))).status).toBe(204);
  expect((await there.call("GET", "/v1/account")).status).toBe(401);
  const third = await http.signIn({ email: "ada@example.com" });
  expect((await here.call("DELETE", "/v1/account/sessions")).json()).toEqual({ ended: 1 });
  expect([(await third.call("GET", "/v1/account")).status, (await here.call("GET", "/v1/account")).status]).toEqual([
    401, 200,
  ]);
  expect((await eve.call("GET", "/v1/account")).status).toBe(200);
  const out = await here.call("DELETE", "/v1/session");
  expect(out.headers["set-cookie"]).toEqual([expect.stringMatching(/^steward\.session_token=; Max-Age=0; /)]);
  expect((await here.call("GET", "/v1/account")).status).toBe(401);
  expect((await http.call("DELETE", "/v1/session")).json()).toMatchObject({ code: "not_found" }); // a key has none
});

test("an account stays where nobody else could be owner, and goes with its memberships else", async () => {
  const ended: string[] = [];
  let alone = true;
  const http = await opened();
  const { parts } = http;
  (parts.accounts as { endMemberships: unknown }).endMemberships = async (account: string) => {
    if (alone) throw new AppError("conflict", "Nobody else is an owner.");
    ended.push(account);
  };
  const ada = await http.signIn({ email: "ada@example.com" });
  expect((await ada.call("DELETE", "/v1/account")).json()).toMatchObject({ code: "conflict" });
  expect((await ada.call("GET", "/v1/account")).json()["deletedAt"]).toBeNull();
  expect((await ada.call("POST", "/v1/account/restore", { body: {} })).json()).toMatchObject({ code: "conflict" });
  // Somebody makes the account an organization's only owner just before it is deleted: then it stays.
  (parts.accounts as { endMemberships: unknown }).endMemberships = async (account: string) => {
    if ((await parts.identity!.findAccount(account))?.deletedAt !== null)
      throw new AppError("conflict", "Nobody else is an owner.");
  };
  expect((await ada.call("DELETE", "/v1/account")).json()).toMatchObject({ code: "conflict" });
  expect(await parts.identity!.findAccount(ada.account)).toMatchObject({ deletedAt: null });
  const back = await http.signIn({ email: "ada@example.com" });
  (parts.accounts as { endMemberships: unknown }).endMemberships = async (account: string) => {
    if (alone) throw new AppError("conflict", "Nobody else is an owner.");
    ended.push(account);
  };
  alone = false;
  expect((await back.call("DELETE", "/v1/account")).status).toBe(204);
  expect(ended).toEqual([ada.account, ada.account]); // asked first, and again once nobody can make it a member
  expect((await back.call("GET", "/v1/account")).status).toBe(401);
  const again = await http.signIn({ email: "ada@example.com", role: null });
  for (const [method, path] of [
    ["GET", "/v1/me"],
    ["GET", "/v1/flows"],
    ["GET", "/v1/organizations"],
  ] as const)
    expect([path, (await again.call(method, path)).json()]).toEqual([
      path,
      expect.objectContaining({ code: "forbidden" }),
    ]);
  expect((await again.call("POST", "/v1/account/restore", { body: {} })).json()).toMatchObject({ deletedAt: null });
  await parts.identity!.setDeleted(ada.account, http.clock.nowMs() - 31 * 86_400_000);
  const late = await http.signIn({ email: "ada@example.com", role: null });
  expect((await late.call("POST", "/v1/account/restore", { body: {} })).json()).toMatchObject({ code: "not_found" });
  expect(http.acts.map(({ action }) => action)).toEqual(["account.deleted", "account.restored"]);
});

test("anybody sees how one may sign up and in here, and nothing else", async () => {
  const http = await opened();
  expect((await http.call("GET", "/v1/entrance", { anonymous: true })).json()).toEqual({
    signUp: "open",
    minimumAge: null,
    mail: false,
    providers: [],
    passkeys: true,
    version: "0.0.0",
  });
});

test("a link made by a key lets its person in, and a session makes none", async () => {
  const http = await opened();
  const { url } = (await http.call("POST", "/v1/session-links")).json() as { url: string };
  const { pathname, search } = new URL(url);
  const entered = await http.call("GET", pathname + search, { anonymous: true });
  const cookie = entered.headers["set-cookie"]![0]!.split(";", 1)[0]!;
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  expect((await http.call("GET", "/v1/account", { anonymous: true, headers })).json()).toMatchObject({
    id: showId("acc", http.installed.account),
  });
  expect((await http.call("POST", "/v1/session-links", { anonymous: true, headers })).json()).toMatchObject({
    code: "forbidden",
  });
});

test("a session names its project, and is who its member is there", async () => {
  const http = await opened();
  const ada = await http.signIn({ role: "viewer" });
  expect((await ada.call("GET", "/v1/me")).json()).toMatchObject({
    principal: showId("mem", ada.member!),
    member: showId("mem", ada.member!),
    project: { id: showId("prj", http.installed.project) },
  });
  const { cookie } = ada;
  expect(
    (
      await http.call("GET", "/v1/me", { anonymous: true, headers: { cookie, "sec-fetch-site": "same-origin" } })
    ).json(),
  ).toMatchObject({ code: "invalid_request" });
  const stranger = await http.signIn({ role: null });
  expect((await stranger.call("GET", "/v1/me")).json()).toMatchObject({ code: "not_found" });
});
