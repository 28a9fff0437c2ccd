/** Runs that act with a connection: engine, gate, connector, grants as they are stored, a provider on this machine. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { createEgress } from "../adapters/egress/create-egress.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { capsOfGrant } from "../core/budget/line-caps.ts";
import { parseAllowList } from "../core/egress/allow-list.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Gate } from "../core/ports/gate.ts";
import { putCaps } from "../grants/put-caps.ts";
import { storedGrant } from "../grants/stored-grant.ts";
import { findConnectionById, insertConnection, setConnectionError } from "../store/connections.ts";
import { endGrants, insertGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { boxAt, boxSecrets } from "./box.testsuite.ts";
import { callConnector } from "./call-connector.ts";
import { createGate } from "./create-gate.ts";
import { answer, connection, serve, type Server, settled } from "./gate.testsuite.ts";
import { type Heard, heardBy } from "./heard.ts";
import { createInFlight } from "./in-flight.ts";
import { storedParts } from "./stored-parts.ts";

const CANARY = "t0ken-canary-9f8e7d";
let it: TestEngine;
let server: Server;
let heard: Heard;
const egress = createEgress({ allow: parseAllowList("127.0.0.0/8"), nowMs: () => performance.now() });

beforeAll(async () => {
  let gate: Gate | null = null;
  it = await testEngine({ gate: { perform: (call) => gate!.perform(call) } });
  const { clock, db, logs } = it;
  const log = (message: string): void => void logs.push(message);
  const stored = storedParts(db.database, { clock, log });
  const inFlight = createInFlight(clock);
  heard = heardBy(stored.policies, inFlight);
  const connectors = {
    find: async (_place: unknown, id: string) => (id === "box" ? boxAt(server) : null),
    list: async () => [boxAt(server)],
  };
  gate = createGate({
    ...stored,
    inFlight,
    egress,
    keysOf: async (scope) => (await it.parts.projects.get(scope)).keys,
    clock,
    log,
    actions: { "connector.call": callConnector({ connectors, secrets: boxSecrets([CANARY]), egress, clock, log }) },
  });
});
afterAll(async () => {
  await it.close();
  await egress.close();
});
beforeEach(async () => {
  server = await serve((socket) => socket.write(answer('{"id":"7"}', { "content-type": "application/json" })));
});

/** A connection of the project's, by a slug of its own. */
async function connect(slug: string): Promise<string> {
  const id = it.parts.ids.uuid();
  const row = connection({ id, slug, scopes: ["box.use"], secret: Buffer.from("sealed"), createdAt: it.clock.nowMs() });
  await inScope(it.db.database, it.scope, (tx) => tx.query(insertConnection(it.scope, row)));
  return id;
}

async function give(slug: string, con: string, line: Record<string, Json> = {}): Promise<string> {
  const id = await giveQuietly(slug, con, line);
  heard.changed(it.scope);
  return id;
}

/** Nobody is told. */
async function giveQuietly(slug: string, con: string, line: Record<string, Json> = {}): Promise<string> {
  const id = it.parts.ids.uuid();
  const atMs = it.clock.nowMs();
  const lines = [{ actions: ["box.*"], when: [], rate: [], money: [], ...line }];
  const form: Json = { to: "project", connection: slug, lines, note: "" };
  const row = {
    id,
    kind: "grant",
    principal: "project",
    connection: con,
    credential: null,
    form,
    givenBy: null,
    by: "acc_1",
    atMs,
  } as const;
  await inScope(it.db.database, it.scope, async (tx) => {
    for (const statement of insertGrant(it.scope, row)) await tx.query(statement);
    const caps = capsOfGrant(storedGrant({ ...row, version: 1, createdAt: atMs }));
    await putCaps(tx, it.parts.ids, { ...it.scope, of: `grant:${showId("grt", id)}`, by: "acc_1", atMs }, caps);
  });
  return id;
}

const flow = (slug: string, action = "box.write") =>
  it.flow({
    format: 1,
    name: slug,
    steps: [
      { id: "act", kind: "action", input: { action, connection: slug, arguments: { id: "{{ trigger.body.id }}" } } },
    ],
  });

async function entries(run: string): Promise<AuditEntry[]> {
  const { rows } = await it.db.admin.query<{ entries: AuditEntry[] }>({
    text: "select entries from steward.audit_batches order by recorded_at, chain, seq",
  });
  return rows.flatMap((row) => row.entries).filter(({ target }) => target.startsWith(showId("run", run)));
}

