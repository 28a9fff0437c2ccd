import { afterEach, expect, test } from "vitest";
import { testHttp, type TestHttp } from "../../test/http-server.ts";
import { openPool } from "../adapters/postgres/pool.ts";
import { deleteExpiredRequests } from "../store/request-metadata.ts";
import type { AnyPrincipal } from "./principal.ts";
import { productOf } from "./product-of.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

async function open(): Promise<{ http: TestHttp; log: RequestLog; told: string[] }> {
  const http = await testHttp();
  opened.push(() => http.close());
  const told: string[] = [];
  const { db, clock } = http;
  const log = createRequestLog({
    database: db.database,
    dispatch: db.dispatch,
    clock,
    ids: http.parts.ids,
    log: (message) => void told.push(message),
  });
  opened.push(() => log.close());
  return { http, log, told };
}

function principalIn(http: TestHttp, shownId = "key_1"): AnyPrincipal {
  const { organization, project, member } = http.installed;
  return {
    kind: "key",
    id: member,
    shownId,
    account: null,
    session: null,
    member,
    scope: { organization, project },
    permissions: new Set(),
  };
}

const CALL = {
  method: "GET",
  pattern: "/v1/me",
  status: 200,
  address: "192.0.2.1",
  userAgent: "steward-cli/0.1.0 (linux; ada@example.com)",
  latencyMs: 4,
};

const listed = async (http: TestHttp, query = ""): Promise<Record<string, unknown>[]> =>
  (await http.call("GET", `/v1/requests${query}`)).json()["items"] as Record<string, unknown>[];

test("calls of a kind within a minute are one row with their count, whenever it is written", async () => {
  const { http, log } = await open();
  const principal = principalIn(http);
  http.clock.jump(60_000 - (http.clock.nowMs() % 60_000) + 1000);
  for (let n = 0; n < 100; n++) log.note({ ...CALL, principal, latencyMs: n });
  await log.flush();
  for (let n = 0; n < 50; n++) log.note({ ...CALL, principal, latencyMs: 0 });
  await log.flush();
  await log.flush();
  log.note({ ...CALL, principal, status: 404 });
  http.clock.jump(60_000);
  log.note({ ...CALL, principal });
  await log.flush();
  expect(await listed(http)).toMatchObject([
    { count: 1, status: 200 },
    { count: 1, status: 404 },
    {
      count: 150,
      route: "me",
      method: "GET",
      status: 200,
      principal: "key_1",
      address: "192.0.2.1",
      client: "steward-cli",
      clientVersion: "0.1.0",
      latencyMsMax: 99,
      latencyMsMean: 33,
    },
  ]);
  const { rows } = await http.db.admin.query<{ text: string }>({
    text: "select r::text as text from steward.request_log r",
  });
  expect(rows.map((row) => row.text).join()).not.toMatch(/linux|ada@/);
});

test("rows are found by caller, route, status, address and time, page by page", async () => {
  const { http, log } = await open();
  for (const [n, shown] of ["key_1", "key_2", "key_3"].entries())
    log.note({ ...CALL, principal: principalIn(http, shown), status: 200 + n, address: `192.0.2.${n}` });
  await log.flush();
  const who = async (query: string): Promise<unknown[]> => (await listed(http, query)).map((row) => row["principal"]);
  expect(await who("?principal=key_2")).toEqual(["key_2"]);
  expect(await who("?status=202")).toEqual(["key_3"]);
  expect(await who("?address=192.0.2.0")).toEqual(["key_1"]);
  expect(await who("?route=me")).toHaveLength(3);
  expect(await who("?since=2100-01-01T00:00:00Z")).toEqual([]);
  expect(await who("?until=2100-01-01T00:00:00Z")).toHaveLength(3);
  const first = (await http.call("GET", "/v1/requests?limit=2")).json();
  expect(first["items"]).toMatchObject([{ principal: "key_3" }, { principal: "key_2" }]);
  const second = (await http.call("GET", `/v1/requests?limit=2&cursor=${String(first["next"])}`)).json();
  expect(second).toMatchObject({ items: [{ principal: "key_1" }], next: null });
  expect((await http.call("GET", "/v1/requests?cursor=x")).status).toBe(400);
});

