/** An effect reads its connection's row once (T4), and all the same nothing leaves after a revoke. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { createEgress } from "../adapters/egress/create-egress.ts";
import { createOAuth } from "../adapters/oauth/create-oauth.ts";
import { parseAllowList } from "../core/egress/allow-list.ts";
import { connectorsOf } from "../core/ports/connectors.ts";
import type { Database } from "../core/ports/database.ts";
import type { EffectCall, Ended, Gate } from "../core/ports/gate.ts";
import { insertConnection, setDisconnected } from "../store/connections.ts";
import { insertGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { boxAt, boxCall } from "./box.testsuite.ts";
import { callConnector } from "./call-connector.ts";
import { sealHeld } from "./connection-secret.ts";
import { createGate } from "./create-gate.ts";
import { answer, connection, serve, type Server } from "./gate.testsuite.ts";
import { type Heard, heardBy } from "./heard.ts";
import { createInFlight } from "./in-flight.ts";
import { createFreshSecrets } from "./oauth-refresh.ts";
import { storedParts } from "./stored-parts.ts";

let it: TestEngine;
let server: Server;
let gate: Gate;
let heard: Heard;
let con: string;
/** Names of the statements that were sent. */
const sent: string[] = [];
const egress = createEgress({ allow: parseAllowList("127.0.0.0/8"), nowMs: () => performance.now() });

beforeAll(async () => void (it = await testEngine({ start: false })));
afterAll(async () => {
  await it.close();
  await egress.close();
});

beforeEach(async () => {
  server = await serve((socket, request) => {
    const dead = request.includes("Bearer old");
    socket.write(dead ? "HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n" : answer('{"id":"7"}', JSON_TYPE));
  });
  const { clock, parts } = it;
  const database: Database = {
    ...it.db.database,
    pipeline: (statements) => {
      sent.push(...statements.map(({ name = "" }) => name));
      return it.db.database.pipeline(statements);
    },
  };
  const ground = {
    database,
    egress,
    clock,
    connectors: connectorsOf([boxAt(server)]),
    keysOf: async () => (await parts.projects.get(it.scope)).keys,
    log: () => undefined,
  };
  const secrets = createFreshSecrets({
    ...ground,
    installationClients: new Map(),
    oauth: createOAuth({ egress, note: () => undefined }),
    note: () => undefined,
    ids: parts.ids,
    tellOwner: () => Promise.resolve(),
  });
  const stored = storedParts(database, ground);
  const inFlight = createInFlight(clock);
  heard = heardBy(stored.policies, inFlight);
  gate = createGate({
    ...ground,
    ...stored,
    inFlight,
    actions: { "connector.call": callConnector({ ...ground, secrets }) },
  });
  con = await connect();
  sent.length = 0;
});

const JSON_TYPE = { "content-type": "application/json" };

/** With a slug of its own, and a grant to use it for everything. */
async function connect(): Promise<string> {
  const { keys } = await it.parts.projects.get(it.scope);
  const id = it.parts.ids.uuid();
  const secret = sealHeld(keys, id, { kind: "tokens", access: "t0ken", refresh: null });
  const atMs = it.clock.nowMs();
  const row = connection({ id, slug: slugOf(id), scopes: ["box.use"], secret, createdAt: atMs });
  const grant = {
    id: it.parts.ids.uuid(),
    kind: "grant",
    principal: "project",
    connection: id,
    credential: null,
    form: {
      to: "project",
      connection: row.slug,
      lines: [{ actions: ["box.*"], when: [], rate: [], money: [] }],
      note: "",
    },
    givenBy: null,
    by: "acc_1",
    atMs,
  } as const;
  await inScope(it.db.database, it.scope, async (tx) => {
    await tx.query(insertConnection(it.scope, row));
    for (const statement of insertGrant(it.scope, grant)) await tx.query(statement);
  });
  return id;
}

const slugOf = (id: string): string => `box-${id.slice(-12)}`;
const readings = (): readonly string[] => sent.filter((name) => name.startsWith("find_connection"));
const disconnect = () =>
  inScope(it.db.database, it.scope, (tx) => tx.query(setDisconnected(it.scope.project, con, it.clock.nowMs())));

/** `meanwhile`: while its intent is committed. */
async function perform(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<Ended> {
  const call: EffectCall = {
    ...boxCall("write", { connection: slugOf(con) }),
    ...it.scope,
    intend: async () => {
      await meanwhile();
      return { reserved: "granted", cap: null, approved: true };
    },
  };
  const performed = await gate.perform(call);
  if (!("outcome" in performed)) throw new Error("it was held");
  return performed;
}

test("one reading judges an effect and gives its secret", async () => {
  expect((await perform()).outcome).toMatchObject({ kind: "done" });
  expect(readings()).toEqual(["find_connection"]);
  expect(server.requests[0]).toContain("Bearer t0ken");
});

test("effects that begin at the same moment are one reading, each project's its own", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => perform()));
  expect(all.map(({ outcome }) => outcome.kind)).toEqual(Array.from({ length: 20 }, () => "done"));
  expect(readings()).toEqual(["find_connection"]);
  const elsewhere = await it.project();
  const stored = storedParts(it.db.database, { clock: it.clock, log: () => undefined });
  const slug = slugOf(con);
  const found = await Promise.all([
    stored.connections.find(it.scope, slug),
    stored.connections.find(elsewhere, slug),
    stored.connections.find(it.scope, "none"),
    stored.connections.find({ ...elsewhere, project: it.scope.project }, slug),
  ]);
  expect(found.map((row) => row?.id ?? null)).toEqual([con, null, null, con]);
});

test("a connection revoked after it was read: the word finds the effect, and nothing leaves", async () => {
  const ended = await perform(async () => {
    await disconnect();
    void heard.revoked(it.scope, { kind: "connection", id: con }, 0);
  });
  expect(ended.outcome).toMatchObject({ kind: "refused", code: "revoked" });
  expect(server.requests).toHaveLength(0);
});

test("one whose word is lost is heeded by whatever is sent a moment after it was read", async () => {
  const ended = await perform(async () => {
    await disconnect();
    it.clock.advance(100);
  });
  expect(ended.outcome).toMatchObject({ kind: "refused", code: "connection_missing" });
  expect([readings(), server.requests.length]).toEqual([["find_connection", "find_connection_by_id"], 0]);
});

test("what the provider refuses is read again: a newer token goes out in its place", async () => {
  const { keys } = await it.parts.projects.get(it.scope);
  const put = (access: string, generation: number) =>
    it.db.admin.query({
      text: "update steward.connections set secret = $2, generation = $3 where id = $1",
      values: [con, sealHeld(keys, con, { kind: "tokens", access, refresh: null }), generation],
    });
  await put("old", 1);
  const ended = await perform(() => put("new", 2));
  expect(ended.outcome).toMatchObject({ kind: "done" });
  expect(readings()).toEqual(["find_connection", "find_connection_by_id"]);
  expect(server.requests.map((request) => /Bearer (\w+)/.exec(request)?.[1])).toEqual(["old", "new"]);
});
