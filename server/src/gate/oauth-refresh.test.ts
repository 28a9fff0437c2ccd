/** Refreshing against a strict provider, which takes a second use of a refresh token for theft and ends everything. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Connecting, connecting } from "../connections/connecting.testsuite.ts";
import { ConnectionLostError, type Database } from "../core/ports/database.ts";
import type { ConnectionPlace, FreshSecrets, ReadySecret } from "../core/ports/connections.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import { createFreshSecrets } from "./oauth-refresh.ts";

const told: string[] = [];
let it: Connecting;
beforeEach(async () => {
  told.length = 0;
  const tellOwner = async (_tx: unknown, _scope: unknown, { slug }: ConnectionFacts) => void told.push(slug);
  it = await connecting({ connections: { tellOwner } });
});
afterEach(() => it.close());

const HOUR_MS = 3_600_000;
const options = () => ({ signal: new AbortController().signal });
const refreshes = () => it.provider.asked.filter((one) => one === "POST /token").length - 1;

async function ready(fresh: FreshSecrets, place: ConnectionPlace, refused?: string): Promise<ReadySecret> {
  const secret = await fresh.freshSecret(place, { ...options(), ...(refused === undefined ? {} : { refused }) });
  if (secret.kind !== "ready") throw new Error(`${secret.kind} ${secret.code}: ${secret.message}`);
  return secret;
}

const tokenOf = ({ header }: ReadySecret): string => header!.value.replace("Bearer ", "");

/** Another process: nothing in common but the database and the keys. */
const another = (change: { readonly database?: Database } = {}): FreshSecrets =>
  createFreshSecrets({ ...it.http.connections.parts, ...change });

async function row(): Promise<Record<string, unknown>> {
  const { rows } = await it.http.db.admin.query({ text: "select * from steward.connections order by id desc limit 1" });
  return rows[0] as Record<string, unknown>;
}

test("a token that is good for more than a minute is used as it is", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS - 61_000);
  const { fresh } = it.http.connections;
  const first = await ready(fresh, place);
  expect(tokenOf(await ready(fresh, place))).toBe(tokenOf(first));
  expect(refreshes()).toBe(0);
  expect(first).toMatchObject({ scopes: ["openid", "box.read"], hosts: ["127.0.0.1"], authentication: "oauth2" });
});

test("fifty effects in two processes refresh once, and the rotated token refreshes the next time", async () => {
  const place = await it.connect();
  const [here, there] = [another(), another()];
  for (const round of [1, 2]) {
    it.http.clock.advance(HOUR_MS);
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => ready(n % 2 === 0 ? here : there, place)));
    expect(new Set(all.map(tokenOf)).size).toBe(1);
    expect(refreshes()).toBe(round);
    expect(await it.provider.takes(tokenOf(all[0]!))).toBe(true);
  }
  expect(await row()).toMatchObject({ status: "active", refreshing_by: null, error_code: null });
});

test("while one refreshes ahead of time, others go on with what is still good", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS - 30_000);
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  it.provider.instead = (path, response) => {
    if (path !== "/token") return false;
    void held.then(() => response.writeHead(503).end());
    return true;
  };
  const first = another().freshSecret(place, options());
  await expect.poll(() => refreshes()).toBe(1);
  const second = await ready(another(), place);
  expect(second.kind).toBe("ready");
  answer();
  // The provider was not able: the old one is still good.
  expect(await first).toMatchObject({ kind: "ready", mark: second.mark });
});

test("a grant that was withdrawn ends once: tokens erased, the owner told, the audit knows", async () => {
  const place = await it.connect();
  const secret = await ready(another(), place);
  const { provider } = it.provider;
  const token = await provider.AccessToken.find(tokenOf(secret));
  const grantId = (token as unknown as { grantId: string }).grantId;
  await provider.RefreshToken.revokeByGrantId(grantId);
  await provider.AccessToken.revokeByGrantId(grantId);
  it.http.clock.advance(HOUR_MS);
  const ends = await Promise.all([another(), another(), another()].map((one) => one.freshSecret(place, options())));
  for (const end of ends) expect(end).toMatchObject({ kind: "refused", code: "reauth_required" });
  expect(await row()).toMatchObject({ status: "reauth_required", secret: null, secret_expires_at: null });
  expect(told).toEqual(["box"]);
  const { rows } = await it.http.db.admin.query<{ entries: string }>({
    text: "select entries::text as entries from steward.audit_batches",
  });
  const acts = rows.filter(({ entries }) => entries.includes("connection.reauth_required"));
  expect(acts).toHaveLength(1);
});

