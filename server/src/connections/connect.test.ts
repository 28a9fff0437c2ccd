/** Connecting, from asking to being connected, against a strict provider: each step as a browser and the API make it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TestAnswer, type TestHttp, testHttp, type TestPerson } from "../../test/http-server.ts";
import { type Connecting, connecting, type Shown } from "./connecting.testsuite.ts";
import { CLIENT, type StrictProvider } from "./strict-provider.testsuite.ts";

let it: Connecting;
let provider: StrictProvider;
let http: TestHttp;
let ann: TestPerson;
beforeEach(async () => {
  it = await connecting();
  ({ provider, http, ann } = it);
});
afterEach(() => it.close());

test("an account is connected by consent to exactly what its actions need, each scope in words", async () => {
  const { connection, asks, authorizationUrl } = await it.ask(["box.look", "box.put"]);
  expect(connection).toMatchObject({ status: "pending", slug: "box", account: null, scopes: [], owner: null });
  expect(asks).toEqual([
    { scope: "openid", means: "Know who you are", for: [] },
    { scope: "box.read", means: "See what is in the box", for: ["box.look"] },
    { scope: "box.write", means: "Put things into the box", for: ["box.put"] },
  ]);
  const asked = new URL(authorizationUrl).searchParams;
  expect(Object.fromEntries(asked)).toEqual({
    response_type: "code",
    client_id: "steward",
    redirect_uri: "http://steward.test/oauth/callback",
    state: expect.stringMatching(/^[\w-]{43}$/),
    scope: "openid box.read box.write",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
  const back = await provider.consent(authorizationUrl);
  expect(back.searchParams.get("iss")).toBe(provider.issuer);
  expect(await it.comeBack(back)).toMatch(/^\/connections\?project=prj_\w{26}&open=box&connected=1$/);
  expect(await it.shown()).toMatchObject({
    status: "active",
    account: "Box of ann@example.com",
    scopes: [{ scope: "openid" }, { scope: "box.read", means: "See what is in the box" }, { scope: "box.write" }],
    expiresAt: expect.any(String),
    connectedAt: expect.any(String),
    errorCode: null,
  });
});

test("nothing of tokens, verifier or client is readable in the database, the answers or the log", async () => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  await it.comeBack(back);
  const secret = await http.connections.fresh.freshSecret(await it.place(), { signal: new AbortController().signal });
  if (secret.kind !== "ready") throw new Error(secret.message);
  const canaries = [secret.forms[0]!, back.searchParams.get("code")!, CLIENT.clientSecret];
  const { rows } = await http.db.admin.query<{ text: string }>({
    text: `select string_agg(t::text, ' ') as text from (select c::text from steward.connections c union all
      select s::text from steward.connect_states s union all select a::text from steward.audit_batches a) t`,
  });
  const seen = [rows[0]!.text, http.logs.join(" "), JSON.stringify(await it.shown())].join(" ");
  for (const canary of canaries)
    for (const form of [canary, Buffer.from(canary).toString("base64"), Buffer.from(canary).toString("hex")])
      expect(seen.includes(form)).toBe(false);
});

test("a state is used once", async () => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  expect(await it.comeBack(back)).toMatch(/connected=1$/);
  expect(await it.comeBack(back)).toMatch(/problem=state_over$/);
  expect(await it.shown()).toMatchObject({ status: "active" });
});

test("two that come back with one state at the same moment are one", async () => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  const ends = await Promise.all([it.comeBack(back), it.comeBack(back)]);
  expect(new Set(ends.map((end) => /connected=1$|problem=state_over$/.exec(end)?.[0]))).toEqual(
    new Set(["connected=1", "problem=state_over"]),
  );
});

test.each([
  ["a forged one", (url: URL) => url.searchParams.set("state", "A".repeat(43))],
  ["one of another form", (url: URL) => url.searchParams.set("state", "' or 1=1 --")],
  ["none", (url: URL) => url.searchParams.delete("state")],
])("a state that was never given (%s) is refused, and tells nothing of any project", async (_what, change) => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  change(back);
  expect(await it.comeBack(back)).toBe("/connections?problem=state_invalid");
  expect(await it.shown()).toMatchObject({ status: "pending" });
});

test("a consent that nobody ended goes on with what was chosen, until something else is", async () => {
  await it.ask(["box.look"], "begun");
  const scopes = ["openid", "box.read"];
  expect(await it.shown("begun")).toMatchObject({ status: "pending", asked: scopes });
  const again = async (actions: readonly string[]) => {
    const answer = await it.ann.call("POST", "/v1/connections/begun/consent", { body: { actions } });
    return (answer.json() as unknown as { asks: { scope: string }[] }).asks.map(({ scope }) => scope);
  };
  expect(await again([])).toEqual(scopes);
  expect(await again(["box.put"])).toEqual(["openid", "box.write"]);
  expect(await it.shown("begun")).toMatchObject({ asked: ["openid", "box.write"] });
});

test("a state is good for ten minutes", async () => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  http.clock.advance(600_001);
  expect(await it.comeBack(back)).toMatch(/problem=state_over$/);
});

test("another session of the same person, another person and nobody don't finish a consent", async () => {
  const bob = await http.signIn({ email: "bob@people.test" });
  const again = await http.signIn({ email: ann.email });
  for (const [who, problem] of [
    [bob, "other_session"],
    [again, "other_session"],
    [null, "not_signed_in"],
  ] as const) {
    const { authorizationUrl } = await it.ask(
      ["box.look"],
      `box-${problem}-${who?.email.length ?? 0}-${who === bob}`.replaceAll("_", "-").slice(0, 40).replace(/-$/, ""),
    );
    const back = await provider.consent(authorizationUrl);
    expect(await it.comeBack(back, who)).toBe(`/connections?problem=${problem}`);
    // In strange hands it is over; of who was only signed out it is not.
    expect(await it.comeBack(back)).toMatch(who === null ? /connected=1$/ : /problem=state_over$/);
  }
});

test("a consent begun by a key is finished by its person in any session of theirs, and by nobody else", async () => {
  const body = { connector: "box", slug: "by-key", actions: ["box.look"] };
  const asked = await http.call("POST", "/v1/connections", { body });
  expect([asked.status, asked.text]).toEqual([201, expect.anything()]);
  const { authorizationUrl } = asked.json() as unknown as Shown;
  const back = await provider.consent(authorizationUrl);
  expect(await it.comeBack(back)).toBe("/connections?problem=other_session");
});

test("who lost the right to connect meanwhile connects nothing", async () => {
  const carl = await http.signIn({ role: "builder" });
  const { authorizationUrl } = await it.ask(["box.look"], "carls", carl);
  const back = await provider.consent(authorizationUrl);
  await http.db.admin.query({
    text: "update steward.members set role = 'viewer' where id = $1",
    values: [carl.member],
  });
  expect(await it.comeBack(back, carl)).toBe("/connections?problem=not_allowed");
  expect(provider.asked).not.toContain("POST /token");
});

test("a person who says no is told so, and the connection can be asked for again", async () => {
  provider.grants = null;
  const { authorizationUrl } = await it.ask(["box.look"]);
  expect(await it.comeBack(await provider.consent(authorizationUrl))).toMatch(/open=box&problem=consent_denied$/);
  expect(await it.shown()).toMatchObject({ status: "pending", errorCode: "consent_denied" });
  provider.grants = ["openid", "box.read"];
  const again = await ann.call("POST", "/v1/connections/box/consent", { body: { actions: ["box.look"] } });
  expect(await it.comeBack(await provider.consent(String(again.json()["authorizationUrl"])))).toMatch(/connected=1$/);
});

test("an answer that names another issuer is not the provider's that was asked", async () => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  back.searchParams.set("iss", "https://evil.example");
  expect(await it.comeBack(back)).toMatch(/problem=issuer_wrong$/);
  expect(provider.asked).not.toContain("POST /token");
});

test("what the provider grants less than asked, the connection does not have", async () => {
  provider.grants = ["openid", "box.read"];
  await it.connect(["box.look", "box.put"]);
  const { scopes } = (await it.shown()) as { scopes: readonly { scope: string }[] };
  expect(scopes.map(({ scope }) => scope)).toEqual(["openid", "box.read"]);
});

test("more is asked for beside what was granted, which stays until then", async () => {
  await it.connect(["box.look"]);
  const more = await ann.call("POST", "/v1/connections/box/consent", { body: { actions: ["box.put"] } });
  const { asks, authorizationUrl } = more.json() as unknown as Shown;
  expect(asks.map(({ scope }) => scope)).toEqual(["openid", "box.read", "box.write"]);
  expect(await it.shown()).toMatchObject({ status: "active" });
  expect(await it.comeBack(await provider.consent(authorizationUrl))).toMatch(/connected=1$/);
  const { scopes } = (await it.shown()) as { scopes: readonly { scope: string }[] };
  expect(scopes.map(({ scope }) => scope)).toEqual(["openid", "box.read", "box.write"]);
});

test("a consent anew is for the same account: grants on the connection were given for that one", async () => {
  await it.connect(["box.look"]);
  provider.person = "eve@example.com";
  const more = await ann.call("POST", "/v1/connections/box/consent", { body: { actions: ["box.put"] } });
  const back = await provider.consent(String(more.json()["authorizationUrl"]));
  expect(await it.comeBack(back)).toMatch(/problem=other_account$/);
  expect(await it.shown()).toMatchObject({ status: "active", account: "Box of ann@example.com" });
});

test.each([
  ["garbage", (response: import("node:http").ServerResponse) => void response.end("<html>")],
  ["503", (response: import("node:http").ServerResponse) => void response.writeHead(503).end()],
  [
    "a redirect",
    (response: import("node:http").ServerResponse) =>
      void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
  ],
  ["a cut", (response: import("node:http").ServerResponse) => void response.destroy()],
])("a token endpoint that answers %s is a problem said in words, not a failure of ours", async (_what, answer) => {
  const { authorizationUrl } = await it.ask(["box.look"]);
  const back = await provider.consent(authorizationUrl);
  provider.instead = (path, response) => path === "/token" && (answer(response), true);
  expect(await it.comeBack(back)).toMatch(/problem=provider_unavailable$/);
  expect(await it.shown()).toMatchObject({ status: "pending", errorCode: "provider_unavailable" });
});

test("a code is entered on another device, asked for no more often than the provider wants", async () => {
  const asked = await ann.call("POST", "/v1/connections", {
    body: { connector: "box", slug: "box", actions: ["box.look"], device: true },
  });
  const { device } = asked.json() as { device: { userCode: string; verificationUrl: string; everyMs: number } };
  expect(device).toMatchObject({ verificationUrl: `${provider.issuer}/device`, everyMs: 5000 });
  const poll = async (): Promise<TestAnswer> => await ann.call("POST", "/v1/connections/box/device");
  expect((await poll()).json()).toMatchObject({ state: "waiting" });
  expect(provider.asked).not.toContain("POST /token");
  http.clock.advance(5001);
  expect((await poll()).json()).toMatchObject({ state: "waiting", againMs: 5000 });
  await provider.enterCode(device.userCode);
  http.clock.advance(5001);
  expect((await poll()).json()).toMatchObject({
    state: "connected",
    connection: { status: "active", authentication: "device" },
  });
});

test("a code that is refused on the other device is told", async () => {
  provider.grants = null;
  const asked = await ann.call("POST", "/v1/connections", {
    body: { connector: "box", slug: "box", actions: ["box.look"], device: true },
  });
  await provider.enterCode((asked.json() as { device: { userCode: string } }).device.userCode);
  http.clock.advance(5001);
  expect((await ann.call("POST", "/v1/connections/box/device")).json()).toMatchObject({
    state: "denied",
    againMs: null,
  });
});

test("a client that acts for itself gets its token at once", async () => {
  provider.instead = (path, response) =>
    path === "/me" && (void response.writeHead(403, { "content-type": "application/json" }).end("{}"), true);
  const body = {
    connector: "box",
    slug: "robot",
    actions: ["box.look"],
    secret: { clientId: "machine", clientSecret: "machine-secret" },
  };
  const made = await ann.call("POST", "/v1/connections", { body });
  expect([made.status, made.json()["connection"]]).toEqual([
    201,
    expect.objectContaining({ status: "active", authentication: "client_credentials", account: null }),
  ]);
  const wrong = await ann.call("POST", "/v1/connections", {
    body: { ...body, slug: "other", secret: { clientId: "machine", clientSecret: "wrong" } },
  });
  expect([wrong.status, wrong.json()["code"]]).toEqual([422, "provider_refused"]);
});

test("a key that the provider refuses is not kept, and one that it takes is never shown", async () => {
  provider.instead = (path, response) => {
    if (path !== "/me") return false;
    const ok = response.req.headers["x-box-key"] === "a-key-of-length";
    response.writeHead(ok ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify({ sub: "ann" }));
    return true;
  };
  const make = (apiKey: string) =>
    ann.call("POST", "/v1/connections", { body: { connector: "box", slug: "keyed", secret: { apiKey } } });
  const wrong = await make("another-key");
  expect([wrong.status, wrong.json()["code"]]).toEqual([422, "provider_refused"]);
  const made = await make("a-key-of-length");
  expect([made.status, made.text.includes("a-key-of-length")]).toEqual([201, false]);
  expect(await it.shown("keyed")).toMatchObject({ status: "active", account: "Box of ann", authentication: "api_key" });
});

test("a personal connection is its owner's: others see that it is there, not whose, and change nothing", async () => {
  await it.ask(["box.look"], "mine", ann, { owner: "me" });
  const { authorizationUrl } = (
    await ann.call("POST", "/v1/connections/mine/consent", { body: {} })
  ).json() as unknown as Shown;
  await it.comeBack(await provider.consent(authorizationUrl));
  expect(await it.shown("mine")).toMatchObject({
    account: "Box of ann@example.com",
    owner: expect.stringMatching(/^acc_/),
  });
  const bob = await http.signIn({ role: "builder" });
  expect(await it.shown("mine", bob)).toMatchObject({ account: null });
  for (const [method, path, body] of [
    ["POST", "/consent", {}],
    ["POST", "/test", undefined],
    ["PUT", "/secret", { apiKey: "k" }],
    ["DELETE", "", undefined],
  ] as const) {
    const answer = await bob.call(method, `/v1/connections/mine${path}`, body === undefined ? {} : { body });
    expect([method, path, answer.status]).toEqual([method, path, 403]);
  }
});

test("a slug is taken once, an unknown action is named, and no client is said so", async () => {
  await it.ask(["box.look"]);
  const twice = await ann.call("POST", "/v1/connections", { body: { connector: "box", slug: "box" } });
  expect([twice.status, twice.json()["code"]]).toEqual([409, "conflict"]);
  const strange = await ann.call("POST", "/v1/connections", {
    body: { connector: "box", slug: "b", actions: ["box.fly"] },
  });
  expect([strange.status, strange.json()["field"]]).toEqual([422, "actions[0]"]);
  const bare = await testHttp({ connections: { connectors: [provider.connector] } });
  const none = await bare.call("POST", "/v1/connections", { body: { connector: "box", slug: "b" } });
  expect([none.status, none.json()["code"]]).toEqual([409, "oauth_client_missing"]);
  await bare.close();
});
