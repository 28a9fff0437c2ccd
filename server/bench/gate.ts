/**
 * What the gate itself adds to a call: everything between the engine that asks and the provider, and back, but for the
 * call and the commit of the intent (which `effects` measures). On the bench's database, in a project with 1,000 grants,
 * with calls that take as long as a provider's do.
 */
import { randomFillSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineAction, defineConnector } from "@steward/sdk";
import { z } from "zod";
import { homeKeyFiles } from "../src/adapters/key-files/home-key-files.ts";
import { openHome } from "../src/adapters/home/home.ts";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { createOAuth } from "../src/adapters/oauth/create-oauth.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { systemClock } from "../src/adapters/system/system-clock.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { connectorsOf } from "../src/core/ports/connectors.ts";
import type { Egress } from "../src/core/ports/egress.ts";
import type { EffectCall, Gate } from "../src/core/ports/gate.ts";
import { callConnector } from "../src/gate/call-connector.ts";
import { sealHeld } from "../src/gate/connection-secret.ts";
import { createGate } from "../src/gate/create-gate.ts";
import { createInFlight } from "../src/gate/in-flight.ts";
import { createFreshSecrets } from "../src/gate/oauth-refresh.ts";
import { storedParts } from "../src/gate/stored-parts.ts";
import type { ProjectKeys } from "../src/keyring/keyring.ts";
import { openKeyring } from "../src/keyring/open-keyring.ts";
import { openMasterKey } from "../src/keyring/open-master-key.ts";
import { findConnection } from "../src/store/connections.ts";
import type { Scope } from "../src/store/scope.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";
import { inTurn, median } from "./paired.ts";
import { percentile } from "./percentile.ts";

const AT_ONCE = 50;
const GRANTS = 1000;
/** Of one call to a provider: between half of it and one and a half, so that not all come back at once. */
const CALL_MS = 100;
/** Of both in turn. */
const ROUNDS = 4;
const WARM = 3;
const P50_MS_MAX = 1.5;
const P99_MS_MAX = 5;
/** As many as a server opens. */
const CONNECTIONS = 12;

const Sent = z.object({ id: z.string() });

const box = defineConnector({
  id: "box",
  title: "Box",
  summary: "A provider of the bench.",
  category: "data",
  keywords: [],
  base: "https://api.box.test",
  hosts: ["api.box.test"],
  authentication: [{ kind: "api_key", header: "authorization", prefix: "Bearer " }],
  scopes: {},
  actions: {
    send: defineAction({
      title: "Send",
      summary: "Sends.",
      class: "write",
      input: z.strictObject({ to: z.array(z.email()), subject: z.string(), text: z.string() }),
      output: Sent,
      scopes: [],
      repeat: "never",
      destination: ["to"],
      sample: { input: { to: [], subject: "", text: "" }, output: { id: "" } },
      *perform(input) {
        const { body } = yield { method: "POST", url: "/send", body: { ...input } };
        return Sent.parse(body);
      },
    }),
  },
  triggers: {},
  *whoami() {
    yield { method: "GET", url: "/me" };
    return { account: "bench", label: "bench" };
  },
  failure: () => null,
  setUp: [],
  triedAgainst: "nothing",
});

