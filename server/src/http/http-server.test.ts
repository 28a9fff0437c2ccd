import { connect } from "node:net";
import { request as httpsRequest } from "node:https";
import { afterEach, expect, test } from "vitest";
import { testHttp, type HttpOptions, type TestHttp } from "../../test/http-server.ts";
import { selfSigned } from "../../test/self-signed.ts";
import { showId } from "../core/id.ts";
import type { RunNews, RunView, Started } from "../engine/engine.ts";
import { createHttpServer } from "./create-http-server.ts";
import { HTTP_LIMITS } from "./http-parts.ts";

const RUN = "01a1fdf2-deae-7000-b640-894cb1499567";
const SHOWN = showId("run", RUN);
const VIEW: RunView = {
  row: {
    id: RUN,
    flow: RUN,
    version: 1,
    trigger: "manual",
    status: "running",
    records: 1,
    steps: 0,
    effects: 0,
    bytes: 1,
    startedAt: 1,
    endedAt: null,
    errorCode: null,
    failingStep: null,
    parent: null,
    retryOf: null,
    tokens: 0,
    costMicro: "0",
    costCurrency: null,
    labels: null,
    starter: null,
  },
  slug: "order",
  input: undefined,
  output: undefined,
  error: null,
};
const FLOW = { format: 1, name: "Order", steps: [{ id: "a", kind: "set", input: { x: 1 } }] };

