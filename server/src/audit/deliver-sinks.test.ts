import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openTestKeys } from "../../test/open-test-keys.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { EgressAnswer, EgressRequest } from "../core/ports/egress.ts";
import type { SyslogAnswer, SyslogRequest } from "../core/ports/syslog.ts";
import type { Keyring, ProjectKeys } from "../keyring/keyring.ts";
import { INSTALLATION } from "../store/installation.ts";
import { auditWorld, chainOf, type AuditWorld } from "./audit.testsuite.ts";
import { createSinkDelivery, type SinkDelivery } from "./deliver-sinks.ts";
import { createSink, listSinksOf, removeSink, SINKS_MAX } from "./manage-sinks.ts";

let db: StewardDatabase;
let folder: string;
let keys: () => Promise<ProjectKeys>;
beforeAll(async () => {
  db = await stewardDatabase();
  folder = mkdtempSync(path.join(tmpdir(), "steward-sinks-"));
  const clock = { nowMs: () => Date.now(), monotonicMs: () => 0, after: () => () => undefined };
  const keyring: Keyring = await openTestKeys(folder, clock);
  await keyring.createOrganization(INSTALLATION);
  await keyring.createProject(INSTALLATION, INSTALLATION);
  keys = () => keyring.project(INSTALLATION, INSTALLATION);
});
afterAll(async () => {
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => {
  await db.admin.query({ text: "delete from steward.audit_sinks" });
});

const ANSWER: EgressAnswer = { kind: "answer", status: 204, headers: [], body: new Uint8Array(), url: "" };

interface Outside {
  readonly requests: EgressRequest[];
  readonly frames: string[];
  http: (request: EgressRequest) => EgressAnswer | Promise<EgressAnswer>;
  syslog: (request: SyslogRequest) => SyslogAnswer;
}

async function world(): Promise<{
  readonly it: AuditWorld;
  readonly outside: Outside;
  readonly delivery: SinkDelivery;
  readonly delivered: () => readonly string[];
  readonly another: () => SinkDelivery;
}> {
  const it = await auditWorld(db);
  const outside: Outside = { requests: [], frames: [], http: () => ANSWER, syslog: () => ({ kind: "taken" }) };
  const another = (): SinkDelivery =>
    createSinkDelivery({
      database: db.database,
      dispatch: db.dispatch,
      clock: it.clock,
      keys,
      log: (message, error) => void it.logs.push(`${message} ${String(error)}`),
      egress: {
        request: async (request) => {
          outside.requests.push(request);
          return await outside.http(request);
        },
        abortAll: () => undefined,
        inFlight: () => 0,
        close: () => Promise.resolve(),
      },
      syslog: {
        send: (request) => {
          outside.frames.push(Buffer.from(request.frames).toString());
          return Promise.resolve(outside.syslog(request));
        },
      },
    });
  const delivered = (): readonly string[] =>
    outside.requests.flatMap(({ body }) =>
      String(body)
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: string }).id),
    );
  return { it, outside, delivery: another(), delivered, another };
}

const member = "01900000-0000-7000-8000-0000000000aa";
const add = (it: AuditWorld, body: Parameters<typeof createSink>[2]) =>
  createSink(
    { database: db.database, clock: it.clock, ids: systemIds(() => it.clock.nowMs()), keys },
    { organization: it.organization, member, shownId: "mem_1" },
    body,
  );
const sinksOf = (it: AuditWorld) => listSinksOf({ database: db.database }, it.organization);
const HTTP = { kind: "http", address: "https://siem.example.com/in", since: "now" } as const;

test("an HTTP sink gets each entry as a line, once, with its secret, and none from before it was made", async () => {
  const { it, outside, delivery, delivered } = await world();
  await it.act("member.removed");
  await add(it, { ...HTTP, secret: "tok_s3cret" });
  await it.act("key.created", { facts: { n: 7 } });
  const chain = chainOf(it);
  await it.write(chain, 3);
  await delivery.tick();
  expect(delivered().toSorted()).toEqual([
    `${it.organization}.2.1`, // that it was made
    `${it.organization}.3.1`,
    `${chain.id}.1.1`,
    `${chain.id}.1.2`,
    `${chain.id}.1.3`,
  ]);
  const [request] = outside.requests;
  expect(request).toMatchObject({ method: "POST", url: HTTP.address, redirectsMax: 0 });
  expect(request!.headers).toContainEqual(["authorization", "Bearer tok_s3cret"]);
  const created = String(request!.body)
    .split("\n")
    .find((line) => line.includes("key.created"));
  expect(JSON.parse(created!)).toMatchObject({ actor: "mem_1", project: null, facts: { n: 7 } });
  await delivery.tick(); // not due
  it.clock.advance(11_000);
  await delivery.tick(); // nothing new
  expect(outside.requests).toHaveLength(1);
  await it.act("key.revoked");
  it.clock.advance(11_000);
  await delivery.tick();
  expect(delivered().at(-1)).toBe(`${it.organization}.4.1`);
  expect(await sinksOf(it)).toMatchObject([{ sent: 6, failures: 0, lastError: null, secret: true }]);
  expect(JSON.stringify(await sinksOf(it))).not.toContain("tok_s3cret");
  const { rows } = await db.admin.query({ text: "select s::text as row from steward.audit_sinks s" });
  expect(JSON.stringify(rows)).not.toContain(Buffer.from("tok_s3cret").toString("hex"));
});

test("a sink may begin with all that is in the log", async () => {
  const { it, delivery, delivered } = await world();
  for (let n = 0; n < 3; n++) await it.act();
  await add(it, { ...HTTP, since: "start" });
  await delivery.tick();
  expect(delivered()).toHaveLength(4);
});

