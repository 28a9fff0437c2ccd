import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { afterEach, expect, test } from "vitest";
import { auditFaults } from "../../test/audit-faults.ts";
import { testHttp, type HttpOptions, type TestHttp } from "../../test/http-server.ts";
import { createDenials, type Denials } from "../audit/create-denials.ts";
import { verifyAuditExport } from "../core/audit-read.ts";
import { showId } from "../core/id.ts";
import { createAuditChain } from "../engine/audit-chain.ts";
import { hashApiKey } from "../people/first-start.ts";
import { insertAuditBatch } from "../store/audit.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { HTTP_LIMITS } from "./http-parts.ts";
import type { StreamedBody } from "./route-call.ts";
import { createStreamAnswers, type StreamedAnswer } from "./stream-answers.ts";

const opened: TestHttp[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
async function open(options: HttpOptions = {}): Promise<TestHttp> {
  const one = await testHttp(options);
  opened.push(one);
  return one;
}

const FLOW = {
  format: 1,
  name: "Order",
  triggers: [{ id: "t", kind: "schedule", everySeconds: 60 }],
  steps: [{ id: "a", kind: "set", input: { x: 1 } }],
};
interface Entry {
  readonly action: string;
  readonly actor: string;
  readonly target: string;
  readonly project: string;
  readonly facts: Record<string, unknown>;
}
async function auditOf(http: TestHttp, query = ""): Promise<readonly Entry[]> {
  const answer = await http.call(
    "GET",
    `/v1/organizations/${showId("org", http.installed.organization)}/audit${query}`,
  );
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json()["items"] as Entry[];
}

test("each administrative verb leaves one entry, in the transaction of its effect, naming the key", async () => {
  const http = await open();
  const { organization, project } = http.installed;
  const before = (await auditOf(http)).length;
  const acts = [
    ["PUT", "/v1/flows/order", FLOW, null],
    ["POST", "/v1/flows/order/publish", undefined, "flow.published"],
    ["POST", "/v1/flows/order/publish", undefined, null], // it means the same: nothing was done
    ["POST", "/v1/flows/order/pause", undefined, "flow.paused"],
    ["POST", "/v1/flows/order/pause", undefined, null],
    ["POST", "/v1/flows/order/resume", undefined, "flow.resumed"],
    ["DELETE", "/v1/flows/order", undefined, "flow.deleted"],
    ["DELETE", "/v1/flows/order", undefined, null],
    ["POST", "/v1/flows/order/restore", undefined, "flow.restored"],
    [
      "PUT",
      "/v1/credentials/mail",
      { kind: "bearer", secret: "s3cret-4711", hosts: ["mail.example.org"] },
      ["credential.set", "grant.given"], // a grant comes with it, and goes with it
    ],
    ["DELETE", "/v1/credentials/mail", undefined, ["credential.deleted", "grant.revoked"]],
    ["PUT", "/v1/variables/limit", { value: "content-4711" }, "variable.set"],
    ["DELETE", "/v1/variables/limit", undefined, "variable.deleted"],
  ] as const;
  for (const [method, path, body] of acts) await http.call(method, path, body === undefined ? {} : { body });
  const entries = (await auditOf(http)).slice(0, -before || undefined).toReversed();
  expect(entries.map((one) => one.action)).toEqual(acts.flatMap(([, , , action]) => action ?? []));
  const actor = entries[0]!.actor;
  expect(actor).toMatch(/^key_[0-9a-z]{26}$/);
  for (const one of entries) expect(one).toMatchObject({ actor, project: showId("prj", project) });
  expect(entries[0]).toMatchObject({
    target: "flow:order",
    facts: { version: 1, id: expect.stringMatching(/^flw_/) as string },
  });
  const text = JSON.stringify(entries);
  for (const secret of ["4711", "mail.example.org", "Order"]) expect(text).not.toContain(secret);
  expect(await auditFaults(http.db.admin)).toEqual([]);
  expect(organization).toBeTruthy();
});

test("an act that can't be audited is not done", async () => {
  const http = await open();
  await http.call("PUT", "/v1/flows/order", { body: FLOW });
  await http.db.admin.query({ text: "revoke insert on steward.audit_batches from steward_app" });
  for (const [method, path, body] of [
    ["POST", "/v1/flows/order/publish", undefined],
    ["DELETE", "/v1/flows/order", undefined],
    ["PUT", "/v1/credentials/mail", { kind: "secret", secret: "x" }],
    ["PUT", "/v1/variables/limit", { value: 1 }],
  ] as const)
    expect((await http.call(method, path, body === undefined ? {} : { body })).status).toBe(500);
  await http.db.admin.query({ text: "grant insert on steward.audit_batches to steward_app" });
  expect((await http.call("GET", "/v1/flows/order")).json()).toMatchObject({ version: null });
  expect((await http.call("GET", "/v1/credentials")).json()).toMatchObject({ items: [] });
  expect((await http.call("GET", "/v1/variables")).json()).toMatchObject({ items: [] });
});

test("the export streams as JSON Lines and verifies with the keys that the API names", async () => {
  const http = await open();
  for (let n = 0; n < 30; n++) await http.call("PUT", `/v1/variables/v${n}`, { body: { value: n } });
  const org = showId("org", http.installed.organization);
  const answer = await http.call("GET", `/v1/organizations/${org}/audit/export`);
  expect(answer.headers).toMatchObject({
    "content-type": "application/jsonl",
    "content-disposition": 'attachment; filename="steward-audit.jsonl"',
    "cache-control": "no-store",
  });
  const keys = (await http.call("GET", `/v1/organizations/${org}/audit/keys`)).json()["items"] as {
    keyId: string;
    publicKey: string;
  }[];
  const trusted = new Map(keys.map((key) => [key.keyId, Buffer.from(key.publicKey, "base64url")]));
  const verdict = await verifyAuditExport([Buffer.from(answer.text)], trusted);
  expect(verdict).toMatchObject({ faults: [], organization: http.installed.organization });
  expect(verdict.entries).toBeGreaterThanOrEqual(30);
  expect((await http.call("GET", `/v1/organizations/${org}/audit/heads`)).json()).toMatchObject({
    items: [{ seq: 1, keyId: keys[0]!.keyId }],
  });
});

test("an export that can't begin is a problem, as any other answer", async () => {
  const http = await open();
  const org = showId("org", http.installed.organization);
  const wrong = "from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z";
  expect((await http.call("GET", `/v1/organizations/${org}/audit/export?${wrong}`)).json()).toMatchObject({
    status: 422,
    code: "value_invalid",
  });
  await http.db.admin.query({ text: "revoke select on steward.audit_heads from steward_app" });
  const answer = await http.call("GET", `/v1/organizations/${org}/audit/export`);
  expect([answer.status, answer.headers["content-type"]]).toEqual([500, "application/problem+json; charset=utf-8"]);
  expect(answer.headers["content-disposition"]).toBeUndefined();
  await http.db.admin.query({ text: "grant select on steward.audit_heads to steward_app" });
});

test("calls that are refused are in the log, as the caller's", async () => {
  let denials: Denials | null = null;
  const guarded = await open({
    parts: { denials: { note: (organization, entry) => denials?.note(organization, entry) } },
  });
  denials = createDenials(guarded.parts);
  const org = showId("org", guarded.installed.organization);
  await guarded.db.admin.query({
    text: `insert into steward.api_keys (organization, project, id, name, prefix, hash, member, reach, permissions, created_at)
      select organization, project, gen_random_uuid(), 'weak', 'sk', $1, member, 'organization', array['flow.read','project.read'], now()
      from steward.api_keys limit 1`,
    values: [hashApiKey("sk_weak_0123456789")],
  });
  const headers = { authorization: "Bearer sk_weak_0123456789" };
  for (let n = 0; n < 3; n++) expect((await guarded.call("DELETE", "/v1/flows/order", { headers })).status).toBe(403);
  expect((await guarded.call("GET", `/v1/organizations/${org}/audit`, { headers })).status).toBe(403);
  await denials.flush();
  expect(await auditOf(guarded, "?action=call.refused")).toMatchObject([
    { target: "listAudit", facts: { needs: "audit.read", count: 1 } },
    { target: "deleteFlow", facts: { needs: "flow.write", count: 3 } },
  ]);
});

test("whoever leaves a download early frees its place", async () => {
  const http = await open({ limits: { streamsPerPrincipalMax: 1 } });
  const { organization } = http.installed;
  const chain = createAuditChain(http.parts.ids.uuid());
  const entry = { atMs: 1, project: null, actor: "mem_1", action: "a.b", target: "t".repeat(2000), facts: {} };
  await inScope(http.db.database, organizationScope(organization), async (tx) => {
    for (let n = 0; n < 100; n++) {
      const batch = chain.next(
        organization,
        Array.from({ length: 100 }, () => entry),
        n,
      );
      chain.advance(batch);
      await tx.query(insertAuditBatch(batch));
    }
  });
  const target = `/v1/organizations/${showId("org", organization)}/audit/export`;
  const headers = { authorization: `Bearer ${http.apiKey}` };
  const leaving = httpRequest(`${http.address}${target}`, { headers });
  leaving.on("error", () => undefined);
  const answer = await new Promise<IncomingMessage>((done) => leaving.on("response", done).end());
  answer.on("error", () => undefined);
  await new Promise((done) => answer.once("data", done));
  answer.pause();
  expect((await http.call("GET", target)).json()).toMatchObject({ code: "overloaded" });
  leaving.destroy();
  await expect.poll(async () => (await http.call("GET", target)).status, { timeout: 10_000 }).toBe(200);
});

test("sinks are made, listed without their secrets, and removed", async () => {
  const http = await open();
  const org = showId("org", http.installed.organization);
  const path = `/v1/organizations/${org}/audit/sinks`;
  const body = { kind: "http", address: "https://siem.example.com/in", secret: "tok-4711" };
  const made = await http.call("POST", path, { body });
  expect(made.json()).toMatchObject({ kind: "http", secret: true, sent: 0, failures: 0 });
  const listed = await http.call("GET", path);
  expect(listed.json()["items"]).toEqual([made.json()]);
  expect(listed.text + JSON.stringify(await auditOf(http))).not.toContain("4711");
  expect((await http.call("DELETE", `${path}/${String(made.json()["id"])}`)).status).toBe(204);
  expect((await http.call("DELETE", `${path}/${String(made.json()["id"])}`)).status).toBe(404);
  expect((await auditOf(http, "?action=audit_sink.")).map((one) => one.action)).toEqual([
    "audit_sink.deleted",
    "audit_sink.created",
  ]);
});

test("a streamed answer waits for its reader, ends with it, and goes no further once its caller may not have it", async () => {
  let pulled = 0;
  let closed = false;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        pulled++;
        yield Buffer.alloc(65_536);
      }
    } finally {
      closed = true;
    }
  };
  const http = await open();
  const answers = createStreamAnswers(http.parts, { ...LIMITS, streamsPerPrincipalMax: 1 });
  const reply = slowReply();
  const sending = answers.send(
    reply.reply,
    answerOf(endless(), async () => undefined),
  );
  await expect.poll(() => pulled).toBeGreaterThan(0);
  for (let turn = 0; turn < 100; turn++) await new Promise((done) => setImmediate(done));
  expect(pulled).toBeLessThan(4); // nobody reads
  await expect(
    answers.send(
      slowReply().reply,
      answerOf(endless(), async () => undefined),
    ),
  ).rejects.toMatchObject({
    code: "overloaded",
  });
  reply.end();
  await sending;
  expect(closed).toBe(true);
  closed = false;
  const revoked = slowReply(true);
  const second = answers.send(
    revoked.reply,
    answerOf(endless(), () => Promise.reject(new Error("revoked"))),
  );
  await expect.poll(() => (http.clock.advance(LIMITS.heartbeatMs), closed)).toBe(true);
  await second;
  expect(http.logs.join()).toContain("an answer broke off");
});