const opened: TestHttp[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function open(options: HttpOptions = {}): Promise<TestHttp> {
  const one = await testHttp(options);
  opened.push(one);
  return one;
}

async function publish(http: TestHttp): Promise<void> {
  expect((await http.call("PUT", "/v1/flows/order", { body: FLOW })).status).toBe(201);
  expect((await http.call("POST", "/v1/flows/order/publish")).status).toBe(200);
}

/** What a raw text on a connection of its own is answered with, until the server closes it. */
function rawExchange(http: TestHttp, text: string): Promise<string> {
  const { hostname, port } = new URL(http.address);
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (piece) => (answer += String(piece)));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

/** Moves the clock until what waits for it is there. */
async function whileAdvancing<T>(http: TestHttp, ms: number, what: Promise<T>): Promise<T> {
  let settled = false;
  void what.catch(() => undefined).then(() => (settled = true));
  await expect.poll(() => (http.clock.advance(ms), settled)).toBe(true);
  return await what;
}

async function enter(http: TestHttp): Promise<string> {
  const link = new URL(http.server.createEntryLink({ account: http.installed.account }));
  const answer = await http.call("GET", link.pathname + link.search, { anonymous: true });
  return answer.headers["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";
}

test("every refusal is a problem, with its code and what to do next", async () => {
  const http = await open();
  const refused = async (method: string, path: string, options = {}): Promise<unknown> => {
    const { status, headers, json } = await http.call(method, path, options);
    expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(json()).toMatchObject({
      type: `/errors/${String(json()["code"])}`,
      title: expect.any(String),
      detail: expect.any(String),
      hint: expect.any(String),
      status,
    });
    return `${status} ${String(json()["code"])}`;
  };
  expect(await refused("GET", "/v1/none")).toBe("404 not_found");
  expect(await refused("POST", "/v1/none", { body: {} })).toBe("404 not_found");
  expect(await refused("GET", "/v1/flows/none")).toBe("404 not_found");
  expect(await refused("GET", "/v1/flows/%zz")).toBe("400 invalid_request");
  expect(await refused("GET", `/v1/flows/${"a".repeat(600)}`)).toBe("404 not_found");
  expect(await refused("GET", "/v1/me", { anonymous: true })).toBe("401 unauthenticated");
  expect(await refused("GET", "/v1/me", { headers: { authorization: "Basic eDp5" } })).toBe("401 unauthenticated");
  expect(await refused("GET", "/v1/flows?unknown=1")).toBe("422 value_invalid");
  expect(await refused("GET", "/v1/flows?limit=1&limit=2")).toBe("422 value_invalid");
  expect(await refused("GET", "/v1/flows?search=%00")).toBe("422 value_invalid");
  expect(await refused("PUT", "/v1/variables/x", { body: "{}", headers: { "content-type": "text/plain" } })).toBe(
    "415 media_type_unsupported",
  );
  expect(await refused("PUT", "/v1/variables/x", { body: "{}", headers: { "content-type": "not a type" } })).toBe(
    "415 media_type_unsupported",
  );
  expect(
    await refused("PUT", "/v1/variables/x", {
      body: "[".repeat(100_000),
      headers: { "content-type": "application/json" },
    }),
  ).toBe("400 invalid_request");
  expect(
    await refused("PUT", "/v1/variables/x", {
      body: Buffer.from([0xff, 0xfe]),
      headers: { "content-type": "application/json" },
    }),
  ).toBe("400 invalid_request");
  expect(await refused("POST", "/v1/flows/none/publish", { body: { force: true } })).toBe("422 value_invalid");
  expect(await refused("POST", "/webhooks/wh_0_none")).toBe("404 not_found");
  expect(await refused("POST", "/webhooks/")).toBe("404 not_found");
  expect(await refused("POST", "/webhooks")).toBe("404 not_found");
});

test("a method that a path doesn't have is refused with those it has", async () => {
  const http = await open();
  const answer = await http.call("DELETE", "/v1/runs/x/events");
  expect({ status: answer.status, allow: answer.headers["allow"] }).toEqual({ status: 405, allow: "GET, POST" });
  expect((await http.call("PATCH", "/v1/flows/x")).headers["allow"]).toBe("GET, PUT, DELETE");
  expect((await http.call("OPTIONS", "/v1/me")).status).toBe(405);
});

test("malformed JSON is refused with its line and column", async () => {
  const http = await open();
  const answer = await http.call("PUT", "/v1/variables/x", {
    body: '{\n  "value": 1,,\n}',
    headers: { "content-type": "application/json" },
  });
  expect(answer.json()).toMatchObject({ status: 400, code: "invalid_request", line: 2, column: 14 });
});

test("an error of our own says nothing but its id, under which it is logged", async () => {
  const http = await open({ engine: { readRun: () => Promise.reject(new Error("secret inside")) } });
  const answer = await http.call("GET", `/v1/runs/${SHOWN}`);
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain("secret inside");
  const id = String(answer.json()["error"]);
  expect(http.logs.filter((line) => line.includes(id) && line.includes("secret inside"))).toHaveLength(1);
});

test("a body above the limit is refused, whether its length was told or not", async () => {
  const http = await open({ limits: { bodyBytesMax: 1000 } });
  const body = JSON.stringify({ value: "x".repeat(2000) });
  expect(
    (await http.call("PUT", "/v1/variables/x", { body, headers: { "content-type": "application/json" } })).status,
  ).toBe(413);
  for (const path of ["/v1/variables/x", "/webhooks/x"]) {
    const chunk = `${(2000).toString(16)}\r\n${"x".repeat(2000)}\r\n0\r\n\r\n`;
    const head = `PUT ${path} HTTP/1.1\r\nHost: ${new URL(http.address).host}\r\nAuthorization: Bearer ${http.apiKey}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    expect(await rawExchange(http, head + chunk)).toMatch(/^HTTP\/1\.1 413 /);
  }
});

test("a request that does not arrive in time is answered 408 and its connection closed", async () => {
  const http = await open({ limits: { requestMsMax: 400 } });
  const host = new URL(http.address).host;
  const slow = [
    `POST /v1/flows HTTP/1.1\r\nHost: ${host}\r\nContent-Le`,
    `POST /webhooks/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10\r\n\r\nabc`,
  ];
  for (const answer of await Promise.all(slow.map((text) => rawExchange(http, text)))) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  }
});

test("headers that are too large, and what is not HTTP, are refused as problems", async () => {
  const http = await open();
  const host = new URL(http.address).host;
  expect(await rawExchange(http, `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 [^]*"code":"headers_too_large"/,
  );
  expect(await rawExchange(http, "HELLO\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*"code":"invalid_request"/);
  expect(
    await rawExchange(
      http,
      `POST /v1/flows HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
  ).toMatch(/^HTTP\/1\.1 400 /);
});

test("only known host names are served, on the API, the page and webhooks alike", async () => {
  const http = await open();
  const { port } = new URL(http.address);
  const status = async (host: string, path = "/v1/me"): Promise<number> =>
    (await http.call("GET", path, { headers: { host } })).status;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, "steward.test"])
    expect([host, await status(host)]).toEqual([host, 200]);
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1",
    `127.0.0.1:${Number(port) + 1}`,
    `localhost.:${port}`,
    "steward.test.evil.example",
  ]) {
    expect([host, await status(host)]).toEqual([host, 421]);
  }
  expect(await rawExchange(http, "GET /v1/me HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 421 /,
  );
  expect(await rawExchange(http, "GET /v1/me HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
  expect(await status("evil.example", "/")).toBe(421);
  expect(await status("evil.example", "/healthz")).toBe(421);
  expect(await status("evil.example", "/webhooks/x")).toBe(421);
});

test("a key that is revoked or expired ends with the next request", async () => {
  const http = await open();
  const set = (column: string): Promise<unknown> =>
    http.db.admin.query({ text: `update steward.api_keys set ${column} = now() - interval '1 day'` });
  expect((await http.call("GET", "/v1/me")).status).toBe(200);
  await set("expires_at");
  expect((await http.call("GET", "/v1/me")).status).toBe(401);
  await http.db.admin.query({ text: "update steward.api_keys set expires_at = null" });
  expect((await http.call("GET", "/v1/me")).status).toBe(200);
  await set("revoked_at");
  expect((await http.call("GET", "/v1/me")).status).toBe(401);
});

test("the use of a key is noted, once a minute", async () => {
  const http = await open();
  const noted = async (): Promise<unknown> =>
    (await http.db.admin.query({ text: "select last_used_at from steward.api_keys" })).rows[0];
  await http.call("GET", "/v1/me");
  await expect.poll(noted).toMatchObject({ last_used_at: expect.any(Number) });
  const first = await noted();
  await http.call("GET", "/v1/me");
  expect(await noted()).toEqual(first);
  http.clock.advance(61_000);
  await http.call("GET", "/v1/me");
  await expect.poll(noted).not.toEqual(first);
});

test("a project that is not the key's is as if it did not exist", async () => {
  const http = await open();
  const own = showId("prj", http.installed.project);
  const status = async (project: string): Promise<number> =>
    (await http.call("GET", "/v1/me", { headers: { "steward-project": project } })).status;
  expect(await status(own)).toBe(200);
  for (const other of [showId("prj", RUN), showId("org", http.installed.project), "default", ""])
    expect(await status(other)).toBe(404);
});

test("a link lets in once and for 15 minutes, and its cookie is the browser's alone", async () => {
  const http = await open();
  const link = new URL(http.server.createEntryLink({ account: http.installed.account }));
  const target = link.pathname + link.search;
  expect((await http.call("HEAD", target, { anonymous: true })).headers["set-cookie"]).toBeUndefined();
  const entered = await http.call("GET", target, { anonymous: true });
  expect({ status: entered.status, location: entered.headers["location"] }).toEqual({ status: 303, location: "/" });
  expect(entered.headers["set-cookie"]![0]).toMatch(
    /^steward\.session_token=\w{32}\.[\w%]+%3D; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  expect((await http.call("GET", target, { anonymous: true })).headers["set-cookie"]).toBeUndefined();

  const late = new URL(http.server.createEntryLink({ account: http.installed.account }));
  http.clock.advance(15 * 60_000);
  expect(
    (await http.call("GET", late.pathname + late.search, { anonymous: true })).headers["set-cookie"],
  ).toBeUndefined();
  expect(
    (await http.call("GET", "/enter?token=guess&token=again", { anonymous: true })).headers["set-cookie"],
  ).toBeUndefined();
});

test("the cookie is for TLS and this very host only where the installation is called by https", async () => {
  const http = await open({ parts: { publicUrl: "https://steward.test" } });
  const link = new URL(http.server.createEntryLink({ account: http.installed.account }));
  const entered = await http.call("GET", link.pathname + link.search, {
    anonymous: true,
    headers: { host: "steward.test" },
  });
  expect(entered.headers["set-cookie"]![0]).toMatch(/^__Host-steward\.session_token=.*; SameSite=Strict; Secure$/);
});

test("a session ends after a week, and what is stored of it is no cookie", async () => {
  const http = await open();
  const cookie = await enter(http);
  const { rows } = await http.db.admin.query<{ token: string }>({ text: "select token from identity.session" });
  const [name, value = ""] = cookie.split("=");
  expect(rows).toEqual([{ token: value.slice(0, 32) }]);
  const ask = async (sent: string): Promise<number> =>
    (await http.call("GET", "/v1/account", { anonymous: true, headers: { cookie: sent } })).status;
  expect(await ask(`other=1; ${cookie}`)).toBe(200);
  const forged = [
    rows[0]!.token,
    `${rows[0]!.token}.`,
    `${value.slice(0, 32)}.${"A".repeat(43)}%3D`,
    `x${value.slice(1)}`,
  ];
  for (const wrong of forged) expect([wrong, await ask(`${name}=${wrong}`)]).toEqual([wrong, 401]);
  expect(await ask(`${name}=${"x".repeat(9000)}; ${cookie}`)).toBe(401);
  http.clock.jump(7 * 86_400_000);
  expect(await ask(cookie)).toBe(401);
});

test("a session serves our own page only: another site or port that has the browser send the cookie is refused", async () => {
  const http = await open();
  const cookie = await enter(http);
  const host = new URL(http.address).host;
  const status = async (method: string, headers: Record<string, string>): Promise<number> =>
    (
      await http.call(method, method === "GET" ? "/v1/account" : "/v1/session-links", {
        anonymous: true,
        headers: { cookie, ...headers },
      })
    ).status;
  // 403 from a session's own page too, since a session can't make links: the message tells which.
  const detail = async (headers: Record<string, string>): Promise<unknown> =>
    (await http.call("POST", "/v1/session-links", { anonymous: true, headers: { cookie, ...headers } })).json()[
      "detail"
    ];
  expect(await detail({ "sec-fetch-site": "same-origin" })).toContain("A session can't let others in");
  expect(await detail({ origin: `http://${host}` })).toContain("A session can't let others in");
  for (const headers of [
    {},
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: "http://evil.example" },
    { origin: "http://127.0.0.1:1" },
    { origin: "null" },
    { origin: `http://${host}`, "sec-fetch-site": "cross-site" },
  ]) {
    expect(await detail(headers)).toContain("own page only");
  }
  expect(await status("GET", {})).toBe(200);
  expect(await status("GET", { "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await status("GET", { "sec-fetch-site": "same-site" })).toBe(403);
});

test("no answer allows another origin, and each has its guards", async () => {
  const http = await open();
  for (const [path, policy] of [
    ["/v1/me", "default-src 'none'; frame"],
    ["/healthz", "default-src 'none'; frame"],
    [
      "/",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ],
    ["/webhooks/x", "default-src 'none'"],
    ["/v1/none", "default-src 'none'"],
  ] as const) {
    const { headers } = await http.call("GET", path, {
      headers: { origin: "http://evil.example", accept: "text/html" },
    });
    expect(headers["content-security-policy"]).toContain(policy);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    if (path !== "/") expect(headers["cache-control"]).toBe("no-store");
  }
});

test("the page is its own files, and itself at any path of a browser, never in place of the API", async () => {
  const http = await open();
  const html = { accept: "text/html,*/*" };
  const get = (path: string, headers: Record<string, string> = {}) =>
    http.call("GET", path, { anonymous: true, headers });
  expect((await get("/")).text).toContain("<title>Steward</title>");
  expect((await get("/runs/run_x", html)).text).toContain("<title>Steward</title>");
  expect((await get("/runs/run_x")).status).toBe(404);
  for (const path of ["/v1/none", "/webhooks/none", "/assets/none.js", "/healthz/x"])
    expect([path, (await get(path, html)).status]).toEqual([path, 404]);
  for (const path of ["/secret.env", "/../http-server.ts", "/%2e%2e/x", "/assets/..%2fsecret.env", "//etc/passwd"])
    expect((await get(path)).status).toBe(404);
  const asset = await get("/assets/index-B6yYZpaW.js", { "accept-encoding": "gzip" });
  expect(asset.headers).toMatchObject({
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "gzip",
    "content-type": "text/javascript; charset=utf-8",
  });
  const index = await get("/");
  expect(index.headers["cache-control"]).toBe("no-cache");
  expect((await get("/", { "if-none-match": String(index.headers["etag"]) })).status).toBe(304);
  const head = await http.call("HEAD", "/", { anonymous: true });
  expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: "" });
});

test("encoded slashes, dots and prototype names are literal names of nothing", async () => {
  const http = await open();
  await publish(http);
  for (const path of [
    "/v1/flows/order%2Fruns",
    "/v1/flows/%2e%2e",
    "/v1/flows/__proto__",
    "/v1/flows/constructor",
    "/v1/flows/ORDER",
    "/v1//flows/order",
    "/v1/flows/order/",
    "/V1/flows/order",
    "/v1/flows/order;x=1",
    "/v1/runs/__proto__",
    "/v1/runs/run_",
    `/v1/runs/${SHOWN.toUpperCase()}`,
  ]) {
    expect([path, (await http.call("GET", path)).status]).toEqual([path, 404]);
  }
  expect((await http.call("GET", "/v1/flows?__proto__[limit]=1")).status).toBe(422);
  expect((await http.call("GET", "/v1/flows?__proto__=1")).status).toBe(422);
  const put = await http.call("PUT", "/v1/variables/x", {
    body: '{"value":{"__proto__":{"polluted":1},"a":1}}',
    headers: { "content-type": "application/json" },
  });
  expect(put.json()["value"]).toEqual({ a: 1 });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("readiness names what is missing, and does not wait for it", async () => {
  const checks = {
    database: () => true,
    worker: () => false,
    hung: () => new Promise<boolean>(() => undefined),
    broken: () => Promise.reject(new Error("no")),
  };
  const http = await open({ parts: { readiness: checks } });
  expect((await http.call("GET", "/healthz", { anonymous: true })).json()).toEqual({ status: "ok" });
  const answer = await whileAdvancing(http, 2000, http.call("GET", "/readyz", { anonymous: true }));
  expect(answer.json()).toMatchObject({
    status: 503,
    code: "unavailable",
    checks: { database: true, worker: false, hung: false, broken: false },
  });
  expect(answer.headers["retry-after"]).toBeDefined();
});

test("beyond loopback there is no plain http (B6)", async () => {
  const http = await open();
  await expect(http.server.listen("0.0.0.0", 0)).rejects.toMatchObject({ code: "start_refused" });
});

test("over TLS 1.3 the same is served, 1.2 only by the operator's choice (B6)", async () => {
  const { key, cert } = selfSigned();
  const status = (address: string, maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<unknown> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(address);
      const asked = httpsRequest({ hostname, port, path: "/healthz", ca: cert, maxVersion, agent: false }, (answer) => {
        answer.resume();
        resolve([answer.statusCode, answer.headers["content-security-policy"] !== undefined]);
      });
      asked.on("error", (error: Error & { code?: string }) => resolve(error.message));
      asked.end();
    });
  const strict = await open({ settings: { tls: { key, cert, minVersion: "TLSv1.3" } } });
  expect(strict.address).toMatch(/^https:/);
  expect(await status(strict.address, "TLSv1.3")).toEqual([200, true]);
  expect(await status(strict.address, "TLSv1.2")).toContain("protocol version");
  const loose = await open({ settings: { tls: { key, cert, minVersion: "TLSv1.2" } } });
  expect(await status(loose.address, "TLSv1.2")).toEqual([200, true]);
});

test("a port that is taken is refused with what to do", async () => {
  const http = await open();
  const folders = { pageFolder: "none", examplesFolder: "none" };
  const other = await createHttpServer(http.parts, { tls: null, version: "0", limits: HTTP_LIMITS, ...folders });
  await expect(other.listen("127.0.0.1", Number(new URL(http.address).port))).rejects.toMatchObject({
    code: "start_refused",
    message: expect.stringContaining("STEWARD_PORT"),
  });
  await other.close();
});

test("a key's claim that was left by a process that died starts the same run again, never another (R8)", async () => {
  const runs = new Map<string, string>();
  const starts: boolean[] = [];
  const startRun = (run: { delivery?: { trigger: string; key: Buffer } | null }): Promise<Started> => {
    const key = run.delivery!.key.toString("hex");
    const repeated = runs.has(key);
    runs.set(key, RUN);
    starts.push(repeated);
    if (starts.length === 1) return Promise.reject(new Error("the process dies here"));
    return Promise.resolve({ run: RUN, repeated, settled: null });
  };
  const http = await open({ engine: { startRun, readRun: () => Promise.resolve(VIEW) } });
  await publish(http);
  const call = () =>
    http.call("POST", "/v1/flows/order/runs", { body: { input: 1 }, headers: { "idempotency-key": "k" } });
  expect((await call()).status).toBe(500);
  const again = await call();
  expect({ status: again.status, id: again.json()["id"], starts }).toEqual({
    status: 202,
    id: SHOWN,
    starts: [false, true],
  });
  expect((await call()).headers["idempotency-replayed"]).toBe("true");
  expect(starts).toHaveLength(2);
});

test("while the first request under a key is served another waits its turn, and the key is the route's and the caller's", async () => {
  let finish: (started: Started) => void = () => undefined;
  let starts = 0;
  const startRun = (): Promise<Started> => (starts++, new Promise((resolve) => (finish = resolve)));
  const http = await open({
    engine: { startRun, readRun: () => Promise.resolve(VIEW), retryRun: () => Promise.resolve(RUN) },
  });
  await publish(http);
  const call = () => http.call("POST", "/v1/flows/order/runs", { body: {}, headers: { "idempotency-key": "k" } });
  const first = call();
  await expect.poll(() => starts).toBe(1);
  const second = await call();
  expect({ status: second.status, after: second.headers["retry-after"] }).toEqual({ status: 409, after: "1" });
  expect(
    (await http.call("POST", `/v1/runs/${SHOWN}/retry`, { body: {}, headers: { "idempotency-key": "k" } })).status,
  ).toBe(202);
  finish({ run: RUN, repeated: false, settled: null });
  expect((await first).status).toBe(202);
  expect(
    (
      await http.call("POST", "/v1/flows/order/runs", {
        body: {},
        headers: { "idempotency-key": "spaces are not allowed" },
      })
    ).status,
  ).toBe(400);
});

test("a refusal gives the key back, and kept answers are sealed", async () => {
  const http = await open({
    engine: {
      startRun: () => Promise.resolve({ run: RUN, repeated: false, settled: null }),
      readRun: () => Promise.resolve(VIEW),
    },
  });
  const call = (input: string) =>
    http.call("POST", "/v1/flows/order/runs", { body: { input }, headers: { "idempotency-key": "k" } });
  expect((await call("one")).status).toBe(404);
  await publish(http);
  expect((await call("two")).status).toBe(202);
  const { rows } = await http.db.admin.query<{ answer: Buffer; status: number }>({
    text: "select answer, status from steward.idempotency_keys",
  });
  expect(rows.map((row) => ({ status: row.status, plain: row.answer.includes("run_") }))).toEqual([
    { status: 202, plain: false },
  ]);
});

test.each<[string, string, string, object]>([
  ["a key", "key", "/v1/keys", { name: "ci", permissions: ["flow.read"] }],
  ["a link's address", "url", "/v1/session-links", {}],
  [
    "an invitation's address",
    "url",
    "/v1/organizations/{organization}/invitations",
    { email: "eve@example.com", role: "viewer" },
  ],
])("%s is told once: not again under the same Idempotency-Key", async (_, secret, route, body) => {
  const http = await open();
  const target = route.replace("{organization}", showId("org", http.installed.organization));
  const call = () => http.call("POST", target, { body, headers: { "idempotency-key": "k" } });
  const first = await call();
  const again = await call();
  expect([first.status, again.status, again.headers["idempotency-replayed"]]).toEqual([201, 201, "true"]);
  const { [secret]: told, ...rest } = first.json();
  expect(told).toEqual(expect.any(String));
  expect(again.json()).toEqual(rest);
});

test("an event stream ends with its run, and says so", async () => {
  const afters: number[] = [];
  async function* follow(_scope: unknown, _run: string, after: number): AsyncGenerator<RunNews> {
    afters.push(after);
    yield { seq: after + 1, run: { ...VIEW, row: { ...VIEW.row, status: "completed", endedAt: 2 } } };
  }
  const http = await open({ engine: { follow, readRun: () => Promise.resolve(VIEW) } });
  const answer = await http.call("GET", `/v1/runs/${SHOWN}/events`, { headers: { "last-event-id": "41" } });
  expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  const [retry, run, end] = answer.text.split("\n\n");
  expect({ retry, run: run!.split("\n").slice(0, 2), end, afters }).toEqual({
    retry: "retry: 1000",
    run: ["id: 42", "event: run"],
    end: "event: end\ndata: {}",
    afters: [41],
  });
  expect((await http.call("GET", `/v1/runs/${SHOWN}/events`, { headers: { "last-event-id": "-1" } })).status).toBe(400);
});

test("streams are bounded for each caller, beat while silent, and end with the key that opened them", async () => {
  let following = 0;
  async function* follow(_scope: unknown, _run: string, _after: number, signal: AbortSignal): AsyncGenerator<RunNews> {
    following++;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    following--;
  }
  const http = await open({
    engine: { follow, readRun: () => Promise.resolve(VIEW) },
    limits: { streamsPerPrincipalMax: 2 },
  });
  const stream = async (signal?: AbortSignal) =>
    await fetch(`${http.address}/v1/runs/${SHOWN}/events`, {
      headers: { authorization: `Bearer ${http.apiKey}` },
      signal: signal ?? null,
    });
  const gone = new AbortController();
  const [one] = [await stream(), await stream(gone.signal)];
  const refused = await stream();
  expect({ status: refused.status, after: refused.headers.get("retry-after") }).toEqual({ status: 429, after: "10" });
  gone.abort();
  await expect.poll(() => following).toBe(1);

  const reader = one.body!.getReader();
  const text = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
  expect(await text()).toBe("retry: 1000\n\n");
  http.clock.advance(15_000);
  expect(await text()).toBe(":\n\n");
  await http.db.admin.query({ text: "update steward.api_keys set revoked_at = now()" });
  await expect.poll(async () => (http.clock.advance(15_000), following)).toBe(0);
  let ended = false;
  while (!ended) ended = (await reader.read()).done;
});

test("a reader that is slow makes the run's records wait, not pile up", async () => {
  let yielded = 0;
  async function* follow(): AsyncGenerator<RunNews> {
    for (; yielded < 1000; yielded++) yield { seq: yielded + 1, run: { ...VIEW, output: "x".repeat(100_000) } };
  }
  const http = await open({ engine: { follow, readRun: () => Promise.resolve(VIEW) } });
  const { hostname, port } = new URL(http.address);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /v1/runs/${SHOWN}/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${http.apiKey}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once("readable", resolve));
  let before = -1;
  await expect
    .poll(
      () => {
        const still = before === yielded && yielded > 0;
        before = yielded;
        return still;
      },
      { interval: 200 },
    )
    .toBe(true);
  expect(yielded).toBeLessThan(500);
  socket.destroy();
});

test("closing ends the streams, answers what is under way, and takes nothing new", async () => {
  let finish: (view: RunView) => void = () => undefined;
  async function* follow(_scope: unknown, _run: string, _after: number, signal: AbortSignal): AsyncGenerator<RunNews> {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
  let reads = 0;
  const readRun = (): Promise<RunView> =>
    reads++ === 0 ? Promise.resolve(VIEW) : new Promise((resolve) => (finish = resolve));
  const http = await open({ engine: { follow, readRun } });
  const stream = await fetch(`${http.address}/v1/runs/${SHOWN}/events`, {
    headers: { authorization: `Bearer ${http.apiKey}` },
  });
  const underWay = http.call("GET", `/v1/runs/${SHOWN}`);
  await expect.poll(() => reads).toBe(2);
  const closed = http.server.close();
  expect(await stream.text()).toBe("retry: 1000\n\n");
  finish(VIEW);
  expect((await underWay).status).toBe(200);
  await closed;
  await expect(http.call("GET", "/healthz")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("a connection on which nothing was asked doesn't keep the server from closing", async () => {
  const http = await open();
  const { hostname, port } = new URL(http.address);
  const socket = connect(Number(port), hostname);
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  await http.call("GET", "/healthz"); // the server has seen the one before
  await http.server.close();
  await gone;
});

test("what does not end is cut when the time to close is over", async () => {
  let asked = false;
  const http = await open({ engine: { readRun: () => ((asked = true), new Promise(() => undefined)) } });
  const underWay = http.call("GET", `/v1/runs/${SHOWN}`).catch((error: unknown) => error);
  await expect.poll(() => asked).toBe(true);
  await whileAdvancing(http, 10_000, http.server.close());
  expect(await underWay).toBeInstanceOf(Error);
});

test("nothing is served but what the route table names, health, webhooks and the page", async () => {
  const http = await open();
  for (const path of [
    "/v1",
    "/v1/",
    "/v1/secrets",
    "/metrics",
    "/debug",
    "/admin",
    "/documentation",
    "/v1/openapi.yaml",
    "/.env",
    "/enter/",
    "/favicon.ico",
  ]) {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH"])
      expect([method, path, (await http.call(method, path)).status]).toEqual([method, path, 404]);
  }
});
