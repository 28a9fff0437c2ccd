import { afterEach, expect, test } from "vitest";
import { testHttp, type HttpOptions, type TestAnswer, type TestHttp } from "../../test/http-server.ts";

const servers: TestHttp[] = [];
async function open(options: HttpOptions = {}): Promise<TestHttp> {
  const http = await testHttp(options);
  servers.push(http);
  return http;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((http) => http.close()));
});

const BEARER = (key: unknown) => ({ authorization: `Bearer ${String(key)}` });
const cookieOf = ({ headers }: TestAnswer): string => headers["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";

async function makeKey(http: TestHttp, more: object = {}): Promise<{ readonly id: string; readonly key: string }> {
  const body = { name: "made", reach: "organization", permissions: null, expiresInDays: null, ...more };
  const made = (await http.call("POST", "/v1/keys", { body })).json();
  return { id: String(made["id"]), key: String(made["key"]) };
}

async function linkOf(http: TestHttp, key: string): Promise<string> {
  const made = await http.call("POST", "/v1/session-links", { anonymous: true, headers: BEARER(key), body: {} });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  const { pathname, search } = new URL(String(made.json()["url"]));
  return pathname + search;
}

async function visit(http: TestHttp, target: string, headers: Record<string, string> = {}): Promise<TestAnswer> {
  return await http.call("GET", target, { anonymous: true, headers });
}

test("what a key's link let in ends with the key, and the link with it", async () => {
  const http = await open();
  const { id, key } = await makeKey(http);
  const late = await linkOf(http, key);
  const cookie = cookieOf(await visit(http, await linkOf(http, key)));
  const ask = async () => (await visit(http, "/v1/account", { cookie })).status;
  const proofs = async () =>
    (await visit(http, "/v1/auth/passkey/list-user-passkeys", { cookie, "sec-fetch-site": "same-origin" })).status;
  expect([await ask(), await proofs()]).toEqual([200, 200]);
  expect(http.acts.at(-1)).toMatchObject({ action: "session.begun", facts: { by: "link", key: id } });

  expect((await http.call("DELETE", `/v1/keys/${id}`)).status).toBe(204);
  expect(cookieOf(await visit(http, late))).toBe("");
  expect([await proofs(), await ask()]).toEqual([401, 401]);
});

test("a link from another site, or into another account, asks before it lets in", async () => {
  const http = await open();
  const enter = () => {
    const { pathname, search } = new URL(http.server.createEntryLink({ account: http.installed.account }));
    return pathname + search;
  };
  const other = await http.signIn();
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { cookie: other.cookie },
  ]) {
    const target = enter();
    const asked = await visit(http, target, headers);
    expect([headers, asked.status, cookieOf(asked)]).toEqual([headers, 200, ""]);
    expect(asked.text).toContain('<form method="post" action="/enter">');
    const token = /value="([\w-]+)"/.exec(asked.text)?.[1] ?? "";
    expect(target).toContain(token);
    const post = (site: string) =>
      http.call("POST", "/enter", {
        anonymous: true,
        headers: { "sec-fetch-site": site, "content-type": "application/x-www-form-urlencoded" },
        body: `token=${token}`,
      });
    expect((await post("cross-site")).status).toBe(403);
    expect(cookieOf(await post("same-origin"))).not.toBe("");
    expect(cookieOf(await post("same-origin"))).toBe("");
  }
  expect(cookieOf(await visit(http, enter(), { "sec-fetch-site": "none" }))).not.toBe("");
  expect((await visit(http, "/enter?token=guess", { "sec-fetch-site": "cross-site" })).status).toBe(303);
});

