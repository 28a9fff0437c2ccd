/** The whole Steward, told where providers are: a GitHub of the operator's, a mailbox and a service of the project's. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  DEBIANS_DOVECOT,
  PASSWORD,
  startDovecot,
  type TestMailbox,
  USER,
} from "../src/adapters/imap/imap.testsuite.ts";
import { eventually } from "./steward-home.ts";
import { startWhole, type WholeSteward } from "./tenant-objects-server.ts";

const folder = mkdtempSync(path.join(tmpdir(), "steward-places-"));
const asked: { readonly path: string; readonly key: string | undefined; readonly body: string }[] = [];
const provider = createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += String(piece)));
  request.on("end", () => {
    const { url = "", headers } = request;
    asked.push({ path: `${request.method} ${url}`, key: headers.authorization ?? String(headers["x-api-key"]), body });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(url.startsWith("/api/v3") ? { login: "ada", name: "Ada" } : { paid: true }));
  });
});
let steward: WholeSteward;
let at: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => void provider.listen(0, "127.0.0.1", resolve));
  at = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const file = path.join(folder, "places.json");
  writeFileSync(file, JSON.stringify({ github: { base: `${at}/api/v3`, hosts: { "github.com": at } } }));
  steward = await startWhole({ STEWARD_EGRESS_ALLOW: "127.0.0.1", STEWARD_CONNECTORS: file });
}, 90_000);
afterAll(async () => {
  await steward.close();
  provider.closeAllConnections();
  provider.close();
  rmSync(folder, { recursive: true });
});

async function made(method: string, target: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${steward.key}` };
  const answer = await steward.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
  return answer.text === "" ? {} : answer.json();
}

async function run(slug: string, steps: readonly object[]): Promise<Record<string, unknown>> {
  await made("PUT", `/v1/flows/${slug}`, { format: 1, name: slug, steps });
  await made("POST", `/v1/flows/${slug}/publish`);
  const { id } = await made("POST", `/v1/flows/${slug}/runs`, {});
  return await eventually(`${slug} has ended`, 20_000, async () => {
    const shown = await made("GET", `/v1/runs/${String(id)}`);
    return ["completed", "failed", "cancelled"].includes(String(shown["status"])) ? shown : null;
  });
}

test(
  "GitHub is where the operator says: in the catalogue, for consent, and for calls",
  { timeout: 60_000 },
  async () => {
    expect(await made("GET", "/v1/connectors/github")).toMatchObject({ placed: true, hosts: ["127.0.0.1"] });
    expect(await made("GET", "/v1/connectors/slack")).toMatchObject({ placed: false });
    const github = await made("POST", "/v1/connections", {
      connector: "github",
      slug: "code",
      secret: { apiKey: "gh-1" },
    });
    expect(github["connection"]).toMatchObject({ status: "active", account: "Ada", hosts: ["127.0.0.1"] });
    expect(asked.at(-1)).toMatchObject({ path: "GET /api/v3/user", key: "Bearer gh-1" });
  },
);

test(
  "a service of one's own is asked at the paths that the grant says, and no other",
  { timeout: 60_000 },
  async () => {
    const secret = { apiKey: "k-1", header: "X-Api-Key" };
    await made("POST", "/v1/connections", { connector: "http", slug: "shop", address: `${at}/v2`, secret });
    expect(await made("POST", "/v1/connections/shop/test", {})).toMatchObject({ ok: true });
    const lines = [{ actions: ["http.post"], when: [{ field: "path", prefix: ["/orders"] }] }];
    await made("POST", "/v1/grants", { to: "project", connection: "shop", lines });
    const post = (to: string): Promise<Record<string, unknown>> => {
      const input = { action: "http.post", connection: "shop", arguments: { path: to, body: { pay: 5 } } };
      return run(`post-${to.replaceAll("/", "")}`, [{ id: "pay", kind: "action", input }]);
    };
    expect(await post("/orders/7")).toMatchObject({ status: "completed" });
    expect(asked.at(-1)).toEqual({ path: "POST /v2/orders/7", key: "k-1", body: '{"pay":5}' });
    const before = asked.length;
    expect(await post("/ordersxyz")).toMatchObject({ status: "failed", error: { code: "not_granted" } });
    expect(asked).toHaveLength(before);
  },
);

describe.runIf(DEBIANS_DOVECOT)("with Dovecot", () => {
  let mailbox: TestMailbox;
  beforeAll(async () => {
    mailbox = await startDovecot();
  }, 30_000);
  afterAll(async () => await mailbox.stop());

  test("a mailbox is signed in to when it is connected, and used within its grant", { timeout: 60_000 }, async () => {
    const body = { connector: "imap", slug: "post", address: `imap://127.0.0.1:${mailbox.ports.imap}` };
    const wrong = { ...body, secret: { user: USER, password: "another" } };
    const refused = await steward.call("POST", "/v1/connections", {
      headers: { authorization: `Bearer ${steward.key}` },
      body: wrong,
    });
    expect([refused.status, refused.json()["reason"]]).toEqual([422, "provider_refused"]);
    const { connection } = await made("POST", "/v1/connections", {
      ...body,
      secret: { user: USER, password: PASSWORD },
    });
    expect(connection).toMatchObject({ status: "active", account: `${USER} at 127.0.0.1:${mailbox.ports.imap}` });
    expect(await made("POST", "/v1/connections/post/test", {})).toMatchObject({
      ok: true,
      message: "The mailbox let the user in. Nothing was read.",
    });
    await made("POST", "/v1/grants", {
      to: "project",
      connection: "post",
      lines: [{ actions: ["imap.append", "imap.search"] }],
    });
    const mail = { folder: "Drafts", from: "shop@example.com", to: ["ann@example.com"], subject: "Hello", text: "Hi" };
    const step = (id: string, name: string, given: object) => ({
      id,
      kind: "action",
      input: { action: `imap.${name}`, connection: "post", arguments: given },
    });
    const ended = await run("draft", [
      step("write", "append", mail),
      step("look", "search", { folder: "Drafts", subject: "Hello" }),
    ]);
    expect(ended).toMatchObject({ status: "completed" });
    expect(JSON.stringify(ended)).not.toContain(PASSWORD);
    expect(await run("delete", [step("end", "delete", { uids: [1] })])).toMatchObject({
      status: "failed",
      error: { code: "not_granted" },
    });
    expect(steward.logs.join("\n")).not.toContain(PASSWORD);
  });
});
