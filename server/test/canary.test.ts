/**
 * Secrets that were planted and used stand nowhere (PROMISES C2): in nothing that any route reads, nothing that is logged,
 * no prompt, and no file of the home, the database's own included, in whichever encoding.
 */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { type Route, routes } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHome } from "../src/adapters/home/home.ts";
import { findDatabasePlace } from "../src/adapters/postgres/database-place.ts";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openPool } from "../src/adapters/postgres/pool.ts";
import { startApp, type App } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { formsOf, holdsSecret } from "../src/prove/encodings.ts";
import { DATABASE } from "../src/store/make-database.ts";

const KEY = "sk_test_0123456789";
/** With what encodings write otherwise. */
const canary = (name: string): string =>
  `${createHash("sha256").update(name).digest("base64url").slice(0, 32)}"/+~%end`;
const SECRETS = {
  "bearer credential": canary("bearer"),
  "basic credential": canary("basic"),
  "webhook secret": canary("webhook"),
  "model key": canary("model"),
  "OAuth client secret": canary("client"),
  "database password": canary("database"),
  "mail password": canary("mail"),
};
/** What is no secret and is to be found: whoever looks finds something. */
const SLUG = "canary-control";

let home: string;
let folder: string;
let echo: Server;
let mock: LLMock;
let app: App;
const logs: string[] = [];
const written: string[] = [];
const told = new Map<string, string>();

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (piece: string | Uint8Array, ...more: unknown[]) => {
      written.push(Buffer.from(piece).toString());
      return Reflect.apply(write, stream, [piece, ...more]) as boolean;
    };
    restore.push(() => void (stream.write = write));
  }
  echo = createServer((request, response) => {
    const said = JSON.stringify({ sent: request.headers, url: request.url });
    response.writeHead(request.url?.includes("fail") ? 500 : 200, {
      "content-type": "application/json",
      "x-echo": request.headers.authorization ?? "none",
    });
    response.end(said);
  });
  await new Promise<void>((resolve) => void echo.listen(0, "127.0.0.1", resolve));
  mock = new LLMock({ port: 0 });
  await mock.start();
  home = mkdtempSync(path.join(tmpdir(), "steward-canary-"));
  const env = { STEWARD_HOME: home, STEWARD_PORT: "0", STEWARD_API_KEY: KEY, STEWARD_EGRESS_ALLOW: "127.0.0.1" };
  app = await startApp({ config: readConfig(env, home), role: "server", log: (line) => logs.push(line) });
  folder = findDatabasePlace(openHome(home)).folder;
}, 60_000);
const restore: (() => void)[] = [];
afterAll(async () => {
  for (const act of restore) act();
  await app?.stop(2000);
  await mock?.stop();
  echo?.close();
  rmSync(home, { recursive: true, force: true });
});

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function call(method: string, target: string, body?: unknown): Promise<Answered> {
  const answer = await fetch(app.address + target, {
    method,
    headers: { authorization: `Bearer ${KEY}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  told.set(`${method} ${target}`, `${text}\n${JSON.stringify([...answer.headers])}`);
  return { status: answer.status, text };
}

test("what is planted is used", { timeout: 60_000 }, async () => {
  const base = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const put = async (target: string, body: object): Promise<void> =>
    expect([target, (await call("PUT", target, body)).status]).toEqual([target, expect.toBeOneOf([200, 201])]);
  await put("/v1/credentials/bearer", { kind: "bearer", secret: SECRETS["bearer credential"], hosts: ["127.0.0.1"] });
  const basic = { kind: "basic", user: "ann", secret: SECRETS["basic credential"], hosts: ["127.0.0.1"] };
  await put("/v1/credentials/basic", basic);
  await put("/v1/credentials/signing", { kind: "secret", secret: SECRETS["webhook secret"] });
  await put("/v1/oauth-clients/github", { clientId: "canary", clientSecret: SECRETS["OAuth client secret"] });
  const connect = async (slug: string, connector: string, address: string, secret: object): Promise<void> => {
    const { status } = await call("POST", "/v1/connections", { slug, connector, address, secret });
    told.set(`connecting ${slug}`, String(status));
  };
  await connect("brain", "openai_compatible", `${mock.url}/v1`, { apiKey: SECRETS["model key"] });
  // Nobody is there: what is said of that is looked through as well.
  await connect("db", "postgres", "postgres://127.0.0.1:9/x", { user: "ann", password: SECRETS["database password"] });
  await connect("post", "smtp", "smtps://127.0.0.1:9", { user: "ann", password: SECRETS["mail password"] });
  mock.onMessage(/.*/, { content: "a model's words" });
  const step = (id: string, kind: string, input: object, next: string) => ({
    id,
    kind,
    input,
    onError: "continue",
    ...(next === "" ? {} : { next: [next] }),
  });
  const steps = [
    step("echo", "http", { url: `${base}/`, credential: "bearer" }, "pair"),
    step("pair", "http", { url: `${base}/`, credential: "basic" }, "fail"),
    step("fail", "http", { url: `${base}/fail`, credential: "bearer" }, "ask"),
    step("ask", "model", { connection: "brain", model: "m", prompt: "{{ JSON.stringify(steps) }}" }, "see"),
    step("see", "code", { language: "js", source: "export default (all) => ({ all: JSON.stringify(all) })" }, ""),
  ];
  const triggers = [{ id: "start", kind: "manual" }];
  await put(`/v1/flows/${SLUG}`, { format: 1, name: SLUG, triggers, steps });
  expect((await call("POST", `/v1/flows/${SLUG}/publish`, {})).status).toBe(200);
  const lines = [{ actions: ["model.generate"] }];
  expect((await call("POST", "/v1/grants", { to: "project", connection: "brain", lines })).status).toBe(201);
  const started = await call("POST", `/v1/flows/${SLUG}/runs`, { wait: 20 });
  run = /run_[0-9a-z]{26}/.exec(started.text)![0];
  const records = await call("GET", `/v1/runs/${run}/steps`);
  expect(records.text).toMatch(/"step":"see".*a model's words/);
});
let run = "";

test("no route that reads shows any of it", { timeout: 60_000 }, async () => {
  const me = (await call("GET", "/v1/me")).text;
  const names: Readonly<Record<string, string>> = {
    id: run,
    organization: /org_[0-9a-z]{26}/.exec(me)![0],
    project: /prj_[0-9a-z]{26}/.exec(me)![0],
    connector: "github",
    version: "1",
  };
  let asked = 0;
  const all: readonly Route[] = Object.values(routes);
  for (const { method, path: pattern } of all) {
    if (method !== "GET" || /events|session|entry/.test(pattern)) continue;
    const slug = pattern.includes("connections") ? "brain" : SLUG;
    const target = pattern.replace(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? (name === "slug" ? slug : "x"));
    await call("GET", target);
    asked += 1;
  }
  expect(asked).toBeGreaterThan(50);
  expect(Array.from(told.values()).join("\n")).toContain(SLUG);
  for (const [what, secret] of Object.entries(SECRETS)) {
    const forms = formsOf(secret);
    expect([what, Array.from(told).flatMap(([where, text]) => (holdsSecret(text, forms) ? [where] : []))]).toEqual([
      what,
      [],
    ]);
  }
});

test("nothing that is logged, and no prompt, holds any of it", () => {
  const prompts = JSON.stringify(mock.getRequests().map(({ body }) => body));
  expect(prompts).toContain("authorization");
  for (const [what, secret] of Object.entries(SECRETS)) {
    const forms = formsOf(secret);
    expect([what, "prompts", holdsSecret(prompts, forms)]).toEqual([what, "prompts", false]);
    expect([what, "logs", holdsSecret(logs.join("\n"), forms)]).toEqual([what, "logs", false]);
    expect([what, "output", holdsSecret(written.join(""), forms)]).toEqual([what, "output", false]);
  }
});

test("no file of the home holds any of it, the database's own included", { timeout: 120_000 }, async () => {
  const admin = openPool({
    connection: connectEmbedded(openHome(home)).config(DATABASE, "postgres"),
    max: 1,
    applicationName: "canary",
    log: () => undefined,
  });
  await admin.query({ text: "checkpoint" });
  await admin.close();
  const needles = Object.entries(SECRETS).flatMap(([what, secret]) =>
    formsOf(secret).map((form) => ({ what, bytes: Buffer.from(form) })),
  );
  const control = Buffer.from(SLUG);
  const found: string[] = [];
  let controls = 0;
  for (const file of [...new Set([home, folder])].flatMap(filesIn)) {
    for (const bytes of piecesOf(file)) {
      if (bytes.includes(control)) controls += 1;
      for (const needle of needles)
        if (bytes.includes(needle.bytes)) found.push(`${needle.what} in ${path.relative(home, file)}`);
    }
  }
  expect(controls).toBeGreaterThan(0);
  expect(found).toEqual([]);
});

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [path.join(entry.parentPath, entry.name)] : [],
  );
}

const PIECE = 8 * 1024 * 1024;
const OVERLAP = 1024;

/** A file in pieces that overlap, so that nothing is cut. What went meanwhile is none. */
function* piecesOf(file: string): Generator<Buffer> {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return;
  }
  const buffer = Buffer.alloc(PIECE);
  for (let at = 0, read = PIECE; read === PIECE; at += PIECE - OVERLAP) {
    read = readSync(handle, buffer, 0, PIECE, at);
    yield buffer.subarray(0, read);
  }
  closeSync(handle);
}
