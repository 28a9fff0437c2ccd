/**
 * What a stranger may do to a path, a header or the framing of a request: generated from the route table, so that a new
 * route is covered without anyone remembering. A route that is reached shows: every handler and every lookup of rights
 * passes the database, and a guarded answer is never other than 400, 401, 404, 405, 415 or 421.
 */
import { connect } from "node:net";
import { type Route, routes } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../src/core/ports/database.ts";
import { parseNetwork } from "../src/core/network.ts";
import { postgresCounter } from "../src/adapters/rate-limits/postgres-counter.ts";
import { createRateLimits, type RateLimits } from "../src/http/rate-limits.ts";
import { createRequestLog, type RequestLog } from "../src/http/request-log.ts";
import { addCounts, deleteExpiredCounts } from "../src/store/rate-limits.ts";
import { type HttpParts } from "../src/http/http-parts.ts";
import { testHttp, type HttpOptions, type TestHttp } from "./http-server.ts";

let http: TestHttp;
/** Statements since the last look: what a guarded handler could have done. */
const statements: string[] = [];

/** The database, with what is asked of it taken down. */
function watched(real: Database): Database {
  const note = (text: string): void => void statements.push(text);
  return {
    query: (statement) => (note(statement.text), real.query(statement)),
    transaction: (run) => (note("transaction"), real.transaction(run)),
    pipeline: (list) => (note(list.map((each) => each.text).join("; ")), real.pipeline(list)),
  };
}

beforeAll(async () => {
  http = await testHttp();
  const { server } = http;
  await server.close();
  const made = await reopened({ database: watched(http.db.database), dispatch: watched(http.db.dispatch) });
  http = { ...http, server: made.server, address: made.address };
});
afterAll(() => http.close());

/** The same installation behind another listener, with other parts. */
async function reopened(parts: Partial<HttpParts>, settings: HttpOptions["settings"] = {}) {
  const { createHttpServer } = await import("../src/http/create-http-server.ts");
  const { HTTP_LIMITS } = await import("../src/http/http-parts.ts");
  const server = await createHttpServer(
    { ...http.parts, publicUrl: "http://steward.test", ...parts },
    { tls: null, pageFolder: "/nowhere", examplesFolder: "/nowhere", version: "0", limits: HTTP_LIMITS, ...settings },
  );
  return { server, address: await server.listen("127.0.0.1", 0) };
}

/** What a raw text is answered with on a connection of its own, until it is closed, or nothing came for a while. */
function raw(text: string | Buffer, address = http.address): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (piece) => (answer += String(piece)));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.setTimeout(5000, () => socket.destroy());
  });
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(
  method: string,
  target: string,
  headers: readonly string[] = [],
  address = http.address,
): Promise<Answer> {
  const { host } = new URL(address);
  const named = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`];
  const lines = [`${method} ${target} HTTP/1.1`, ...named, "Connection: close", ...headers];
  const answer = await raw(`${lines.join("\r\n")}\r\n\r\n`, address);
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), body };
}

const key = (text: string): string[] => [`Authorization: Bearer ${text}`];
const guarded = Object.entries<Route>(routes).filter(([, { access }]) => access.in !== "open");
const pathOf = ({ path }: Route): string => path.replace(/\{\w+\}/g, "a");

/** Other spellings of a path, each of which some server takes for the path. */
function spellings(path: string): readonly string[] {
  const last = path.lastIndexOf("/");
  const [before, after] = [path.slice(0, last), path.slice(last + 1)];
  const encoded = (text: string): string => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`;
  return [
    path.toUpperCase(),
    path.replace("/v1", "/V1"),
    path.replace("/v1", "//v1"),
    path.replace("/v1", "/./v1"),
    path.replace("/v1", "/x/../v1"),
    path.replace("/v1/", "/v1//"),
    path.replace("/v1/", "/v1/./"),
    path.replace("/v1/", "/v1%2f"),
    path.replace("/v1/", "/v1%2F"),
    path.replace("/v1/", "/v1%5c"),
    path.replace("/v1/", "/v1\\"),
    path.replace("/v1/", "/v1;a=b/"),
    path.replace("/v1", "/%761"),
    path.replace("/v1", "/%2e/v1"),
    path.replace("/v1", "/assets/../v1"),
    path.replace("/v1", "/assets/..%2fv1"),
    path.replace("/v1", "/webhooks/../v1"),
    path.replace("/v1", "/healthz/../v1"),
    `${before}/${encoded(after)}`,
    `${before}/%25${after}`,
    `${path}/`,
    `${path}//`,
    `${path}.`,
    `${path}/.`,
    `${path}/..`,
    `${path}/..;/`,
    `${path}%20`,
    `${path}%00`,
    `${path}%00.html`,
    `${path}.json`,
    `${path}.html`,
    `${path}.css`,
    `${path};x`,
    `${path};.css`,
    `${path}%3f`,
    `${path}%23`,
    `${path}#x`,
    `${path}?`,
    `${path}?x=/healthz`,
    `${path}??`,
    `/healthz?/..${path}`,
    `/healthz#${path}`,
    `http://${new URL(http.address).host}${path}`,
    `http://localhost${path}`,
    `//localhost${path}`,
    path.slice(1),
  ];
}

