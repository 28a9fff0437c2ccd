/** Everything that is sealed, brought to a new key while it is in use: every table, files, blobs, on a real database. */
import { randomBytes, randomFillSync } from "node:crypto";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { piecesOf, testVolume, type TestVolume } from "../test/volume.ts";
import { homeKeyFiles } from "./adapters/key-files/home-key-files.ts";
import { SINK_SECRET } from "./audit/deliver-sinks.ts";
import type { Table } from "./catalogue/declare.ts";
import { placeOf, TABLES } from "./catalogue/tables.ts";
import { parseId, uuidBytes } from "./core/id.ts";
import type { BlobStore } from "./core/ports/blob-store.ts";
import { createBlobValues } from "./engine/blob-values.ts";
import { segmentRow } from "./engine/flush-item.ts";
import { putFile } from "./files/put-file.ts";
import { readFile } from "./files/read-file.ts";
import { sweepBlobs } from "./files/sweep-volumes.ts";
import { openDefinition, openDraft, sealDefinition, sealDraft } from "./flows/sealed-flow.ts";
import { openVariable, sealVariable } from "./flows/sealed-variable.ts";
import { openWebhookToken, sealWebhookToken } from "./flows/webhook-token.ts";
import { answerRow } from "./http/answer-once.ts";
import type { KeyTools } from "./keyring/key-tools.ts";
import { mutex } from "./keyring/key-tools.testsuite.ts";
import type { ProjectKeys } from "./keyring/keyring.ts";
import { openCredential } from "./keyring/open-credential.ts";
import { openKeyring } from "./keyring/open-keyring.ts";
import { openMasterKey } from "./keyring/open-master-key.ts";
import { createReseal, GRACE_MS, type ResealTools } from "./keyring/reseal.ts";
import { resealProgress } from "./keyring/reseal-progress.ts";
import { READERS_MS, retireEpoch } from "./keyring/retire-epoch.ts";
import { rotateProject } from "./keyring/rotate-project.ts";
import { shredProject } from "./keyring/shred-project.ts";
import { openMail, sealMail } from "./mail/sealed-mail.ts";
import { createResealParts } from "./reseal-parts.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "./store/installation.ts";
import { listReseals } from "./store/reseals.ts";
import { inScope, type Scope } from "./store/scope.ts";

interface Ground {
  readonly volume: TestVolume;
  readonly scope: Scope;
  readonly keys: ProjectKeys;
  readonly tools: KeyTools;
  readonly reseal: ResealTools;
}

let ground: Ground;
beforeEach(async () => {
  ground = await open();
});
afterEach(() => ground.volume.close());

async function open(): Promise<Ground> {
  const volume = await testVolume();
  const files = homeKeyFiles(path.dirname(volume.folder), process.getuid?.() ?? null);
  const { nowMs } = volume.clock;
  const master = await openMasterKey({ given: undefined, files, fillRandom: randomFillSync, nowMs });
  const sources = { files, master, fillRandom: randomFillSync, nowMs };
  const keyring = openKeyring({ ...sources, projectsMax: 100 });
  const { scope } = volume.by;
  const keysOf = ({ organization, project }: Scope) => keyring.project(organization, project);
  const { database, dispatch, clock, blobs } = volume.parts;
  return {
    volume: { ...volume, parts: { ...volume.parts, keysOf } },
    scope,
    keys: await keysOf(scope),
    tools: { ...sources, keyring, lock: mutex(), everyoneReloaded: () => Promise.resolve() },
    reseal: {
      database,
      dispatch,
      clock,
      files,
      keysOf,
      partsOf: createResealParts(blobs, dispatch),
      log: volume.parts.log,
    },
  };
}

