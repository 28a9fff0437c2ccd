/** What a storm left behind, read from its database with its keys: each broken promise as a sentence. */
import { randomFillSync } from "node:crypto";
import { ProblemError, type Client } from "@steward/sdk";
import { diskBlobs } from "../src/adapters/blobs/disk-blobs.ts";
import { openHome } from "../src/adapters/home/home.ts";
import { homeKeyFiles } from "../src/adapters/key-files/home-key-files.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { checkCode } from "../src/adapters/quickjs/check-code.ts";
import { systemClock } from "../src/adapters/system/system-clock.ts";
import { showId } from "../src/core/id.ts";
import { applyRecord } from "../src/core/run/apply-record.ts";
import { newRunState } from "../src/core/run/state.ts";
import { createBlobValues } from "../src/engine/blob-values.ts";
import { createProjects } from "../src/engine/projects.ts";
import { readRecords } from "../src/engine/read-records.ts";
import { createVersions } from "../src/flows/load-versions.ts";
import { openKeyring } from "../src/keyring/open-keyring.ts";
import { openMasterKey } from "../src/keyring/open-master-key.ts";
import { stepKinds } from "../src/steps/kinds.ts";
import { auditFaults } from "./audit-faults.ts";
import type { CountingSink } from "./counting-sink.ts";
import { eventually, type StewardHome } from "./steward-home.ts";
import type { Accepted } from "./storm.ts";

/** How each run that stood in doubt was resolved, by its shown id. */
export type Resolved = ReadonlyMap<string, readonly Way[]>;
type Way = "done" | "repeat" | "fail";

const WAYS: readonly Way[] = ["done", "repeat", "fail"];
const TERMINAL = "('completed', 'failed', 'cancelled')";

/** Connects to the home's database for as long as `act` takes. */
export async function onDatabase<T>(home: StewardHome, user: string, act: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({
    connection: home.database().config("steward", user),
    max: 4,
    applicationName: "verdict",
    log: () => undefined,
  });
  try {
    return await act(pool);
  } finally {
    await pool.close();
  }
}

/** Runs that have not ended: how many move by themselves, and how many wait for a person. */
export async function openRuns(
  home: StewardHome,
): Promise<{ readonly moving: number; readonly doubtful: readonly string[]; readonly parked: number }> {
  return await onDatabase(home, "postgres", async (pool) => {
    const { rows } = await pool.query<{ id: string; status: string; parent: string | null }>({
      text: `select id, status, parent from steward.runs where status not in ${TERMINAL}`,
    });
    const standing = rows.filter((row) => row.status === "in_doubt" || row.status === "parked");
    const callers = rows.filter((row) => row.status === "waiting" && standing.some((one) => one.parent === row.id));
    return {
      moving: rows.length - standing.length - callers.length,
      doubtful: standing.map((row) => showId("run", row.id)),
      parked: standing.filter((row) => row.status === "parked").length,
    };
  });
}

/** How open runs stand in the queue, for a person to look into. */
export async function describeOpen(home: StewardHome): Promise<string> {
  return await onDatabase(home, "postgres", async (pool) => {
    const { rows } = await pool.query({
      text: `select r.status, q.crashes, q.worker is not null as held, w.id is not null as there, q.due_at <= now() as due, count(*)
        from steward.runs r left join steward.queue q on q.run = r.id left join steward.workers w on w.id = q.worker
        where r.status not in ${TERMINAL} group by 1, 2, 3, 4, 5`,
    });
    return rows.map((row) => JSON.stringify(row)).join("\n");
  });
}