test("one project never sees another's, and calls by nobody are the installation's", async () => {
  const { http, log } = await open();
  log.note({ ...CALL, principal: null, status: 401 });
  log.note({ ...CALL, principal: null, status: 404, pattern: undefined });
  await log.flush();
  expect(await listed(http)).toEqual([]);
  const { rows } = await http.db.admin.query({
    text: "select route, principal from steward.request_log order by route",
  });
  expect(rows).toEqual([
    { route: "me", principal: null },
    { route: "none", principal: null },
  ]);
  const { items } = (await http.call("GET", "/v1/installation/requests")).json();
  expect(items).toMatchObject([
    { route: "none", principal: null },
    { route: "me", principal: null },
  ]);
});

test("what the database doesn't take now is written later, with what came meanwhile", async () => {
  const { http, log } = await open();
  const { db, clock } = http;
  const closed = openPool({
    connection: db.config("steward_app"),
    max: 1,
    applicationName: "closed",
    log: () => undefined,
  });
  await closed.close();
  const pools = [closed, db.database];
  const broken = createRequestLog({
    get database() {
      return pools[0]!;
    },
    dispatch: db.dispatch,
    clock,
    ids: http.parts.ids,
    log: () => undefined,
  });
  opened.push(() => broken.close());
  broken.note({ ...CALL, principal: principalIn(http) });
  await expect(broken.flush()).rejects.toThrow("the connection to the database was lost");
  broken.note({ ...CALL, principal: principalIn(http) });
  pools.shift();
  await broken.flush();
  expect((await listed(http)).map((row) => row["count"])).toEqual([2]);
  await log.flush();
});

test("more kinds of calls than there is room for are counted and told, not kept", async () => {
  const { http, log, told } = await open();
  const principal = principalIn(http);
  for (let n = 0; n < 20_005; n++) log.note({ ...CALL, principal, address: `2001:db8::${n.toString(16)}` });
  await log.flush();
  expect(told).toEqual(["5 requests found no room in the request log: more than 20000 kinds of them in a minute"]);
  const { rows } = await http.db.admin.query({ text: "select count(*) as n from steward.request_log" });
  expect(rows).toEqual([{ n: 20_000 }]);
});

test("rows are gone after 90 days, and no younger ones can be removed so", async () => {
  const { http, log } = await open();
  const principal = principalIn(http);
  log.note({ ...CALL, principal });
  await log.flush();
  const copy = `insert into steward.request_log select organization, project, gen_random_uuid(), now() - $1::interval,
    principal, route, method, status, address, client, client_version, count, latency_ms_sum, latency_ms_max from steward.request_log limit 1`;
  for (const age of ["91 days", "90 days 1 hour", "89 days"]) await http.db.admin.query({ text: copy, values: [age] });
  expect((await http.db.dispatch.query({ text: "delete from steward.request_log" })).count).toBe(2);
  await http.db.admin.query({ text: copy, values: ["100 days"] });
  await http.db.admin.query({ text: copy, values: ["95 days"] });
  expect(await deleteExpiredRequests(http.db.dispatch)).toBe(1);
  expect(await deleteExpiredRequests(http.db.dispatch)).toBe(1);
  expect(await deleteExpiredRequests(http.db.dispatch)).toBe(0);
  expect((await http.db.admin.query({ text: "select from steward.request_log" })).count).toBe(2);
});

test("a program is its first product and nothing else of the header", () => {
  expect(productOf("curl/8.5.0")).toEqual({ name: "curl", version: "8.5.0" });
  expect(productOf("Mozilla/5.0 (X11) Gecko")).toEqual({ name: "Mozilla", version: "5.0" });
  expect(productOf("bot")).toEqual({ name: "bot", version: null });
  expect(productOf("<script>")).toBeNull();
  expect(productOf("")).toBeNull();
  expect(productOf("a".repeat(500))).toBeNull();
});