/** A row past foreign keys and policies. */
async function plant(table: string, row: Record<string, string | number | boolean | Buffer | Date | null>) {
  await ground.volume.db.admin.transaction(async (tx) => {
    await tx.query({ text: "set local session_replication_role = replica" });
    const names = Object.keys(row);
    await tx.query({
      text: `insert into steward.${table} (${names.join(", ")}) values (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
      values: Object.values(row),
    });
  });
}

const id = (): string => ground.volume.parts.ids.uuid();
const now = (): Date => new Date(ground.volume.clock.nowMs());
const sealedOf = async (table: string, column: string, project = ground.scope.project): Promise<Buffer[]> =>
  (
    await ground.volume.db.admin.query<{ sealed: Buffer }>({
      text: `select ${column} as sealed from steward.${table} where ${column} is not null ${
        table.startsWith("audit") || table.startsWith("sign") ? "" : "and project = $1"
      }`,
      values: table.startsWith("audit") || table.startsWith("sign") ? [] : [project],
    })
  ).rows.map(({ sealed }) => sealed);
const epochs = async (...of: [string, string, string?]): Promise<number[]> =>
  (await sealedOf(...of)).map((sealed) => sealed.readUInt32BE(1));

const DRAFT = { written: { format: 1 }, problems: [] };
const TOKEN = `wh_0_${"0".repeat(52)}`;

/** One row in each table that is sealed; gives what reads them all, or throws. */
async function plantAll({ keys, scope }: Ground): Promise<() => Promise<void>> {
  const { organization, project } = scope;
  const [flow, trigger, credential, run, message, principal] = [id(), id(), id(), id(), id(), id()];
  const at = now();
  const own = { organization, project };
  const digest = randomBytes(32);
  await plant("flows", {
    ...own,
    id: flow,
    slug: "f",
    name: "f",
    draft: sealDraft(keys, flow, DRAFT),
    draft_digest: digest,
    draft_problems: 0,
    created_at: at,
    updated_at: at,
  });
  const definition = sealDefinition(keys, flow, 3, { format: 1 } as never);
  await plant("flow_versions", {
    project,
    flow,
    version: 3,
    definition,
    digest,
    published_at: at,
    published_by: id(),
  });
  await plant("triggers", {
    ...own,
    id: trigger,
    flow,
    name: "t",
    kind: "webhook",
    version: 1,
    active: true,
    token: sealWebhookToken(keys, trigger, TOKEN),
    token_hash: digest,
  });
  await plant("triggers", { ...own, id: id(), flow, name: "s", kind: "schedule", version: 1, active: true });
  const secret = keys.seal(
    "credential",
    placeOf("credentials", "secret"),
    uuidBytes(credential),
    Buffer.from("s3cret"),
  );
  await plant("credentials", {
    ...own,
    id: credential,
    slug: "c",
    kind: "bearer",
    hosts: "{}",
    secret,
    set_at: at,
    set_by: id(),
  });
  for (const name of ["a", "é", "zz"])
    await plant("variables", { ...own, name, value: sealVariable(keys, name, `"${name}"`), set_at: at });
  const password = keys.seal("database", placeOf("project_databases", "password"), Buffer.from(DATABASE), digest);
  await plant("project_databases", { ...own, name: DATABASE, password, state: "ready", created_at: at });
  const claim = { principal, route: "startRun", key: randomBytes(32) };
  const answer = keys.seal("answer", placeOf("idempotency_keys", "answer"), answerRow(claim), Buffer.from("{}"));
  await plant("idempotency_keys", { project, ...claim, body_digest: digest, status: 200, answer, created_at: at });
  const body = (table: "private_values" | "segments", first: number) =>
    keys.run(run).seal(placeOf(table, "body"), segmentRow(uuidBytes(run), first), Buffer.from("body"));
  await plant("private_values", { project, run, first: 1, body: body("private_values", 1) });
  for (const first of [1, 2])
    await plant("segments", { project, run, first, last: first, body: body("segments", first) });
  const event = keys.run(run).seal(placeOf("inbox", "body"), uuidBytes(message), Buffer.from("event"));
  await plant("inbox", { project, run, id: message, kind: "event", body: event });
  await plant("inbox", { project, run, id: id(), kind: "cancel", body: null });
  return async () => {
    const one = async (table: string, column: string) => (await sealedOf(table, column))[0]!;
    expect(openDraft(keys, flow, await one("flows", "draft"))).toEqual(DRAFT);
    expect(openDefinition(keys, flow, 3, await one("flow_versions", "definition"))).toEqual({ format: 1 });
    expect(openWebhookToken(keys, trigger, await one("triggers", "token"))).toBe(TOKEN);
    const opened = openCredential(
      keys,
      placeOf("credentials", "secret"),
      uuidBytes(credential),
      await one("credentials", "secret"),
    );
    expect(opened.toString()).toBe("s3cret");
    const { rows } = await ground.volume.db.admin.query<{ name: string; value: Buffer }>({
      text: "select name, value from steward.variables",
    });
    expect(new Set(rows.map(({ name, value }) => openVariable(keys, name, value)))).toEqual(new Set(["a", "zz", "é"]));
    const row = Buffer.from(DATABASE);
    const kept = await one("project_databases", "password");
    expect(keys.open("database", placeOf("project_databases", "password"), row, kept)).toEqual(digest);
    const told = await one("idempotency_keys", "answer");
    expect(keys.open("answer", placeOf("idempotency_keys", "answer"), answerRow(claim), told).toString()).toBe("{}");
    for (const table of ["private_values", "segments"] as const) {
      const sealed = await one(table, "body");
      const text = keys
        .run(run)
        .open(placeOf(table, "body"), segmentRow(uuidBytes(run), 1), sealed)
        .toString();
      expect(text).toBe("body");
    }
    const heard = await one("inbox", "body");
    expect(keys.run(run).open(placeOf("inbox", "body"), uuidBytes(message), heard).toString()).toBe("event");
  };
}
/** What is sealed around a connection. */
async function plantConnection({ keys, scope: own }: Ground): Promise<() => Promise<void>> {
  const [connection, client, revocation] = [id(), id(), id()];
  const hash = randomBytes(32);
  const at = now();
  const secrets = [
    ["connections", "secret", uuidBytes(connection)],
    ["oauth_clients", "secret", uuidBytes(client)],
    ["connect_states", "verifier", hash],
    ["revocations", "slot", uuidBytes(revocation)],
  ] as const;
  const placeFor = { connections: "secret", oauth_clients: "secret", connect_states: "verifier", revocations: "slot" };
  const seal = (table: (typeof secrets)[number][0], row: Buffer) =>
    keys.seal("credential", placeOf(table as "connections", placeFor[table] as "secret"), row, Buffer.from(table));
  const sealed = secrets.map(([table, , row]) => seal(table, row));
  const account = keys.seal("connection", placeOf("connections", "account"), secrets[0][2], Buffer.from("ann"));
  const named = { connector: "gmail", created_at: at, created_by: "test" };
  const one = { ...own, id: connection, slug: "c", authentication: "oauth2", status: "active" };
  await plant("connections", { ...one, ...named, secret: sealed[0]!, account });
  await plant("oauth_clients", {
    ...own,
    id: client,
    connector: "gmail",
    client_id: "c",
    secret: sealed[1]!,
    set_at: at,
    set_by: "test",
  });
  const state = { project: own.project, hash, connection, account: id(), session: Buffer.alloc(0), scopes: "{}" };
  await plant("connect_states", { ...state, verifier: sealed[2]!, created_at: at, expires_at: at });
  const over = { ...own, id: revocation, connection, slug: "c", status: "waiting", erased: "{}" };
  await plant("revocations", { ...over, ...named, slot: sealed[3]!, expires_at: at });
  return async () => {
    for (const [table, column, row] of secrets) {
      const [kept] = await sealedOf(table, column);
      const place = placeOf(table as "connections", column as "secret");
      expect([table, openCredential(keys, place, row, kept!).toString()]).toEqual([table, table]);
    }
    const [told] = await sealedOf("connections", "account");
    const place = placeOf("connections", "account");
    expect(keys.open("connection", place, secrets[0][2], told!).toString()).toBe("ann");
  };
}

const DATABASE = `project_${"a".repeat(26)}`;
const PROJECT_COLUMNS: readonly [string, string][] = [
  ["flows", "draft"],
  ["flow_versions", "definition"],
  ["triggers", "token"],
  ["credentials", "secret"],
  ["variables", "value"],
  ["project_databases", "password"],
  ["idempotency_keys", "answer"],
  ["private_values", "body"],
  ["inbox", "body"],
  ["file_versions", "chunks"],
  ["connections", "secret"],
  ["connections", "account"],
  ["oauth_clients", "secret"],
  ["connect_states", "verifier"],
  ["revocations", "slot"],
];

async function put(name: string, content: Buffer) {
  const { parts, by } = ground.volume;
  const source = piecesOf(content);
  const { file } = await putFile(parts, by, { path: name, if: { match: null, none: false }, bytes: null, source });
  return async () => {
    const read = await readFile(parts, by.scope, parseId("fil", file.id)!);
    expect(Buffer.concat(await Array.fromAsync(read.pieces(null)))).toEqual(content);
  };
}

async function putBlob(text: string) {
  const { blobs, database, clock } = ground.volume.parts;
  const values = createBlobValues(blobs, database, clock);
  const project = { ...ground.scope, keys: ground.keys, region: null, variables: {} };
  const address = values.address(project, JSON.stringify(text));
  await values.put(project, address, JSON.stringify(text));
  return async () => expect(await values.get(project, address)).toBe(text);
}

const rotate = (scope = ground.scope) => rotateProject(ground.tools, { ...scope, classes: ["content", "credential"] });
const retire = (of: { class: "content" | "credential"; epoch?: number; scope?: Scope }) =>
  retireEpoch(ground.tools, ground.reseal, { scope: ground.scope, epoch: 1, ...of });
const left = async (scope = ground.scope) =>
  Object.fromEntries(
    (await listReseals(ground.reseal.database, scope)).map((row) => [row.part, row.doneAt === null ? null : row.kept]),
  );
const blobEpochs = async (): Promise<number[]> =>
  await Promise.all(
    ground.volume.blobFiles().map(async (name) => {
      const sealed = await ground.volume.parts.blobs.get(ground.scope.project, Buffer.from(name, "hex"));
      return sealed!.readUInt32BE(1);
    }),
  );

async function resealAll(tools: ResealTools = ground.reseal): Promise<number> {
  const reseal = createReseal(tools);
  await reseal.turn(); // finds what was rotated
  ground.volume.clock.advance(GRACE_MS + 1);
  let pages = 0;
  for (let turn = 0; turn < 100; turn++) {
    const done = await reseal.turn();
    if (done === 0) return pages;
    pages += done;
  }
  throw new Error("it never ends");
}

test("every column that the catalogue says is sealed has its part, and no other has", () => {
  const declared = Object.values<Table>(TABLES).flatMap(({ name, columns }) =>
    Object.entries(columns).flatMap(([column, { sealed }]) => (sealed === null ? [] : [`${name}.${column}`])),
  );
  const parts = ground.reseal.partsOf(INSTALLATION_SCOPE).map(({ name }) => name);
  expect(parts.toSorted()).toEqual([...declared, "blobs.address"].toSorted());
  const own = ground.reseal.partsOf(ground.scope).map(({ name }) => name);
  expect(parts.filter((name) => !own.includes(name))).toEqual([
    "outbox.body",
    "audit_sinks.secret",
    "sign_on_connections.client_secret",
  ]);
});

test("after a rotation all that may be written comes to the new key, the old one goes when nothing needs it, and all opens", async () => {
  const readRows = await plantAll(ground);
  const checks = [
    readRows,
    await plantConnection(ground),
    await put("a.bin", randomBytes(5500)),
    await putBlob("x".repeat(9000)),
  ];
  const readAll = async () => {
    for (const check of checks) await check();
  };
  await rotate();
  checks.push(await put("b.bin", randomBytes(1500)));
  await readAll();
  await expect(retire({ class: "content" })).rejects.toMatchObject({ code: "conflict" });
  await resealAll();
  await readAll();
  for (const [table, column] of PROJECT_COLUMNS)
    expect([table, new Set(await epochs(table, column))]).toEqual([table, new Set([2])]);
  expect(new Set(await blobEpochs())).toEqual(new Set([2]));
  expect(await epochs("segments", "body")).toEqual([1, 1]);
  const parts = await left();
  expect(parts["segments.body"]).toBe(2);
  delete parts["segments.body"];
  expect(new Set(Object.values(parts))).toEqual(new Set([0]));

  await expect(retire({ class: "credential" })).rejects.toMatchObject({ code: "conflict" }); // a reader may be at it
  ground.volume.clock.advance(READERS_MS);
  await retire({ class: "credential" });
  await retire({ class: "credential" }); // may be repeated
  await expect(retire({ class: "content" })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("2 values of segments.body"),
  });
  await expect(retire({ class: "content", epoch: 2 })).rejects.toMatchObject({ code: "conflict" });
  await readAll();
  await ground.volume.db.admin.query({ text: "delete from steward.segments" }); // their run is purged
  checks.shift(); // it reads records too
  await retire({ class: "content" });
  const file = JSON.parse(Buffer.from((await ground.tools.files.read(`projects/${ground.scope.project}`))!).toString());
  expect(file.keys.content).toMatchObject([{ state: "shredded" }, { state: "active" }]);
  expect(file.keys.content[0]).not.toHaveProperty("wrapped");
  await readAll();
  const late = openKeyring({ ...ground.tools, projectsMax: 10 }); // as after a restart
  const keys = await late.project(ground.scope.organization, ground.scope.project);
  for (const sealed of await sealedOf("flows", "draft")) expect(keys.needsReseal("flow", sealed)).toBe(false);
});

test("nothing is touched before what was sealed earlier has arrived in its row", async () => {
  await plantAll(ground);
  await put("two.bin", randomBytes(1800));
  await rotate();
  const reseal = createReseal(ground.reseal);
  await reseal.begin(ground.scope);
  expect(await reseal.turn()).toBe(0);
  const ahead = await resealProgress(ground.reseal, ground.scope);
  expect(new Set(ahead.map(({ state }) => state))).toEqual(new Set(["waiting"]));
  expect(Object.fromEntries(ahead.map(({ part, left: count }) => [part, count]))).toMatchObject({
    "flows.draft": 1,
    "variables.value": 3,
    "segments.body": 2,
    "credentials.secret": 1,
    "blobs.address": 2,
    "triggers.token": 1,
    "inbox.body": 1,
    "file_versions.chunks": 1,
  });
  ground.volume.clock.advance(GRACE_MS - 1000);
  expect(await reseal.turn()).toBe(0);
  expect(await epochs("flows", "draft")).toEqual([1]);
  // Sealed before the rotation and committed late.
  await plant("variables", {
    ...ground.scope,
    name: "late",
    value: (await sealedOf("variables", "value"))[0]!,
    set_at: now(),
  });
  ground.volume.clock.advance(2000);
  expect(await reseal.turn()).toBeGreaterThan(0);
  expect(await epochs("flows", "draft")).toEqual([2]);
});

class Killed extends Error {}

/** Works for so many statements and blob operations, then never again. */
function dyingAfter({ reseal, volume }: Ground, operations: number): ResealTools & { died(): boolean } {
  let count = operations;
  const step = (): void => {
    if (count-- <= 0) throw new Killed("killed");
  };
  const { blobs } = volume.parts;
  const dying: BlobStore = {
    put: (...of) => (step(), blobs.put(...of)),
    get: (...of) => (step(), blobs.get(...of)),
    remove: (...of) => (step(), blobs.remove(...of)),
    replace: async (...of) => {
      step();
      await blobs.replace(...of);
      step(); // replaced, and nobody knows
    },
  };
  return {
    ...reseal,
    partsOf: createResealParts(dying, reseal.dispatch),
    database: {
      ...reseal.database,
      query: (statement) => (step(), reseal.database.query(statement)),
      pipeline: (statements) => (step(), reseal.database.pipeline(statements)),
      transaction: (run) =>
        reseal.database.transaction((tx) =>
          run({
            query: async (statement) => {
              step();
              return await tx.query(statement);
            },
          }),
        ),
    },
    log: (message, error) => {
      if (!(error instanceof Killed)) throw new Error(message, { cause: error });
    },
    died: () => count < 0,
  };
}

test("killed at any point, the next process goes on and nothing is lost or sealed twice under nothing", async () => {
  const readAll = await plantAll(ground);
  await plantConnection(ground);
  const [file, blob] = [await put("a.bin", randomBytes(4200)), await putBlob("y".repeat(9000))];
  await rotate();
  await createReseal(ground.reseal).begin(ground.scope);
  ground.volume.clock.advance(GRACE_MS + 1);
  let [kills, survived] = [0, false];
  for (let operations = 1; !survived && operations < 400; operations += 2) {
    const tools = dyingAfter(ground, operations);
    const reseal = createReseal(tools);
    for (let turn = 0; turn < 3; turn++) await reseal.turn().catch(() => undefined);
    if (tools.died()) kills++;
    else survived = true;
    await readAll();
    await file();
    await blob();
  }
  expect([survived, kills > 5]).toEqual([true, true]);
  const parts = await left();
  expect(parts).toMatchObject({ "segments.body": 2, "blobs.address": 0, "flows.draft": 0, "inbox.body": 0 });
  for (const [table, column] of PROJECT_COLUMNS)
    expect([table, new Set(await epochs(table, column))]).toEqual([table, new Set([2])]);
  expect(new Set(await blobEpochs())).toEqual(new Set([2]));
});

test("writers, readers and sweeps beside it lose nothing, and two that reseal at once share the work", async () => {
  const checks: (() => Promise<void>)[] = [];
  for (let at = 0; at < 12; at++) checks.push(await put(`f${at}`, randomBytes(2300)));
  for (let at = 0; at < 9; at++) await putBlob(`nothing needs this ${at} ${"z".repeat(9000)}`);
  for (let at = 0; at < 120; at++)
    await plant("variables", {
      ...ground.scope,
      name: `v${at}`,
      value: sealVariable(ground.keys, `v${at}`, `${at}`),
      set_at: now(),
    });
  await rotate();
  const [one, two] = [createReseal(ground.reseal), createReseal(ground.reseal)];
  await one.begin(ground.scope);
  ground.volume.clock.advance(GRACE_MS + 1);
  const write = async (): Promise<void> => {
    for (let at = 0; at < 60; at++)
      await inScope(ground.reseal.database, ground.scope, (tx) =>
        tx.query({
          text: "update steward.variables set value = $2 where project = $1 and name = $3",
          values: [ground.scope.project, sealVariable(ground.keys, `v${at}`, `${at + 1000}`), `v${at}`],
        }),
      );
  };
  const read = async (): Promise<void> => {
    for (let round = 0; round < 4; round++) for (const check of checks) await check();
  };
  const sweeping = ground.volume.with({ limits: { blobGraceMs: GRACE_MS / 2 } });
  const sweep = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) await sweepBlobs(sweeping, ground.scope, Buffer.alloc(0));
  };
  const turns = async (reseal: typeof one): Promise<void> => {
    for (let turn = 0; turn < 6; turn++) await reseal.turn();
  };
  const store = async (): Promise<void> => {
    for (let at = 12; at < 20; at++) checks.push(await put(`f${at}`, randomBytes(2300)));
  };
  await Promise.all([write(), read(), sweep(), turns(one), turns(two), store()]);
  while ((await one.turn()) > 0);
  await sweep();
  await read();
  expect(ground.volume.blobFiles()).toHaveLength(20 * 3); // what was swept stays away
  const { rows } = await ground.volume.db.admin.query<{ name: string; value: Buffer }>({
    text: "select name, value from steward.variables",
  });
  for (const { name, value } of rows) {
    const at = Number(name.slice(1));
    expect(openVariable(ground.keys, name, value)).toBe(at < 60 ? at + 1000 : at);
    expect(value.readUInt32BE(1)).toBe(2);
  }
  expect(rows).toHaveLength(120);
  expect(new Set(await blobEpochs())).toEqual(new Set([2]));
  ground.volume.clock.advance(READERS_MS);
  await retire({ class: "content" });
  await read();
});

test("a value that can't be opened is left as it is, stands in the way, and is looked at again after a day", async () => {
  await plantAll(ground);
  await ground.volume.db.admin.query({
    text: "update steward.variables set value = overlay(value placing '\\x00' from 30) where name = 'a'",
  });
  const before = await sealedOf("variables", "value");
  await rotate();
  await resealAll();
  expect((await left())["variables.value"]).toBe(1);
  expect((await sealedOf("variables", "value")).some((sealed) => before.some((one) => one.equals(sealed)))).toBe(true);
  ground.volume.clock.advance(READERS_MS);
  await ground.volume.db.admin.query({ text: "delete from steward.segments" });
  await expect(retire({ class: "content" })).rejects.toMatchObject({
    message: expect.stringContaining("1 values of variables.value"),
  });
  await ground.volume.db.admin.query({ text: "delete from steward.variables where name = 'a'" });
  ground.volume.clock.advance(86_400_001);
  const reseal = createReseal(ground.reseal);
  while ((await reseal.turn()) > 0);
  expect((await left())["variables.value"]).toBe(0);
  ground.volume.clock.advance(READERS_MS);
  await retire({ class: "content" });
});

test("rotated again on the way, all comes to the newest key; of a shredded project nothing is waited for", async () => {
  const readAll = await plantAll(ground);
  await rotate();
  const reseal = createReseal(ground.reseal);
  await reseal.begin(ground.scope);
  ground.volume.clock.advance(GRACE_MS + 1);
  await reseal.turn();
  await rotate();
  await reseal.begin(ground.scope);
  expect(Object.values(await left()).every((one) => one === null)).toBe(true);
  await resealAll();
  await readAll();
  expect(await epochs("flows", "draft")).toEqual([3]);
  ground.volume.clock.advance(READERS_MS);
  for (const epoch of [1, 2]) await retire({ class: "credential", epoch });
  await ground.volume.db.admin.query({ text: "delete from steward.segments" });
  for (const epoch of [1, 2]) await retire({ class: "content", epoch });
  await rotate();
  await reseal.begin(ground.scope);
  await shredProject(ground.tools, ground.scope);
  ground.volume.clock.advance(GRACE_MS + 1);
  while ((await reseal.turn()) > 0);
  expect(Object.values(await left()).every((one) => one === 0)).toBe(true);
});

test("what organizations keep under the installation's keys is resealed in each organization's scope", async () => {
  const { tools, reseal, scope, volume } = ground;
  await tools.keyring.createOrganization(INSTALLATION);
  await tools.keyring.createProject(INSTALLATION, INSTALLATION);
  const keys = await tools.keyring.project(INSTALLATION, INSTALLATION);
  const other = await volume.fresh();
  const at = now();
  const own = { created_at: at, set_by: id() };
  const CLIENT = placeOf("sign_on_connections", "client_secret");
  const made: { sink: string; connection: string }[] = [];
  for (const { organization } of [scope, other.by.scope]) {
    const [sink, connection] = [id(), id()];
    made.push({ sink, connection });
    const secret = keys.seal("sink", SINK_SECRET, uuidBytes(sink), Buffer.from("sink"));
    await plant("audit_sinks", {
      organization,
      id: sink,
      kind: "http",
      address: "https://x.test",
      secret,
      created_at: at,
      created_by: id(),
      due_at: at,
    });
    await plant("audit_sinks", {
      organization,
      id: id(),
      kind: "syslog",
      address: "x",
      created_at: at,
      created_by: id(),
      due_at: at,
    });
    const client = keys.seal("sign_on", CLIENT, uuidBytes(connection), Buffer.from("client"));
    await plant("sign_on_connections", {
      organization,
      id: connection,
      kind: "oidc",
      name: "x",
      enabled: true,
      issuer: "i",
      client_id: "c",
      ...own,
      client_secret: client,
      trusts_second_factor: false,
      changed_at: at,
    });
  }
  const mail = { to: "a@b.test", subject: "s", text: "t", html: "h" } as never;
  const message = id();
  await plant("outbox", {
    organization: INSTALLATION,
    project: INSTALLATION,
    id: message,
    template: "x",
    recipient: Buffer.alloc(1),
    body: sealMail(keys, message, mail),
    status: "queued",
    created_at: at,
    expires_at: at,
  });
  await plant("organizations", { id: INSTALLATION, name: "i", created_at: at });
  await plant("projects", { organization: INSTALLATION, id: INSTALLATION, slug: "i", name: "i", created_at: at });
  await rotate(INSTALLATION_SCOPE);
  await resealAll();
  const found = { ...(await left(INSTALLATION_SCOPE)) };
  expect(new Set(Object.values(found))).toEqual(new Set([0]));
  const sinks = await volume.db.admin.query<{ id: string; secret: Buffer }>({
    text: "select id, secret from steward.audit_sinks where secret is not null",
  });
  expect(
    sinks.rows.map((row) => [
      row.secret.readUInt32BE(1),
      keys.open("sink", SINK_SECRET, uuidBytes(row.id), row.secret).toString(),
    ]),
  ).toEqual([
    [2, "sink"],
    [2, "sink"],
  ]);
  for (const { connection } of made) {
    const { rows } = await volume.db.admin.query<{ sealed: Buffer }>({
      text: "select client_secret as sealed from steward.sign_on_connections where id = $1",
      values: [connection],
    });
    expect(keys.open("sign_on", CLIENT, uuidBytes(connection), rows[0]!.sealed).toString()).toBe("client");
  }
  const [sealed] = await sealedOf("outbox", "body", INSTALLATION);
  expect([sealed!.readUInt32BE(1), openMail(keys, message, sealed!)]).toEqual([2, mail]);
  volume.clock.advance(READERS_MS);
  await retire({ class: "content", scope: INSTALLATION_SCOPE });
  expect(reseal.partsOf(scope).some(({ name }) => name === "audit_sinks.secret")).toBe(false);
});