test("after a grant was withdrawn, the same connection is connected again with the same scopes", async () => {
  const place = await it.connect(["box.look", "box.put"]);
  await it.http.db.admin.query({
    text: "update steward.connections set status = 'reauth_required', secret = null, secret_expires_at = null",
  });
  const asked = await it.ann.call("POST", "/v1/connections/box/consent", { body: {} });
  const { asks, authorizationUrl } = asked.json() as { asks: { scope: string }[]; authorizationUrl: string };
  expect(asks.map(({ scope }) => scope)).toEqual(["openid", "box.read", "box.write"]);
  expect(await it.comeBack(await it.provider.consent(authorizationUrl))).toMatch(/connected=1$/);
  expect(await ready(another(), place)).toMatchObject({ kind: "ready" });
});

test("a token that the provider refuses before its time is refreshed once, and not ended by a late word on the old one", async () => {
  const place = await it.connect();
  const [here, there] = [another(), another()];
  const old = await ready(here, place);
  const renewed = await Promise.all([ready(here, place, old.mark), ready(there, place, old.mark)]);
  expect(new Set(renewed.map(tokenOf)).size).toBe(1);
  expect(tokenOf(renewed[0])).not.toBe(tokenOf(old));
  expect(refreshes()).toBe(1);
});

test.each([
  [
    "503 with a time",
    (r: import("node:http").ServerResponse) => void r.writeHead(503, { "retry-after": "7" }).end(),
    7000,
  ],
  ["429", (r: import("node:http").ServerResponse) => void r.writeHead(429).end(), null],
  ["garbage", (r: import("node:http").ServerResponse) => void r.end("{{{"), null],
  [
    "an empty token",
    (r: import("node:http").ServerResponse) =>
      void r.setHeader("content-type", "application/json").end('{"access_token":"","token_type":"bearer"}'),
    null,
  ],
  [
    "a token that no header can carry",
    (r: import("node:http").ServerResponse) =>
      void r.setHeader("content-type", "application/json").end('{"access_token":"a\\nb","token_type":"bearer"}'),
    null,
  ],
  ["nothing, cut off", (r: import("node:http").ServerResponse) => void r.destroy(), null],
])("a provider that answers %s ends nothing", async (_what, answer, retryAfterMs) => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  it.provider.instead = (path, response) => path === "/token" && (answer(response), true);
  const said = await another().freshSecret(place, options());
  expect(said).toMatchObject({ kind: "failed", code: "connection_unavailable", retryAfterMs });
  expect(await row()).toMatchObject({ status: "active", error_code: "provider_unavailable", refreshing_by: null });
  it.provider.instead = null;
  expect(await ready(another(), place)).toMatchObject({ kind: "ready" });
  expect(await row()).toMatchObject({ status: "active", error_code: null });
  expect(told).toEqual([]);
});

test("an OAuth client that the provider no longer takes is said so, and ends nothing", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  const clients = new Map([["box", { clientId: "steward", clientSecret: "another secret" }]]);
  const fresh = createFreshSecrets({ ...it.http.connections.parts, installationClients: clients });
  expect(await fresh.freshSecret(place, options())).toMatchObject({ kind: "failed", code: "connection_unavailable" });
  expect(await row()).toMatchObject({ status: "active", error_code: "oauth_client_refused" });
});

test("fresh tokens are kept though the database was away as they came", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  const real = it.http.db.database;
  let lost = 2;
  const database: Database = {
    query: (statement) => real.query(statement),
    transaction: (run) => real.transaction(run),
    pipeline: async (statements) => {
      if (statements.some(({ name }) => name === "keep_refreshed") && lost-- > 0)
        throw new ConnectionLostError("no", { cause: new Error("gone") });
      return await real.pipeline(statements);
    },
  };
  const secret = await ready(another({ database }), place);
  expect(await it.provider.takes(tokenOf(secret))).toBe(true);
  expect(refreshes()).toBe(1);
});

test("tokens whose keeping was not answered, and which are kept all the same, are used and not thrown away", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  const real = it.http.db.database;
  let lost = 1;
  const database: Database = {
    query: (statement) => real.query(statement),
    transaction: (run) => real.transaction(run),
    pipeline: async (statements) => {
      const done = await real.pipeline(statements);
      if (statements.some(({ name }) => name === "keep_refreshed") && lost-- > 0)
        throw new ConnectionLostError("unknown", { cause: new Error("gone") });
      return done;
    },
  };
  const secret = await ready(another({ database }), place);
  expect(await it.provider.takes(tokenOf(secret))).toBe(true);
  expect(refreshes()).toBe(1);
  expect(await row()).toMatchObject({ status: "active" });
});