test("an operator's key acts for the installation only where a second factor made it", async () => {
  const http = await open();
  const ask = async (key: string) => {
    const answer = await http.call("GET", "/v1/installation", { anonymous: true, headers: BEARER(key) });
    return answer.status === 200 ? 200 : answer.json()["code"];
  };
  expect(await ask(http.apiKey)).toBe(200);
  const operator = await http.signIn({ operator: true });
  const strong = await http.signIn({ operator: true, secondFactor: true });
  const make = async (person: typeof operator, more: object = {}) => {
    const body = { name: "made", reach: "organization", permissions: null, expiresInDays: null, ...more };
    return (await person.call("POST", "/v1/keys", { body })).json();
  };
  const weak = await make(operator);
  expect(await ask(String(weak["key"]))).toBe("second_factor_required");
  const child = (
    await http.call("POST", "/v1/keys", {
      anonymous: true,
      headers: BEARER(weak["key"]),
      body: { name: "child", reach: "organization", permissions: null, expiresInDays: null },
    })
  ).json();
  expect(await ask(String(child["key"]))).toBe("second_factor_required");
  const good = await make(strong);
  expect(await ask(String(good["key"]))).toBe(200);
  // Its successor is worth as much only where who rotates it is.
  const half = await http.signIn({ email: strong.email });
  const rotated = (
    await half.call("POST", `/v1/keys/${String(good["id"])}/rotate`, { body: { overlapHours: 0 } })
  ).json();
  expect(await ask(String(rotated["key"]))).toBe("second_factor_required");
});

test("what a key's link let in is worth the key: its organization, and nothing that would outlive it", async () => {
  const http = await open();
  const person = await http.signIn({ role: "builder", secondFactor: true });
  const own = (await person.call("POST", "/v1/organizations", { body: { name: "Their own" } })).json();
  const other = (
    await person.call("POST", `/v1/organizations/${String(own["id"])}/projects`, {
      body: { name: "There", slug: "there" },
    })
  ).json();
  expect(other["id"]).toEqual(expect.stringContaining("prj_"));
  const body = { name: "made", reach: "organization", permissions: null, expiresInDays: 2 };
  const key = (await person.call("POST", "/v1/keys", { body })).json();
  const cookie = cookieOf(await visit(http, await linkOf(http, String(key["key"]))));
  const project = person.headers["steward-project"]!;
  const call = async (method: string, target: string, sent?: unknown, more: Record<string, string> = {}) =>
    await http.call(method, target, {
      anonymous: true,
      headers: { cookie, "sec-fetch-site": "same-origin", "steward-project": project, ...more },
      ...(sent === undefined ? {} : { body: sent }),
    });
  const status = async (...given: Parameters<typeof call>) => (await call(...given)).status;

  expect(await status("GET", "/v1/flows")).toBe(200);
  expect(await status("GET", `/v1/organizations/${String(own["id"])}`)).toBe(404);
  expect(await status("GET", "/v1/flows", undefined, { "steward-project": String(other["id"]) })).toBe(404);
  expect((await call("POST", "/v1/session-links", {})).json()).toMatchObject({ code: "forbidden" });
  // A key that it makes ends with it at the latest.
  const endless = await call("POST", "/v1/keys", { ...body, expiresInDays: null });
  expect(endless.json()).toMatchObject({ code: "forbidden", detail: expect.stringContaining("no later") as string });

  const auth = async (method: string, path: string, sent?: unknown) =>
    (
      await http.call(method, `/v1/auth${path}`, {
        anonymous: true,
        headers: { cookie, host: "steward.test", origin: "http://steward.test", "sec-fetch-site": "same-origin" },
        ...(sent === undefined ? {} : { body: sent }),
      })
    ).json();
  const refused = { code: "forbidden", detail: expect.stringContaining("sign in yourself") as string };
  expect(await auth("POST", "/set-password", { newPassword: "correct horse battery" })).toMatchObject(refused);
  expect(await auth("POST", "/change-email", { newEmail: "evil@example.com" })).toMatchObject(refused);
  expect(await auth("POST", "/two-factor/enable", {})).toMatchObject(refused);
  expect(await auth("GET", "/passkey/generate-register-options")).toMatchObject(refused);
});

test("what the home's own first key lets in makes the account its own", async () => {
  const http = await open();
  const cookie = cookieOf(await visit(http, await linkOf(http, http.apiKey)));
  const headers = { cookie, host: "steward.test", origin: "http://steward.test", "sec-fetch-site": "same-origin" };
  const set = await http.call("POST", "/v1/auth/set-password", {
    anonymous: true,
    headers,
    body: { newPassword: "correct horse battery" },
  });
  expect([set.status, set.text]).toEqual([200, "{}"]);
  await http.db.admin.query({ text: `update identity."user" set "emailVerified" = true` });
  const made = await http.call("POST", "/v1/organizations", {
    anonymous: true,
    headers: { cookie, "sec-fetch-site": "same-origin" },
    body: { name: "Second" },
  });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  expect((await visit(http, `/v1/organizations/${String(made.json()["id"])}`, { cookie })).status).toBe(200);
});
