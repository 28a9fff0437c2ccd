import { sqlState, type Database, type Statement, type Transaction } from "../core/ports/database.ts";
import { isLivingHere } from "./living.ts";
import { insertStatements, queryInScope, valuesList, type Scope } from "./scope.ts";

/** An open run's place in the queue. `dueMs` is epoch milliseconds; null waits for a person or an event. */
export interface QueueEntry {
  readonly run: string;
  readonly dueMs: number | null;
  readonly worker: string | null;
}

/** A run and the fence of its holder: writes under another fence are lost (R2). */
export interface Held {
  readonly run: string;
  readonly fence: number;
}

export interface ClaimedRun {
  readonly organization: string;
  readonly project: string;
  readonly run: string;
  readonly fence: number;
  readonly crashes: number;
}

const due = (placeholder: string): string => `coalesce(to_timestamp(${placeholder}), 'infinity')`;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** New open runs; the fence of a run's first holder is 1. */
export function insertQueue(project: string, entries: readonly QueueEntry[]): Statement[] {
  return insertStatements(
    "insert_queue",
    entries,
    (rows) => `insert into steward.queue (project, run, due_at, fence, worker) values
      ${valuesList(rows, 4, (placeholder, column) => (column === 2 ? `${due(`${placeholder}::float8`)}, 1` : placeholder))}`,
    (entry) => [project, entry.run, seconds(entry.dueMs), entry.worker],
  );
}

/**
 * Locks runs' places in the queue and gives their fences. Primary key of queue; locks in run order; at
 * most the runs of one flush and those they wake.
 */
export async function lockQueue(tx: Transaction, runs: readonly string[]): Promise<readonly Held[]> {
  const { rows } = await tx.query<Held>({
    name: "lock_queue",
    text: "select run, fence from steward.queue where run = any($1::uuid[]) order by run for update",
    values: [runs],
  });
  return rows;
}

/**
 * Locks like `lockQueue`, and fails unless every run is under its fence (`isNotHeld`): then nothing of the
 * transaction is done. So what holders write goes out in one round trip with this in front.
 */
export function requireHeld(held: readonly Held[]): Statement {
  return {
    name: "require_held",
    // A text that is no number is how a plain statement fails by what it finds, and says so in the server's log.
    text: `with locked as (select run, fence from steward.queue where run = any($1::uuid[]) order by run for update)
      select case when count(*) = $3::bigint then 1 else ('a run has another holder: of ' || $3::bigint || ' are held ' || count(*))::int end as held
      from locked join unnest($1::uuid[], $2::bigint[]) as held (run, fence) using (run, fence)`,
    values: [held.map((one) => one.run), held.map((one) => one.fence), held.length],
  };
}

/** A run of `requireHeld` was not under its fence (22P02). */
export function isNotHeld(error: unknown): boolean {
  return sqlState(error) === "22P02";
}

/** A run that was let go; wanted when its inbox has something for it: it is due now. */
export interface Released {
  readonly run: string;
  readonly wanted: boolean;
}

/** Lets runs go until they are due, or at once where an inbox has something for them. */
export function releaseQueue(entries: readonly QueueEntry[]): Statement<Released>[] {
  return insertStatements(
    "release_queue",
    entries,
    (rows) => `update steward.queue q set worker = null, crashes = 0,
        due_at = case when exists (select from steward.inbox i where i.project = q.project and i.run = q.run) then '-infinity' else ${due("v.due")} end
      from (values ${valuesList(rows, 2, (placeholder, column) => placeholder + (column === 0 ? "::uuid" : "::float8"))}) as v (run, due)
      where q.run = v.run returning q.run, q.due_at = '-infinity' as wanted`,
    (entry) => [entry.run, seconds(entry.dueMs)],
  );
}

/** A step ended since the run was taken: it does not kill its workers. */
export function clearCrashes(runs: readonly string[]): Statement {
  return {
    name: "clear_crashes",
    text: "update steward.queue set crashes = 0 where run = any($1::uuid[]) and crashes > 0",
    values: [runs],
  };
}

export function deleteQueue(runs: readonly string[]): Statement {
  return { name: "delete_queue", text: "delete from steward.queue where run = any($1::uuid[])", values: [runs] };
}

/** Makes runs due now, whoever holds them; their holders hear of it by notification. */
export function wakeRuns(runs: readonly string[]): Statement<{ run: string }> {
  return {
    name: "wake_runs",
    text: "update steward.queue set due_at = '-infinity' where run = any($1::uuid[]) returning run",
    values: [runs],
  };
}

/**
 * Makes runs of a flow due that have not begun: when it is resumed, after what locks the flow. Index runs_open; locks in
 * run order, at most `limit`: the others look for themselves within a minute.
 */