test("a run does what it was granted, and the audit says who let it, with what, where to", async () => {
  const con = await connect("work");
  const grant = await give("work", con, { rate: [{ times: 20, per: "day" }] });
  const { run, settled: end } = await it.run(flow("work"), { id: "5" });
  expect(end).toMatchObject({ status: "completed", output: { id: "7" } });
  expect(server.requests).toHaveLength(1);
  const told = await entries(run);
  const common = { effect: "box.write", connection: showId("con", con), host: "127.0.0.1" };
  expect(told).toMatchObject([
    { action: "effect.intent", facts: { ...common, decidedBy: showId("grt", grant), line: 0 } },
    { action: "effect.outcome", facts: { ...common, outcome: "done", calls: 1, status: 200, answeredBy: "127.0.0.1" } },
  ]);
});

test("a connection that was not reached is well again once an effect with it is done", async () => {
  const con = await connect("far");
  await give("far", con);
  await inScope(it.db.database, it.scope, (tx) =>
    tx.query(setConnectionError(it.scope.project, con, "provider_unavailable")),
  );
  expect((await it.run(flow("far"), { id: "5" })).settled).toMatchObject({ status: "completed" });
  expect(await findConnectionById(it.db.database, it.scope, con)).toMatchObject({ status: "active", errorCode: null });
});

test("what nobody granted fails the step with the nearest line, and nothing leaves", async () => {
  const con = await connect("strict");
  await give("strict", con, { actions: ["box.read"] });
  const { run, settled: end } = await it.run(flow("strict"), { id: "5" });
  expect(end).toMatchObject({ status: "failed", error: { code: "not_granted" } });
  expect(server.sockets).toHaveLength(0);
  expect(await entries(run)).toMatchObject([{ action: "effect.refused", facts: { check: "granted", line: 0 } }]);
});

test("once a grant is revoked nothing more happens, with the word of it and without one, and a new one counts", async () => {
  const con = await connect("brief");
  const grant = await give("brief", con);
  const version = flow("brief");
  expect((await it.run(version, { id: "5" })).settled).toMatchObject({ status: "completed" });
  const end = { by: "acc_1", atMs: it.clock.nowMs() };
  await inScope(it.db.database, it.scope, (tx) => endGrants(tx, it.scope.project, { grant }, end));
  await heard.revoked(it.scope, { kind: "grant", id: grant }, 1_000);
  expect((await it.run(version, { id: "5" })).settled).toMatchObject({
    status: "failed",
    error: { code: "not_granted" },
  });
  it.clock.advance(1_000);
  await giveQuietly("brief", con);
  expect((await it.run(version, { id: "5" })).settled).toMatchObject({ status: "completed" });
});

test("a connection revoked while it is used: the run is in doubt, since it may have happened, and says so", async () => {
  server = await serve(() => undefined);
  const con = await connect("stopped");
  await give("stopped", con);
  const version = flow("stopped");
  const started = it.engine.startRun(
    { scope: it.scope, version, trigger: "manual", input: { body: { id: "5" } } },
    null,
    0,
  );
  while (server.requests.length === 0) await settled();
  const listed = await heard.revoked(it.scope, { kind: "connection", id: con }, 1_000);
  expect(listed).toMatchObject([{ step: "act", action: "box.write", fate: "unknown" }]);
  const { run } = await started;
  expect(listed[0]?.run).toBe(showId("run", run));
  await expect.poll(async () => (await it.engine.readRun(it.scope, run))?.row.status).toBe("in_doubt");
  await expect
    .poll(async () => (await entries(run)).at(-1))
    .toMatchObject({
      facts: { outcome: "unknown", revoked: "connection" },
    });
});

test("C2 the connection's secret is in no row, in no encoding", async () => {
  const { rows } = await it.db.admin.query<{ table: string }>({
    text: "select format('%I.%I', schemaname, tablename) as table from pg_tables where schemaname = 'steward'",
  });
  const forms = [CANARY, Buffer.from(CANARY).toString("hex"), Buffer.from(CANARY).toString("base64").slice(0, -2)];
  for (const { table } of rows) {
    const dump = await it.db.admin.query<{ text: string }>({ text: `select t::text as text from ${table} t` });
    for (const form of forms) expect(dump.rows.map(({ text }) => text).join("\n")).not.toContain(form);
  }
  expect(it.logs.join("\n")).not.toContain(CANARY);
});