/** Resolves what stands in doubt or is parked, in each of the three ways by turns, until every run has ended. */
export async function resolveAll(home: StewardHome, msMax: number): Promise<Resolved> {
  const resolved = new Map<string, Way[]>();
  let turn = 0;
  await eventually("every resolved run ended", msMax, async () => {
    const { moving, doubtful } = await openRuns(home);
    for (const run of doubtful) {
      const way = WAYS[turn++ % WAYS.length]!;
      const step = await doubtfulStep(home.client, run);
      if (step === undefined) continue; // it goes on already
      try {
        await home.client.resolveEffect({ id: run, body: { how: step === null ? "repeat" : way, ...step } });
      } catch (error) {
        if (error instanceof ProblemError && error.code === "run_finished") continue; // by the answer before this one
        throw error;
      }
      if (step) resolved.set(run, [...(resolved.get(run) ?? []), way]);
    }
    return moving === 0 && doubtful.length === 0 ? true : null;
  });
  return resolved;
}

/** The step that stands in doubt; null for a parked run, undefined when neither holds (any more). */
async function doubtfulStep(
  client: Client,
  id: string,
): Promise<{ readonly step: string; readonly path: number[] } | null | undefined> {
  const { items } = await client.listSteps({ id, limit: 100 });
  const found = items.find((one) => one.status === "in_doubt");
  if (found) return { step: found.step, path: [...found.path] };
  return (await client.getRun({ id })).status === "parked" ? null : undefined;
}

export async function stormVerdict(
  home: StewardHome,
  sink: CountingSink,
  accepted: readonly Accepted[],
  resolved: Resolved,
  keyed: number,
  plain = true,
): Promise<{ readonly ended: Readonly<Record<string, number>>; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  const statuses = await onDatabase(home, "postgres", async (pool) => {
    await judgeLeftovers(pool, faults);
    await judgeSegments(pool, faults);
    faults.push(...(await auditFaults(pool)));
    return await judgeStarts(pool, accepted, faults);
  });
  judgeEffects(await sink.counts(), accepted, statuses, resolved, { keyed, plain }, faults);
  await judgeReplay(home, faults);
  const ended: Record<string, number> = {};
  for (const status of statuses.values()) ended[status] = (ended[status] ?? 0) + 1;
  return { ended, faults };
}

/** Every accepted run is there and has ended; no delivery began two. Gives the statuses by shown id. */
async function judgeStarts(pool: Pool, accepted: readonly Accepted[], faults: string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; status: string; child: boolean }>({
    text: "select id, status, parent is not null as child from steward.runs",
  });
  const all = new Map(rows.map((row) => [showId("run", row.id), row.status]));
  const roots = rows.filter((row) => !row.child).length;
  if (roots !== accepted.length) faults.push(`${accepted.length} starts were accepted and ${roots} runs began`);
  for (const { n, run } of accepted) {
    const status = all.get(run);
    if (status === undefined) faults.push(`start ${n} was accepted as ${run}, which is not there`);
  }
  if (new Set(accepted.map((one) => one.run)).size !== accepted.length) faults.push("two starts got the same run");
  for (const [run, status] of all)
    if (!["completed", "failed", "cancelled"].includes(status)) faults.push(`${run} is still ${status}`);
  return new Map(accepted.map(({ run }) => [run, all.get(run) ?? "missing"]));
}

async function judgeLeftovers(pool: Pool, faults: string[]): Promise<void> {
  for (const table of ["queue", "inbox"]) {
    const { rows } = await pool.query<{ count: number }>({
      text: `select count(*) as count from steward.${table} t join steward.runs r on r.id = t.run where r.status in ${TERMINAL}`,
    });
    if (rows[0]!.count > 0) faults.push(`${rows[0]!.count} rows of ${table} belong to ended runs`);
  }
}

async function judgeSegments(pool: Pool, faults: string[]): Promise<void> {
  const { rows } = await pool.query<{ run: string; first: number }>({
    text: `select run, first from (select run, first, lag(last, 1, 0) over (partition by run order by first) as before from steward.segments) s
      where first <> before + 1`,
  });
  for (const { run, first } of rows)
    faults.push(`${showId("run", run)} has a gap or an overlap before record ${first}`);
}