/** What may be answered to a stranger; 200 is healthz's own, where the target is that. */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 404, 405, 415, 421]);

test("no spelling of a guarded path lets a stranger in, and no handler runs", { timeout: 120_000 }, async () => {
  const wrong: string[] = [];
  for (const [name, route] of guarded) {
    const path = pathOf(route);
    expect([name, (await ask(route.method, path)).status]).toEqual([name, 401]);
    statements.length = 0;
    const answers = await Promise.all(
      spellings(path).map(async (target) => [target, await ask(route.method, target)] as const),
    );
    for (const [target, { status, body }] of answers) {
      const isHealth = target.startsWith("/healthz?") || target.startsWith("/healthz#");
      const fine = REFUSED.has(status) || (isHealth && body.includes('"ok"')) || (isHealth && status === 405);
      if (!fine) wrong.push(`${route.method} ${target}: ${status}`);
    }
    if (statements.length > 0) wrong.push(`${name}: ${statements.join(" | ")}`);
  }
  expect(wrong).toEqual([]);
});

test(
  "a key that is none is told so under every spelling that is a route, and nothing else",
  { timeout: 120_000 },
  async () => {
    const wrong: string[] = [];
    for (const [name, route] of guarded) {
      statements.length = 0;
      const answers = await Promise.all(
        spellings(pathOf(route)).map((target) => ask(route.method, target, key("sk_none"))),
      );
      for (const { status, body } of answers)
        if (!REFUSED.has(status) && body !== '{"status":"ok"}') wrong.push(`${name}: ${status}`);
      for (const text of statements) if (!/from steward\.api_keys k/.test(text)) wrong.push(`${name}: ${text}`);
    }
    expect(wrong).toEqual([]);
  },
);

test("headers that rewrite a request elsewhere rewrite nothing here", async () => {
  const tricks = [
    "X-Original-URL: /v1/me",
    "X-Rewrite-URL: /v1/me",
    "X-HTTP-Method-Override: GET",
    "X-Method-Override: DELETE",
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-Host: localhost",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Prefix: /v1",
    "X-Real-IP: 127.0.0.1",
    "X-Remote-User: admin",
    "X-Authenticated-User: admin",
    "Forwarded: for=127.0.0.1;host=localhost;proto=https",
    "Upgrade: h2c",
    "X-Api-Key: sk_test_0123456789",
  ];
  statements.length = 0;
  for (const trick of tricks) {
    expect([trick, (await ask("GET", "/v1/flows", [trick])).status]).toEqual([trick, 401]);
    expect([trick, (await ask("GET", "/healthz", [trick])).body]).toEqual([trick, '{"status":"ok"}']);
  }
  expect(statements).toEqual([]);
  const overridden = ["X-HTTP-Method-Override: DELETE", "X-Method-Override: DELETE", ...key(http.apiKey)];
  expect((await ask("GET", "/v1/variables?_method=DELETE", overridden)).status).toBe(422);
  expect((await ask("GET", "/v1/variables", overridden)).status).toBe(200);
});

