/** The catalogue of connectors and a project's own OAuth clients, through the API. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { openClientSecrets } from "../gate/client-secret.ts";
import { connecting, type Connecting } from "./connecting.testsuite.ts";
import { type TestHttp, testHttp } from "../../test/http-server.ts";

let http: TestHttp;
let it: Connecting;
beforeAll(async () => {
  http = await testHttp();
  it = await connecting();
});
afterAll(async () => {
  await http.close();
  await it.close();
});

interface Listed {
  readonly items: readonly { readonly id: string; readonly hasClient: boolean }[];
}

async function idsOf(query: string): Promise<string[]> {
  const { items } = (await http.call("GET", `/v1/connectors${query}`)).json() as unknown as Listed;
  return items.map(({ id }) => id);
}

test("connectors are found by their names first, then by what they are about, then by their actions", async () => {
  expect((await idsOf("")).length).toBeGreaterThan(5);
  expect((await idsOf("?search=gmail"))[0]).toBe("gmail");
  expect(await idsOf("?search=google%20MAIL")).toContain("gmail");
  expect(await idsOf("?search=pull%20request")).toEqual(["github"]);
  expect(await idsOf("?search=pull%20request%20of%20nobody")).toEqual([]);
  expect(await idsOf("?category=chat")).toEqual(["slack"]);
});

test("a connector shows its actions with schemas, its scopes in words, and how to set it up", async () => {
  const gmail = (await http.call("GET", "/v1/connectors/gmail")).json();
  expect(gmail).toMatchObject({
    title: "Gmail",
    hasClient: false,
    takesAddress: false,
    authentication: ["oauth2", "service_account"],
    redirectUrl: "http://steward.test/oauth/callback",
    setUp: expect.arrayContaining([expect.stringContaining("redirect address")]),
    scopes: { "https://www.googleapis.com/auth/gmail.send": "Send mail in your name" },
  });
  const send = (gmail["actions"] as { id: string; input: object }[]).find(({ id }) => id === "gmail.send");
  expect(send).toMatchObject({
    class: "write",
    destination: expect.arrayContaining(["to"]),
    input: { type: "object", properties: { to: expect.anything() }, additionalProperties: false },
    sample: { input: expect.anything(), output: expect.anything() },
  });
  expect((await http.call("GET", "/v1/connectors/nowhere")).status).toBe(404);
});

test("one's own OAuth client is kept without being shown, and counts from the next consent on", async () => {
  const call: typeof it.ann.call = (...sent) => it.ann.call(...sent);
  const wrong = await call("PUT", "/v1/oauth-clients/box", { body: { clientId: "mine" } });
  expect([wrong.status, wrong.json()["field"]]).toEqual([422, "clientSecret"]);
  const set = await call("PUT", "/v1/oauth-clients/box", { body: { clientId: "mine", clientSecret: "canary secret" } });
  expect([set.status, set.json()]).toEqual([
    200,
    {
      connector: "box",
      clientId: "mine",
      redirectUrl: "http://steward.test/oauth/callback",
      setAt: expect.any(String),
      setBy: expect.stringMatching(/^mem_/),
    },
  ]);
  expect((await call("GET", "/v1/oauth-clients")).json()).toMatchObject({
    items: [{ connector: "box", clientId: "mine" }],
  });
  const { authorizationUrl } = await it.ask(["box.look"]);
  expect(new URL(authorizationUrl).searchParams.get("client_id")).toBe("mine");
  const { rows } = await it.http.db.admin.query<{ text: string }>({
    text: "select t::text as text from steward.oauth_clients t",
  });
  expect(rows[0]!.text).not.toContain("canary");
  expect(rows[0]!.text).not.toContain(Buffer.from("canary secret").toString("hex"));
});

test("a client that connections were made with stays until they are over; its secret may change", async () => {
  const call: typeof it.ann.call = (...sent) => it.ann.call(...sent);
  await call("PUT", "/v1/oauth-clients/box", { body: { clientId: "steward", clientSecret: "a secret/of the:client" } });
  await it.connect(["box.look"], "kept");
  const another = await call("PUT", "/v1/oauth-clients/box", { body: { clientId: "other", clientSecret: "s" } });
  expect([another.status, another.json()["connections"]]).toEqual([409, 1]);
  expect((await call("DELETE", "/v1/oauth-clients/box")).status).toBe(409);
  const renewed = await call("PUT", "/v1/oauth-clients/box", {
    body: { clientId: "steward", clientSecret: "rotated" },
  });
  expect(renewed.status).toBe(200);
  // The provider has not heard of that secret yet: nothing is lost by it.
  it.http.clock.advance(3_600_000);
  const place = await it.place("kept");
  const signal = new AbortController().signal;
  expect(await it.http.connections.fresh.freshSecret(place, { signal })).toMatchObject({ kind: "failed" });
  await call("PUT", "/v1/oauth-clients/box", { body: { clientId: "steward", clientSecret: "a secret/of the:client" } });
  expect(await it.http.connections.fresh.freshSecret(place, { signal })).toMatchObject({ kind: "ready" });
  await call("DELETE", "/v1/connections/kept");
  expect((await call("DELETE", "/v1/oauth-clients/box")).status).toBe(204);
});

test("a client that connections stand by is changed by who may grant alone, and what signs for it stays", async () => {
  const put = async (who: typeof it.ann, body: object) =>
    (
      await who.call("PUT", "/v1/oauth-clients/box", { body: { clientId: "steward", clientSecret: "a", ...body } })
    ).json();
  const bob = await it.http.signIn({ role: "builder" });
  const clientSecret = "a secret/of the:client";
  expect(await put(bob, { clientSecret, signingSecret: "signs" })).toMatchObject({ clientId: "steward" });
  await it.connect(["box.look"], "signed");
  expect(await put(bob, { signingSecret: "known to bob" })).toMatchObject({ code: "forbidden", needs: "grant.write" });
  expect(await put(it.ann, { clientSecret })).toMatchObject({ clientId: "steward" });
  const { rows } = await it.http.db.admin.query<{ id: string; secret: Buffer }>({
    text: "select id, secret from steward.oauth_clients",
  });
  const { keys } = await it.http.parts.projects.get(it.http.installed);
  expect(openClientSecrets(keys, rows[0]!.id, rows[0]!.secret)).toEqual({ clientSecret, signingSecret: "signs" });
  await it.ann.call("DELETE", "/v1/connections/signed");
  expect((await it.ann.call("DELETE", "/v1/oauth-clients/box")).status).toBe(204);
});

test("what came back is written into our own page as text, whatever it is", async () => {
  const target = `/oauth/callback?state=x&error=${encodeURIComponent('"><script>alert(1)</script>')}&other=1`;
  const answer = await it.http.call("GET", target, { anonymous: true });
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain("<script");
  expect(answer.text).not.toContain("other=1");
  expect(answer.headers["content-security-policy"]).toContain("script-src 'self'");
  expect(answer.headers["cache-control"]).toBe("no-store");
  const twice = await it.http.call("GET", "/oauth/callback?state=a&state=b&here=1", { anonymous: true });
  expect(twice.headers["location"]).toBe("/connections?problem=state_invalid");
  expect((await it.http.call("HEAD", target, { anonymous: true })).status).toBe(404);
  expect((await it.http.call("POST", "/oauth/callback", { anonymous: true })).status).toBe(404);
});

test("a connection's use is noted, once a minute", async () => {
  const place = await it.connect(["box.look"], "used");
  const signal = new AbortController().signal;
  expect(await it.shown("used")).toMatchObject({ usedAt: null });
  await it.http.connections.fresh.freshSecret(place, { signal });
  await expect.poll(async () => (await it.shown("used"))["usedAt"]).not.toBeNull();
});

test("a service account asks for nobody's consent, and has no connections of its own", async () => {
  const { organization } = it.http.installed;
  const at = `/v1/organizations/${showId("org", organization)}`;
  const robot = await it.ann.call("POST", `${at}/service-accounts`, { body: { name: "Robot", role: "builder" } });
  const made = await it.ann.call("POST", "/v1/keys", { body: { name: "k", member: robot.json()["id"] } });
  const headers = { authorization: `Bearer ${String(made.json()["key"])}` };
  const body = { connector: "box", slug: "robots" };
  const consent = await it.http.call("POST", "/v1/connections", { headers, body });
  expect([consent.status, consent.json()["code"]]).toEqual([403, "forbidden"]);
  const own = await it.http.call("POST", "/v1/connections", {
    headers,
    body: { ...body, owner: "me", secret: { apiKey: "k" } },
  });
  expect([own.status, own.json()["field"]]).toEqual([422, "owner"]);
});

test("no connection is called me, which is whoever starts a run", async () => {
  const body = { connector: "box", slug: "me", secret: { apiKey: "k" } };
  const answer = await it.ann.call("POST", "/v1/connections", { body });
  expect([answer.status, answer.json()["field"]]).toEqual([422, "slug"]);
});

test("a connection says which flows use it, and its end pauses those that name it", async () => {
  await it.connect(["box.look"], "busy");
  const step = { id: "ask", kind: "model", input: { connection: "busy", model: "m", prompt: "p" } };
  await it.ann.call("PUT", "/v1/flows/asks", { body: { format: 1, name: "Asks", steps: [step] } });
  expect(await it.shown("busy")).toMatchObject({ usedBy: [] });
  expect((await it.ann.call("POST", "/v1/flows/asks/publish")).status).toBe(200);
  expect(await it.shown("busy")).toMatchObject({
    usedBy: [{ flow: "asks", name: "Asks", paused: false, how: "named" }],
  });
  const receipt = (await it.ann.call("DELETE", "/v1/connections/busy")).json();
  expect(receipt).toMatchObject({ stopped: { pausedFlows: ["asks"], pausedFlowCount: 1, cancelledRunCount: 0 } });
  const kept = (await it.ann.call("GET", `/v1/revocations/${String(receipt["id"])}`)).json();
  expect(kept["stopped"]).toEqual(receipt["stopped"]);
  const { paused, pausedBecause } = (await it.ann.call("GET", "/v1/flows/asks")).json();
  expect([paused, pausedBecause]).toMatchObject([true, { ended: "connection", name: "busy" }]);
});