export async function wakeQueued(database: Database, scope: Scope, flow: string, limit: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "wake_queued",
    text: `update steward.queue q set due_at = '-infinity'
      from (select q.run from steward.queue q join steward.runs r on r.project = q.project and r.id = q.run
        where r.project = $1 and r.flow = $2 and r.status = 'queued' and r.started_at is null and q.worker is null
        order by q.run limit $3 for update of q) h
      where q.run = h.run`,
    values: [scope.project, flow, limit],
  });
}

/**
 * How many may be taken of the runs that were held when a worker died and have ended no step since: of those held through
 * one death, and of those held through two.
 */
export interface SuspectRoom {
  readonly once: number;
  readonly twice: number;
}

/** Who claims: a worker, and the region it stands in. It gets runs of projects of that region, and of none. */
export interface Claimer {
  readonly worker: string;
  readonly region: string | null;
}

/** Projects one claim looks at; the next claim goes on behind the last of them, so that none starves. */
const PROJECTS_PER_CLAIM = 200;

/**
 * Takes due runs for a worker, oldest first, of each project its share of `limit` or a quarter of it; none for a worker
 * that was taken for gone, and none of a project that is pinned to another region. As steward_dispatch. Index queue_due: one probe for each project with unheld runs, then a
 * range per ready project, which walks over what claims before it took and vacuum has not removed: with a quarter for a
 * project that is alone, 10,000 runs due at once took 9 to 15 s, with all of it 5 to 7 s. Runs that were held when a worker
 * died (due since ever) are taken apart, so that no more of them are led together than may be, and they stand in nobody's way.
 * @param after where the claim before stopped: its `next`
 */
export async function claimRuns(
  dispatch: Database,
  { worker, region }: Claimer,
  nowMs: number,
  limit: number,
  after: string | null,
  suspects: SuspectRoom,
): Promise<{ readonly runs: readonly ClaimedRun[]; readonly next: string | null }> {
  const { rows } = await dispatch.query<(ClaimedRun | { run: null }) & { last: string | null; full: boolean }>({
    // The installation's own project has the least of all ids, and is among the first.
    name: after === null ? "claim_runs" : "claim_runs_after",
    text: claimText(after === null),
    values: [
      worker,
      nowMs / 1000,
      limit,
      Math.max(1, Math.ceil(limit / 4)),
      after ?? "00000000-0000-0000-0000-000000000000",
      suspects.once,
      region,
      suspects.twice,
    ],
  });
  const runs = rows.filter((row) => row.run !== null);
  const { last = null, full = false } = rows[0] ?? {};
  // The next claim goes on behind the projects that had their share of this one.
  if (runs.length >= limit)
    return {
      runs,
      next:
        runs
          .map((run) => run.project)
          .toSorted()
          .at(-1) ?? null,
    };
  return { runs, next: full ? last : null };
}

const claimText = (fromFirst: boolean): string =>
  `with recursive project as (
        (select project from steward.queue where worker is null and project ${fromFirst ? ">=" : ">"} $5 order by project limit 1)
        union all
        (select (select q.project from steward.queue q where q.worker is null and q.project > p.project order by q.project limit 1)
          from project p where p.project is not null)
      ), near as (select project from project where project is not null and ${isLivingHere("project.project", "$7")} limit ${PROJECTS_PER_CLAIM}),
      once as (
        select d.run from near cross join lateral (
          select run from steward.queue q where q.project = near.project and q.worker is null and q.due_at = '-infinity' and q.crashes = 1
          limit least($6, greatest(1, $6 / (select count(*) from near))) for update skip locked) d limit $6
      ), twice as (
        select d.run from near cross join lateral (
          select run from steward.queue q where q.project = near.project and q.worker is null and q.due_at = '-infinity' and q.crashes = 2
          limit $8 for update skip locked) d limit $8
      ), calm as (
        select d.run from near cross join lateral (
          select run from steward.queue q
          where q.project = near.project and q.worker is null and q.due_at <= to_timestamp($2)
            and (q.crashes = 0 or (q.crashes < 3 and q.due_at > '-infinity'))
          order by q.due_at limit greatest($4, $3 / (select count(*) from near)) for update skip locked) d limit $3
      ), due as (
        select run from (select run from once union all select run from twice union all select run from calm) every limit $3
      ), taken as (
        update steward.queue q set worker = $1, fence = q.fence + 1 from due
        where q.run = due.run and exists (select from steward.workers w where w.id = $1)
        returning q.project, q.run, q.fence, q.crashes
      )
      select p.organization, t.project, t.run, t.fence, t.crashes, n.last, n.full
      from (select max(project::text) as last, count(*) = ${PROJECTS_PER_CLAIM} as full from near) n
      left join (taken t join steward.projects p on p.id = t.project) on true`;