test("a sink that fails keeps its place, says why, is asked ever more rarely, and gets all once it answers", async () => {
  const { it, outside, delivery, delivered } = await world();
  await add(it, HTTP);
  outside.http = () => ({ ...ANSWER, status: 503 });
  let asked = 0;
  for (let minute = 0; minute < 60; minute++) {
    await it.act();
    await delivery.tick();
    it.clock.advance(60_000);
  }
  asked = outside.requests.length;
  expect(asked).toBeGreaterThan(4);
  expect(asked).toBeLessThan(12);
  expect(await sinksOf(it)).toMatchObject([{ sent: 0, failures: asked, lastError: "http_503" }]);
  outside.http = () => ANSWER;
  outside.requests.length = 0;
  it.clock.advance(3_600_000);
  await delivery.tick();
  expect(delivered()).toHaveLength(61);
  expect(new Set(delivered()).size).toBe(61);
  expect(await sinksOf(it)).toMatchObject([{ sent: 61, failures: 0 }]);
});

test("what may have arrived is sent again under the same ids", async () => {
  const { it, outside, delivery, delivered } = await world();
  await add(it, HTTP);
  outside.http = () => ({ kind: "unknown", code: "reset", message: "" });
  await delivery.tick();
  outside.http = () => ANSWER;
  it.clock.advance(11_000);
  await delivery.tick();
  const first = `${it.organization}.1.1`;
  expect(delivered()).toEqual([first, first]);
});

test("one sink is one process's at a time, and another's when that one is gone", async () => {
  const { it, outside, delivery, another } = await world();
  await add(it, HTTP);
  const answered = Promise.withResolvers<EgressAnswer>();
  const begun = Promise.withResolvers<void>();
  outside.http = () => {
    begun.resolve();
    return answered.promise;
  };
  const first = delivery.tick();
  await begun.promise;
  it.clock.advance(20_000);
  await another().tick();
  expect(outside.requests).toHaveLength(1);
  outside.http = () => ANSWER;
  it.clock.advance(45_000); // it has been silent for longer than a turn
  await another().tick();
  expect(outside.requests).toHaveLength(2);
  answered.resolve(ANSWER);
  await first;
  expect(await sinksOf(it)).toMatchObject([{ failures: 0 }]);
});

test("a long log goes in requests of bounded size", async () => {
  const { it, outside, delivery, delivered } = await world();
  await add(it, HTTP);
  const chain = chainOf(it);
  for (let n = 0; n < 250; n++) await it.write(chain, 20);
  await delivery.tick();
  expect(delivered()).toHaveLength(5001);
  expect(new Set(delivered()).size).toBe(5001);
  for (const { body } of outside.requests) expect(String(body).length).toBeLessThanOrEqual(1_048_576);
  expect(outside.requests.length).toBeLessThan(10);
});

test("a syslog sink gets messages of RFC 5424, each with its length before it", async () => {
  const { it, outside, delivery } = await world();
  await add(it, { kind: "syslog", address: "tls://logs.example.com:6514", since: "now" });
  await it.act("member.removed", { target: "mem_ü" });
  await delivery.tick();
  let rest = Buffer.from(outside.frames.join(""));
  const messages: string[] = [];
  while (rest.length > 0) {
    const space = rest.indexOf(" ");
    const length = Number(rest.toString("utf8", 0, space));
    messages.push(rest.toString("utf8", space + 1, space + 1 + length));
    rest = rest.subarray(space + 1 + length);
  }
  expect(messages).toHaveLength(2);
  expect(messages[1]).toMatch(
    /^<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - steward - member\.removed - \{.*"target":"mem_ü"\}$/,
  );
});

test("addresses that lead nowhere, secrets for syslog, and too many sinks are refused; making and removing is audited", async () => {
  const { it } = await world();
  for (const address of [
    "udp://h:514",
    "tls://h",
    "tcp://h:0x1",
    "https://h",
    "tls://user@h:1",
    "tls://h:1/path",
    "tls://h:99999",
  ])
    await expect(add(it, { kind: "syslog", address, since: "now" })).rejects.toMatchObject({ code: "value_invalid" });
  for (const address of ["ftp://h", "https://u:p@h", "h", "javascript:1"])
    await expect(add(it, { ...HTTP, address })).rejects.toMatchObject({ code: "value_invalid" });
  await expect(add(it, { kind: "syslog", address: "tls://h:6514", secret: "x", since: "now" })).rejects.toMatchObject({
    code: "value_invalid",
  });
  const outcomes = await Promise.allSettled(Array.from({ length: SINKS_MAX + 3 }, () => add(it, HTTP)));
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(SINKS_MAX);
  const [sink] = await sinksOf(it);
  const caller = { organization: it.organization, member, shownId: "mem_1" };
  await removeSink({ database: db.database, clock: it.clock }, caller, sink!.id);
  await expect(removeSink({ database: db.database, clock: it.clock }, caller, sink!.id)).rejects.toMatchObject({
    code: "not_found",
  });
  const text = await it.export();
  expect(text.match(/"audit_sink\.created"/g)).toHaveLength(SINKS_MAX);
  expect(text).toContain(`"action":"audit_sink.deleted","actor":"mem_1"`);
  expect(text).not.toContain("siem.example.com");
});

test("a process that stops breaks off, and the next takes up where it was", async () => {
  const { it, outside, delivery, delivered, another } = await world();
  await add(it, HTTP);
  outside.http = ({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve({ kind: "unknown", code: "aborted", message: "" })),
    );
  const turn = delivery.tick();
  await expect.poll(() => outside.requests.length).toBe(1);
  delivery.close();
  await turn;
  outside.http = () => ANSWER;
  it.clock.advance(61_000);
  await another().tick();
  expect(delivered()).toHaveLength(2);
});