export const gate: Measurement = {
  name: "gate",
  async run(bench) {
    const folder = mkdtempSync(path.join(tmpdir(), "steward-bench-gate-"));
    const database = openPool({
      connection: connectEmbedded(openHome(bench.steward.home)).config("steward", "steward_app"),
      max: CONNECTIONS,
      applicationName: "bench gate",
      log: () => undefined,
    });
    try {
      const { scope, keys } = await seed(bench, folder);
      return await measure(bench, openBenchGate(database, keys), database, scope);
    } finally {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A project of its own, one connection, and many grants of which the last covers. */
async function seed({ steward: { admin } }: Bench, folder: string): Promise<{ scope: Scope; keys: ProjectKeys }> {
  const files = homeKeyFiles(openHome(folder).folder, process.getuid?.() ?? null);
  const ids = systemIds(() => Date.now());
  const master = await openMasterKey({ given: undefined, files, fillRandom: randomFillSync, nowMs: () => Date.now() });
  const keyring = openKeyring({ files, master, fillRandom: randomFillSync, nowMs: () => Date.now(), projectsMax: 10 });
  const scope = { organization: ids.uuid(), project: ids.uuid() };
  await keyring.createOrganization(scope.organization);
  await keyring.createProject(scope.organization, scope.project);
  const keys = await keyring.project(scope.organization, scope.project);
  const connection = ids.uuid();
  const { organization, project } = scope;
  await admin.query({
    text: "insert into steward.organizations (id, name, created_at) values ($1, 'bench', now())",
    values: [organization],
  });
  await admin.query({
    text: "insert into steward.projects (organization, id, slug, name, created_at) values ($1, $2, 'bench-gate', 'bench', now())",
    values: [organization, project],
  });
  await admin.query({
    text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, hosts, secret, created_at, created_by)
      values ($1, $2, $3, 'work', 'box', 'api_key', 'active', '{api.box.test}', $4, now(), 'acc_1')`,
    values: [organization, project, connection, sealHeld(keys, connection, { kind: "key", key: "a key of the bench" })],
  });
  await admin.query({
    text: `insert into steward.grants (organization, project, id, kind, principal, connection, form, created_at, updated_at)
      select $1, $2, gen_random_uuid(), 'grant', 'project', $3,
        jsonb_build_object('to', case when n % 2 = 0 then 'project' else 'flow:f' || n end, 'connection', 'work', 'lines',
          jsonb_build_array(jsonb_build_object('actions', '["box.send"]'::jsonb, 'when', jsonb_build_array(
            jsonb_build_object('field', 'to', 'domains', jsonb_build_array('d' || n || '.example')))))),
        now() + n * interval '1 ms', now() from generate_series(1, ${GRANTS}) n`,
    values: [organization, project, connection],
  });
  return { scope, keys };
}

const unheard = (): void => undefined;
const log = (message: string): void => void process.stderr.write(`${message}\n`);

/** How long the call of an effect took. */
const spent = new Map<string, number>();

async function call(run: string): Promise<void> {
  const began = performance.now();
  await new Promise<void>((resolve) => void setTimeout(resolve, CALL_MS * (0.5 + Math.random())));
  spent.set(run, performance.now() - began);
}

function openBenchGate(database: Pool, keys: ProjectKeys): Gate {
  const egress: Egress = {
    async request({ body }) {
      // Which effect it is of, the body says.
      await call(/run_\d+/.exec(String(body))?.[0] ?? "");
      const answer = Buffer.from('{"id":"18c2f5a7b1d4e9f0"}');
      const headers = [["content-type", "application/json"]] as const;
      return { kind: "answer", status: 200, headers, body: answer, url: "https://api.box.test/send" };
    },
    abortAll: () => undefined,
    inFlight: () => 0,
    close: () => Promise.resolve(),
  };
  const parts = {
    database,
    keysOf: () => Promise.resolve(keys),
    connectors: connectorsOf([box]),
    egress,
    clock: systemClock,
    log,
  };
  const secrets = createFreshSecrets({
    ...parts,
    installationClients: new Map(),
    oauth: createOAuth({ egress, note: unheard }),
    note: unheard,
    ids: systemIds(() => Date.now()),
    tellOwner: () => Promise.resolve(),
  });
  return createGate({
    ...parts,
    ...storedParts(database, { clock: systemClock, log }),
    inFlight: createInFlight(systemClock),
    actions: { "connector.call": callConnector({ ...parts, secrets }) },
  });
}

/** Null when it was done, else why not. */
type Effect = (run: string) => Promise<string | null>;

/** How long each took beyond its call, and what it cost this process. */
interface Stretch {
  readonly added: readonly number[];
  readonly cpuUs: number;
  readonly refused: readonly string[];
}

/**
 * In turn with the least that an effect needs: one row of the project read, as often and beside the same calls. What that
 * takes is the machine's and the database's, whatever else runs on them.
 */
async function measure({ sizes, say }: Bench, one: Gate, database: Pool, scope: Scope): Promise<readonly Line[]> {
  say(`the gate, ${AT_ONCE} effects at once`);
  const gated: Effect = async (run) => {
    const performed = await one.perform(callOf(scope, run));
    if (!("outcome" in performed)) return "held";
    return performed.outcome.kind === "done" ? null : performed.outcome.code;
  };
  const bare: Effect = async (run) => {
    const row = await findConnection(database, scope, "work");
    await call(run);
    return row === null ? "no row" : null;
  };
  for (const effect of [bare, gated]) await stretch(effect, WARM);
  const each = Math.max(5, Math.round((sizes.seconds * 1000) / CALL_MS / ROUNDS));
  const rounds = await inTurn(ROUNDS, { bare: () => stretch(bare, each), gated: () => stretch(gated, each) });
  return [
    lineOf(
      `one row read beside calls of ${CALL_MS} ms, ${AT_ONCE} at once`,
      rounds.map((round) => round.bare),
    ),
    toTarget(
      lineOf(
        `gate overhead, ${AT_ONCE} effects at once, ${GRANTS} grants`,
        rounds.map((round) => round.gated),
      ),
    ),
  ];
}

let number = 0;

async function stretch(effect: Effect, each: number): Promise<Stretch> {
  const added: number[] = [];
  const refused: string[] = [];
  const loop = async (): Promise<void> => {
    for (let time = 0; time < each; time++) {
      const run = `run_${(number += 1)}`;
      const began = performance.now();
      const why = await effect(run);
      added.push(performance.now() - began - (spent.get(run) ?? 0));
      spent.delete(run);
      if (why !== null) refused.push(why);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  const { user, system } = process.cpuUsage(before);
  return { added, cpuUs: (user + system) / added.length, refused };
}

function lineOf(
  what: string,
  stretches: readonly Stretch[],
): Line & { readonly p50Ms: number; readonly p99Ms: number } {
  const added = stretches.flatMap((one) => one.added);
  const refused = stretches.flatMap((one) => one.refused);
  const [p50Ms, p99Ms] = [percentile(added, 0.5), percentile(added, 0.99)];
  const cpuUs = Math.round(median(stretches.map((one) => one.cpuUs)));
  const note = refused.length === 0 ? "" : `, ${refused.length} not done: ${refused[0]}`;
  const measured = `${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms beyond the call, ${cpuUs} µs of CPU${note}`;
  return { what, measured, p50Ms, p99Ms };
}

function toTarget(line: ReturnType<typeof lineOf>): Line {
  const met = !line.measured.includes("not done") && line.p50Ms <= P50_MS_MAX && line.p99Ms <= P99_MS_MAX;
  return { ...line, target: `≤ ${P50_MS_MAX} ms, p99 ≤ ${P99_MS_MAX} ms`, met };
}

function callOf(scope: Scope, run: string): EffectCall {
  return {
    ...scope,
    run,
    flow: "orders",
    version: 1,
    step: "send",
    path: [],
    attempt: 1,
    effect: {
      action: "box.send",
      class: "write",
      connection: "work",
      arguments: { to: [`ann@d${GRANTS}.example`], subject: run, text: "x".repeat(2000) },
      credential: null,
      repeat: "never",
      timeoutMs: 30_000,
    },
    starter: null,
    tainted: true,
    written: {},
    approval: null,
    idempotencyKey: null,
    signal: new AbortController().signal,
    intend: () => Promise.resolve({ reserved: "granted", cap: null, approved: true }),
    reserve: () => Promise.resolve({ reserved: "granted", cap: null }),
    mayProceed: () => true,
  };
}