test("who died while refreshing is waited for a minute of the database's clock, and no longer", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  await it.http.db.admin.query({
    text: "update steward.connections set refreshing_by = gen_random_uuid(), refreshing_until = now() + interval '1 minute'",
  });
  const waiting = another().freshSecret(place, options());
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(refreshes()).toBe(0);
  await it.http.db.admin.query({
    text: "update steward.connections set refreshing_until = now() - interval '1 second'",
  });
  expect(await waiting).toMatchObject({ kind: "ready" });
  expect(refreshes()).toBe(1);
});

test("an effect that is stopped waits no longer, and the refresh goes on for the others", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  const stop = new AbortController();
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const fresh = another();
  it.provider.instead = async (path) => {
    if (path === "/token") await held;
    return false;
  };
  const stopped = fresh.freshSecret(place, { signal: stop.signal });
  await expect.poll(() => refreshes()).toBe(1);
  stop.abort();
  expect(await stopped).toMatchObject({ kind: "failed", code: "connection_unavailable" });
  goOn();
  expect(await ready(fresh, place)).toMatchObject({ kind: "ready" });
  expect(refreshes()).toBe(1);
});

test("a clock that jumps back makes an expired token look good: its refusal brings another", async () => {
  const place = await it.connect();
  const fresh = another();
  const old = await ready(fresh, place);
  it.http.clock.jump(-10 * HOUR_MS);
  expect(tokenOf(await ready(fresh, place))).toBe(tokenOf(old));
  expect(tokenOf(await ready(fresh, place, old.mark))).not.toBe(tokenOf(old));
});

test("a clock that jumps ahead refreshes once too early, and not again when it is put right", async () => {
  const place = await it.connect();
  const fresh = another();
  const old = await ready(fresh, place);
  it.http.clock.jump(10 * HOUR_MS);
  const early = await ready(fresh, place);
  expect(tokenOf(early)).not.toBe(tokenOf(old));
  it.http.clock.jump(-10 * HOUR_MS);
  expect(tokenOf(await ready(fresh, place))).toBe(tokenOf(early));
  expect(refreshes()).toBe(1);
  expect(await it.provider.takes(tokenOf(early))).toBe(true);
});

test("a key that the provider refuses is erased: nothing could make it good again", async () => {
  it.provider.instead = (path, response) =>
    path === "/me" && (void response.setHeader("content-type", "application/json").end('{"sub":"ann"}'), true);
  await it.ann.call("POST", "/v1/connections", {
    body: { connector: "box", slug: "keyed", secret: { apiKey: "a-key-of-length" } },
  });
  const place = await it.place("keyed");
  const secret = await ready(another(), place);
  expect(secret).toMatchObject({ header: { name: "x-box-key", value: "a-key-of-length" }, authentication: "api_key" });
  const end = await another().freshSecret(place, { ...options(), refused: secret.mark });
  expect(end).toMatchObject({ kind: "refused", code: "reauth_required" });
  expect(await row()).toMatchObject({ status: "reauth_required", secret: null });
  expect(told).toEqual(["keyed"]);
});

test("what is disconnected, pending or another project's gives nothing", async () => {
  const place = await it.connect();
  const nobody = { ...place, project: it.http.parts.ids.uuid() };
  expect(await another().freshSecret(nobody, options())).toMatchObject({ kind: "refused", code: "connection_missing" });
  await it.ask([], "pending");
  expect(await another().freshSecret(await it.place("pending"), options())).toMatchObject({
    code: "connection_missing",
  });
  await it.ann.call("DELETE", "/v1/connections/box");
  expect(await another().freshSecret(place, options())).toMatchObject({ code: "connection_missing" });
});

test("tokens that come after a disconnect are revoked too, under a receipt of their own", async () => {
  const place = await it.connect();
  it.http.clock.advance(HOUR_MS);
  const real = it.http.db.database;
  const database: Database = {
    query: (statement) => real.query(statement),
    transaction: (run) => real.transaction(run),
    pipeline: async (statements) => {
      if (statements.some(({ name }) => name === "keep_refreshed")) await it.ann.call("DELETE", "/v1/connections/box");
      return await real.pipeline(statements);
    },
  };
  expect(await another({ database }).freshSecret(place, options())).toMatchObject({ code: "connection_missing" });
  const receipts = (await it.ann.call("GET", "/v1/revocations")).json() as { items: { status: string }[] };
  expect(receipts.items.map(({ status }) => status)).toEqual(["waiting", "waiting"]);
});