function judgeEffects(
  counts: Readonly<Record<string, number>>,
  accepted: readonly Accepted[],
  statuses: ReadonlyMap<string, string>,
  resolved: Resolved,
  effects: { readonly keyed: number; readonly plain: boolean },
  faults: string[],
): void {
  for (const [name, count] of Object.entries(counts))
    if (!name.startsWith("/plain-") && count > 1)
      faults.push(`${name} was counted ${count} times by a sink that honours keys`);
  for (const { n, run } of accepted) {
    const completed = statuses.get(run) === "completed";
    const ways = resolved.get(run) ?? [];
    const names = [`/child-${n}`, ...Array.from({ length: effects.keyed }, (_, at) => `/keyed-${n}-${at}`)];
    for (const name of completed && ways.length === 0 ? names : [])
      if (counts[name] !== 1) faults.push(`${run} completed and ${name} was counted ${counts[name] ?? 0} times`);
    const plain = counts[`/plain-${n}`] ?? 0;
    const most = 1 + ways.filter((way) => way === "repeat").length;
    if (plain > most) faults.push(`/plain-${n} happened ${plain} times; ${run} was resolved ${ways.join() || "never"}`);
    if (completed && ways.length === 0 && effects.plain && plain !== 1)
      faults.push(`${run} completed and /plain-${n} happened ${plain} times`);
    if (statuses.get(run) === "failed" && ways.length === 0)
      faults.push(`${run} failed, though nothing but kills happened`);
  }
}

/** Opens every run's records with the home's keys and applies them: the state they give is what the row says (R4). */
async function judgeReplay(home: StewardHome, faults: string[]): Promise<void> {
  const files = homeKeyFiles(openHome(home.folder).folder, process.getuid?.() ?? null);
  const nowMs = (): number => Date.now();
  const master = await openMasterKey({ given: undefined, files, fillRandom: randomFillSync, nowMs });
  const keyring = openKeyring({ files, master, fillRandom: randomFillSync, nowMs, projectsMax: 10 });
  await onDatabase(home, "steward_app", async (database) => {
    const projects = createProjects(keyring, () => Promise.resolve({}));
    const versions = createVersions({ database, projects, kinds: stepKinds({ checkCode }), clock: systemClock });
    const blobs = createBlobValues(
      diskBlobs(openHome(home.folder).file("blobs"), () => "x"),
      database,
      systemClock,
    );
    const reading = { database, projects, blobs };
    for (const row of await allRuns(home)) {
      const scope = { organization: row.organization, project: row.project };
      const version = await versions.get(scope, row.flow, row.version);
      const state = newRunState(version.compiled);
      try {
        for await (const { record } of readRecords(reading, scope, row.id, 1)) applyRecord(state, record);
        const found = {
          status: state.ended?.status,
          records: state.seq,
          steps: state.stepsEnded,
          effects: state.effects,
        };
        const told = { status: row.status, records: row.records, steps: row.steps, effects: row.effects };
        if (JSON.stringify(found) !== JSON.stringify(told))
          faults.push(
            `${showId("run", row.id)} replays to ${JSON.stringify(found)}, its row says ${JSON.stringify(told)}`,
          );
      } catch (error) {
        faults.push(`${showId("run", row.id)} can't be replayed: ${String(error)}`);
      }
    }
  });
}

interface Row {
  readonly organization: string;
  readonly project: string;
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly status: string;
  readonly records: number;
  readonly steps: number;
  readonly effects: number;
}

async function allRuns(home: StewardHome): Promise<readonly Row[]> {
  return await onDatabase(home, "postgres", async (pool) => {
    const { rows } = await pool.query<Row>({
      text: `select p.organization, r.project, r.id, r.flow, r.version, r.status, r.records, r.steps, r.effects
        from steward.runs r join steward.projects p on p.id = r.project`,
    });
    return rows;
  });
}