const LIMITS = HTTP_LIMITS;

function answerOf(pieces: StreamedBody, stillMay: () => Promise<unknown>): StreamedAnswer {
  return { caller: "me", status: 200, headers: {}, pieces, stillMay };
}

/** What of a reply the stream needs; its connection takes nothing, or all. */
function slowReply(reads = false): { readonly reply: FastifyReply; end(): void } {
  let stream: Readable | null = null;
  const reply = {
    raw: { destroyed: false },
    code: () => reply,
    headers: () => reply,
    send(body: Readable) {
      stream = body;
      if (reads) body.resume();
      else body.read(0);
    },
  };
  return { reply: reply as unknown as FastifyReply, end: () => stream?.destroy() };
}

test("whom entries name by their ids is named beside them, to those who may see them, and nobody of elsewhere", async () => {
  const http = await open();
  const { organization, project, member } = http.installed;
  const path = `/v1/organizations/${showId("org", organization)}/audit`;
  const create = async (body: object) => (await http.call("POST", "/v1/keys", { body })).json()["id"] as string;
  const key = await create({ name: "Deploy", permissions: ["run.read"] });
  const stranger = await http.signIn({ organization, email: "auditor@people.test", name: "Grace", role: "auditor" });
  const names = (answer: { json(): Record<string, unknown> }) => answer.json()["names"];
  const shown = {
    [key]: "Deploy",
    [showId("prj", project)]: "Default",
    [showId("mem", member)]: "Owner",
  };
  expect(names(await http.call("GET", path))).toMatchObject(shown);
  expect(names(await stranger.call("GET", path))).toMatchObject(shown);

  // A project that keeps the auditor out is not named to them, nor are its keys.
  await http.db.admin.query({
    text: "insert into steward.project_members (organization, project, member, role, set_at) values ($1, $2, $3, 'none', now())",
    values: [organization, project, stranger.member],
  });
  expect(names(await stranger.call("GET", path))).toEqual({ [showId("mem", member)]: "Owner" });

  // Whose role shows nothing but the log sees the log as it is.
  await http.db.admin.query({
    text: "insert into steward.roles (organization, id, name, permissions, created_at) values ($1, $2, 'Log', $3, now())",
    values: [organization, member, ["audit.read"]],
  });
  await http.db.admin.query({
    text: "update steward.members set role = 'custom', custom_role = $1 where id = $2",
    values: [member, stranger.member],
  });
  const log = await stranger.call("GET", path);
  expect([log.status, names(log)]).toEqual([200, {}]);

  const elsewhere = await http.signIn({ role: null, email: "elsewhere@people.test" });
  const other = (await elsewhere.call("POST", "/v1/organizations", { body: { name: "Other" } })).json()["id"] as string;
  const denied = await elsewhere.call("GET", path);
  expect(denied.status).toBe(404);
  const own = (await elsewhere.call("GET", `/v1/organizations/${other}/audit`)).json() as { names: object };
  const kinds = Object.entries(own.names).map(([id, name]) => `${id.slice(0, 3)} ${String(name)}`);
  expect(kinds.toSorted()).toEqual(["acc Somebody", "mem Somebody"]);
});