/** When the next unheld run is due that a worker of this region may lead, within the horizon; null when none is. As steward_dispatch. */
export async function nextDue(dispatch: Database, horizonMs: number, region: string | null): Promise<number | null> {
  const { rows } = await dispatch.query<{ due: number | null }>({
    name: "next_due",
    text: `select min(due_at) as due from steward.queue q
      where worker is null and due_at > '-infinity' and due_at <= to_timestamp($1) and ${isLivingHere("q.project", "$2")}`,
    values: [horizonMs / 1000, region],
  });
  return rows[0]?.due ?? null;
}

/**
 * Frees what gone workers held: their fences become void and each run counts a crash, where they died. Runs that were
 * held through three crashes stay for `parkRuns`. As steward_dispatch. Locks in run order, and passes by what is
 * locked: a holder frozen in its transaction must not hold up whoever takes over; `goneHolders` finds the rest.
 */
export async function freeHeldBy(dispatch: Database, workers: readonly string[], died = true): Promise<number> {
  const { count } = await dispatch.query({
    name: "free_held_by",
    text: `update steward.queue q set worker = null, fence = q.fence + 1, crashes = q.crashes + $2, due_at = '-infinity'
      from (select run from steward.queue where worker = any($1::uuid[]) order by run for update skip locked) h where q.run = h.run`,
    values: [workers, died ? 1 : 0],
  });
  return count;
}

/**
 * Holders that are not on the list of workers: one that was taken for gone and wrote once more before it heard of it.
 * Index queue_worker. As steward_dispatch.
 */
export async function goneHolders(dispatch: Database): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ worker: string }>({
    name: "gone_holders",
    text: `select distinct q.worker from steward.queue q
      where q.worker is not null and not exists (select from steward.workers w where w.id = q.worker) limit 100`,
  });
  return rows.map((row) => row.worker);
}

/** Gives one run back, while its fence is still the holder's. As steward_dispatch. */
export async function freeRun(
  dispatch: Database,
  claimed: Pick<ClaimedRun, "run" | "fence">,
  crashed: boolean,
  dueMs: number,
): Promise<void> {
  await dispatch.query({
    name: "free_run",
    text: `update steward.queue set worker = null, fence = fence + 1, crashes = crashes + $3,
        due_at = to_timestamp($4)
      where run = $1 and fence = $2`,
    values: [claimed.run, claimed.fence, crashed ? 1 : 0, dueMs / 1000],
  });
}

/** Takes runs that were held through three crashes, to park them, which reads them: where they may be led. As steward_dispatch. */
export async function claimPoison(
  dispatch: Database,
  { worker, region }: Claimer,
  limit: number,
): Promise<readonly ClaimedRun[]> {
  const { rows } = await dispatch.query<ClaimedRun>({
    name: "claim_poison",
    text: `with poison as (
        select run from steward.queue q where worker is null and crashes >= 3 and due_at < 'infinity'
          and coalesce((select coalesce(p.region, o.region) from steward.projects p join steward.organizations o on o.id = p.organization
            where p.id = q.project), $3::text) is not distinct from $3::text
        order by run limit $2 for update skip locked
      ), taken as (
        update steward.queue q set worker = $1, fence = q.fence + 1 from poison where q.run = poison.run
        returning q.project, q.run, q.fence, q.crashes
      ) select p.organization, t.* from taken t join steward.projects p on p.id = t.project`,
    values: [worker, limit, region],
  });
  return rows;
}

/** What a worker holds according to the database. As steward_dispatch. */
export async function heldBy(dispatch: Database, worker: string): Promise<readonly Held[]> {
  const { rows } = await dispatch.query<Held>({
    name: "held_by",
    text: "select run, fence from steward.queue where worker = $1",
    values: [worker],
  });
  return rows;
}

/**
 * Takes runs of a project from whoever leads them, so that their writes are lost; due at once, for when the project is
 * there again. Gives how many. Index queue_worker, locks in run order, at most `limit`.
 */
export async function releaseProject(database: Database, scope: Scope, limit: number): Promise<number> {
  const rows = await queryInScope(database, scope, {
    name: "release_project",
    text: `update steward.queue q set worker = null, fence = q.fence + 1, due_at = '-infinity'
      from (select run from steward.queue where project = $1 and worker is not null order by run limit $2 for update) h
      where q.run = h.run returning q.run`,
    values: [scope.project, limit],
  });
  return rows.length;
}