test("a host of another name is refused on every kind of path, and two hosts are", async () => {
  const { host, port } = new URL(http.address);
  for (const target of ["/v1/me", "/", "/healthz", "/webhooks/x", "/enter?token=x", "/assets/x.js"]) {
    for (const name of [
      "evil.test",
      `evil.test:${port}`,
      `127.0.0.1.evil.test:${port}`,
      `${host}@evil.test`,
      "",
      "steward.test.",
    ])
      expect([target, name, (await ask("GET", target, [`Host: ${name}`])).status]).toEqual([target, name, 421]);
    expect([target, (await ask("GET", target, [`Host: ${host}`, "Host: evil.test"])).status]).toEqual([target, 400]);
    expect([target, (await ask("GET", target, [`Host: ${host}`, `HOST: ${host}`])).status]).toEqual([target, 400]);
    expect([target, (await ask("GET", target, [`Host: evil.test`, "X-Forwarded-Host: localhost"])).status]).toEqual([
      target,
      421,
    ]);
  }
  expect(await raw("GET /v1/me HTTP/1.1\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  expect((await ask("GET", "http://evil.test/v1/me", [`Host: ${host}`, ...key(http.apiKey)])).status).toBe(400);
  expect((await ask("GET", `http://${host}/webhooks/x`)).status).toBe(400);
});

test("two of what may come once are refused, whichever is the good one", async () => {
  for (const pair of [
    [...key(http.apiKey), ...key("sk_none")],
    [...key("sk_none"), ...key(http.apiKey)],
    [...key(http.apiKey), `AUTHORIZATION: Bearer ${http.apiKey}`],
  ])
    expect((await ask("GET", "/v1/me", pair)).status).toBe(400);
  expect((await ask("GET", "/v1/me", ["Cookie: a=b", "Cookie: steward_session=x"])).status).toBe(401);
  const project = `Steward-Project: ${String(JSON.parse((await ask("GET", "/v1/me", key(http.apiKey))).body).project.id)}`;
  expect((await ask("GET", "/v1/me", [...key(http.apiKey), project])).status).toBe(200);
  expect((await ask("GET", "/v1/me", [...key(http.apiKey), project, "Steward-Project: x"])).status).toBe(404);
});

/** How many requests were answered on one connection, with what. */
const statuses = (answer: string): string[] => answer.match(/HTTP\/1\.1 \d{3}/g)?.map((line) => line.slice(9)) ?? [];

test("a request can't be smuggled behind another", async () => {
  const { host } = new URL(http.address);
  const behind = `GET /v1/me HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${http.apiKey}\r\nConnection: close\r\n\r\n`;
  const front = (headers: string, body: string, target = "/v1/variables/x"): string =>
    `PUT ${target} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
  const tricks: Readonly<Record<string, string>> = {
    "length and chunks": front("Content-Length: 4\r\nTransfer-Encoding: chunked", `0\r\n\r\n${behind}`),
    "chunks and length": front("Transfer-Encoding: chunked\r\nContent-Length: 4", `0\r\n\r\n${behind}`),
    "two lengths": front(`Content-Length: 0\r\nContent-Length: ${behind.length}`, behind),
    "two lengths in one": front(`Content-Length: 0, ${behind.length}`, behind),
    "a signed length": front("Content-Length: +0", behind),
    "a length of words": front("Content-Length: 0x0", behind),
    "chunked twice": front("Transfer-Encoding: chunked, chunked", `0\r\n\r\n${behind}`),
    "chunked not last": front("Transfer-Encoding: chunked, identity", `0\r\n\r\n${behind}`),
    "a coding with a space": front("Transfer-Encoding : chunked", `0\r\n\r\n${behind}`),
    "a coding of another": front("Transfer-Encoding: xchunked", `0\r\n\r\n${behind}`),
    "a size that is none": front("Transfer-Encoding: chunked", `zz\r\n${behind}`),
    "a size beyond numbers": front("Transfer-Encoding: chunked", `fffffffffffffffff\r\n${behind}`),
    "a bare line feed": front("Transfer-Encoding: chunked\n\nX: y", `0\r\n\r\n${behind}`),
    "a folded header": front("X: y\r\n Content-Length: 0", behind),
    "a null in a header": front("X: a\0b", behind),
  };
  for (const target of ["/v1/variables/x", "/webhooks/x"])
    for (const [name, text] of Object.entries(tricks)) {
      const answer = await raw(text.replaceAll("/v1/variables/x", target));
      expect([target, name, answer.includes('"principal"')]).toEqual([target, name, false]);
      expect([target, name, statuses(answer).at(-1)]).toEqual([target, name, expect.stringMatching(/^4\d\d$/)]);
    }
});

test("a refused body does not become the next request", async () => {
  const { host } = new URL(http.address);
  const behind = `GET /v1/me HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${http.apiKey}\r\nConnection: close\r\n\r\n`;
  for (const path of ["/v1/variables/x", "/v1/none", "/webhooks/none"]) {
    const text = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${behind.length}\r\n\r\n${behind}`;
    const answer = await raw(`${text}GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect([path, answer.includes('"principal"')]).toEqual([path, false]);
  }
});

test("headers have a size and a number", async () => {
  const { host } = new URL(http.address);
  expect((await ask("GET", "/healthz", [`X-A: ${"a".repeat(20_000)}`])).status).toBe(431);
  expect((await ask("GET", `/healthz?${"a".repeat(20_000)}`)).status).toBe(431);
  const many = Array.from({ length: 3000 }, (_, n) => `X-${n}: `).join("\r\n");
  expect(await raw(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n${many}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

function limitsOf(callsPerMinute: number): RateLimits {
  const { database } = http.db;
  return createRateLimits({
    counter: postgresCounter(database),
    add: (rows, nowMs) => addCounts(database, rows, nowMs),
    deleteExpired: (nowMs, limit) => deleteExpiredCounts(database, nowMs, limit),
    secret: Buffer.alloc(32, 1),
    callsPerMinute,
    clock: http.clock,
    log: () => undefined,
  });
}

test("guessing keys is ended by a limit that other addresses don't feel, and spoofed headers don't evade", async () => {
  const rateLimits = limitsOf(600);
  const requestLog: RequestLog = createRequestLog({
    ...http.db,
    clock: http.clock,
    ids: http.parts.ids,
    log: () => undefined,
  });
  const proxies = { trusted: [parseNetwork("127.0.0.1")!], header: "x-forwarded-for" } as const;
  const { server, address } = await reopened({ rateLimits, requestLog }, { proxies });
  const guess = async (n: number, from: string): Promise<number> =>
    (await ask("GET", "/v1/me", [...key(`sk_${n}`), `X-Forwarded-For: ${n}.${n}.1.1, ${from}`], address)).status;
  const seen: number[] = [];
  for (let n = 1; n <= 104; n++) seen.push(await guess(n, "198.51.100.1"));
  expect(seen.filter((status) => status === 401)).toHaveLength(100);
  expect(seen.slice(100)).toEqual([429, 429, 429, 429]);
  expect(await guess(1, "198.51.100.2")).toBe(401);
  const refused = await ask("GET", "/v1/me", [...key("sk_x"), "X-Forwarded-For: 198.51.100.1"], address);
  expect(JSON.parse(refused.body)).toMatchObject({ code: "rate_limited", retryAfterSeconds: expect.any(Number) });
  await requestLog.flush();
  const { rows } = await http.db.admin.query({
    text: "select address, status, sum(count)::int as n from steward.request_log group by 1, 2 order by 1, 2",
  });
  expect(rows).toEqual([
    { address: "198.51.100.1", status: 401, n: 100 },
    { address: "198.51.100.1", status: 429, n: 5 },
    { address: "198.51.100.2", status: 401, n: 1 },
  ]);
  await server.close();
  await Promise.all([rateLimits.close(), requestLog.close()]);
});

test("invitations can't be tried one after the other, open or with a key", async () => {
  const rateLimits = limitsOf(600);
  const { server, address } = await reopened({ rateLimits });
  const look = async (headers: readonly string[]): Promise<number> =>
    (await ask("POST", "/v1/invitations/look", ["Content-Length: 0", ...headers], address)).status;
  const seen: number[] = [];
  for (let n = 0; n < 32; n++) seen.push(await look(n % 2 === 0 ? [] : key(http.apiKey)));
  expect(seen.slice(0, 30)).not.toContain(429);
  expect(seen.slice(30)).toEqual([429, 429]);
  await server.close();
  await rateLimits.close();
});

test("calls of a key are limited across a restart", async () => {
  const first = limitsOf(30);
  const one = await reopened({ rateLimits: first });
  const calls = async (address: string, many: number): Promise<number> => {
    let good = 0;
    for (let n = 0; n < many; n++) if ((await ask("GET", "/v1/me", key(http.apiKey), address)).status === 200) good++;
    return good;
  };
  expect(await calls(one.address, 35)).toBe(30);
  await one.server.close();
  await first.close();
  const second = limitsOf(30);
  const two = await reopened({ rateLimits: second });
  expect(await calls(two.address, 10)).toBeLessThanOrEqual(3); // its share, until it has heard
  await two.server.close();
  await second.close();
});
