/**
 * What is left to do of a responsibility's end after its commit: all workers stop what is in flight, runs that rest on it
 * are cancelled, and it is looked for what was not to be seen yet. Each part may be repeated, by several at once; a run is
 * cancelled once. Places in the queue come first in every order of locks: hence after the commit, in small transactions.
 */
import type { CancelCause } from "../core/run/record.ts";
import type { Stopped } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { firstIdOf, showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { PolicyWords } from "../core/ports/policy-words.ts";
import type { Engine } from "../engine/engine.ts";
import { appendActs } from "../store/append-acts.ts";
import {
  addPaused,
  dropEndingRuns,
  type EndingRow,
  findEnding,
  hasUntold,
  insertEndingRuns,
  listEndingRuns,
  listRestingRuns,
  lockLateUsers,
  noteLooked,
  noteTold,
} from "../store/endings.ts";
import { insertInbox } from "../store/inbox.ts";
import { findGone } from "../store/flows.ts";
import { lockQueue, wakeRuns } from "../store/queue.ts";
import { noteStopped } from "../store/revocations.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { pausedActs, pauseFlows } from "./begin-ending.ts";
import type { Changes } from "./changes.ts";
import { endGrantsTo } from "./end-grants-to.ts";

export interface FinishParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly engine: Pick<Engine, "sealCancel" | "wake">;
  readonly words: Pick<PolicyWords, "sayRevoked">;
  readonly changes: Pick<Changes, "flow">;
}

/** Runs cancelled in one transaction. */
const BATCH = 100;
/** For whoever waits for the answer; the turns go on. */
const WAIT_MS_MAX = 10_000;
/** What was begun before the end is to be seen by then: a run is written within 100 ms (R1), a transaction within 10 s. */
const LATE_MS = 15_000;
const LISTED_MAX = 100;
/** Of which runs there were. */
const KEPT_MS = 86_400_000;
/** PROMISES E6. */
const RECOVERABLE_MS = 30 * 86_400_000;
/** How long it is waited for that runs which are led have heard. */
const HEARD_MS_MAX = 2_000;
const HEARD_EVERY_MS = 10;

/** Throws `not_found` where there is no such ending. */
export async function finishEnding(parts: FinishParts, scope: Scope, id: string): Promise<Stopped> {
  const { database } = parts;
  const row = await findEnding(database, scope, id);
  if (row === null) throw new AppError("not_found", `nothing has ended as ${id}`);
  if (row.dueAt !== null) await act(parts, scope, row);
  const stopped = await showStopped(parts, scope, id);
  if (row.kind === "connection") await noteStopped(database, scope, id, stopped);
  return stopped;
}

/** What is due of it now. */
async function act(parts: FinishParts, scope: Scope, row: EndingRow): Promise<void> {
  const { clock, database } = parts;
  if (row.lookedAt !== null && row.lookedAt >= row.at + LATE_MS) return await clearUp(parts, scope, row);
  for (const { flow } of row.paused) parts.changes.flow(flow);
  if (row.kind === "flow") parts.changes.flow(row.thing);
  if (!(await stop(parts, scope, row))) return;
  const nowMs = clock.nowMs();
  const isLate = nowMs >= row.at + LATE_MS;
  if (isLate) await pauseLate(parts, scope, row);
  await noteLooked(database, scope, row.id, { lookedAt: nowMs, dueAt: row.at + (isLate ? KEPT_MS : LATE_MS) });
}

/** In this order where nothing else keeps a run from its next effect: by what else is gone the gate refuses it at once. */
async function stop(parts: FinishParts, scope: Scope, row: EndingRow): Promise<boolean> {
  const untilMs = parts.clock.monotonicMs() + WAIT_MS_MAX;
  if (row.kind !== "flow") {
    const [looked] = await Promise.all([cancelAll(parts, scope, row, untilMs), tell(parts, scope, row)]);
    return looked;
  }
  const looked = await cancelAll(parts, scope, row, untilMs);
  await tell(parts, scope, row);
  await untilHeard(parts, scope, row.id);
  return looked;
}

async function tell({ database, words }: FinishParts, scope: Scope, row: EndingRow): Promise<void> {
  if (row.told !== null) return;
  const id = row.kind === "flow" ? row.name : row.thing;
  await noteTold(database, scope, row.id, await words.sayRevoked(scope, { kind: row.kind, id }));
}

/** False when there was no time for all. */
async function cancelAll(parts: FinishParts, scope: Scope, row: EndingRow, untilMs: number): Promise<boolean> {
  if (row.uses.length === 0) return true;
  const of = { ending: row.id, uses: row.uses, before: firstIdOf(row.at + 1), limit: BATCH };
  for (let after: string | null = null; ;) {
    const runs: readonly string[] = await listRestingRuns(parts.database, scope, { ...of, after });
    if (runs.length > 0) await cancelSome(parts, scope, row, runs);
    after = runs.at(-1) ?? after;
    if (runs.length < BATCH) return true;
    if (parts.clock.monotonicMs() > untilMs) return false;
  }
}

async function cancelSome(
  { database, engine, clock }: FinishParts,
  scope: Scope,
  row: EndingRow,
  runs: readonly string[],
): Promise<void> {
  const { id, kind, name, by } = row;
  const because = causeOf(row);
  const messages = await Promise.all(runs.map((run) => engine.sealCancel(scope, run, by, because)));
  const cancelled = await inScope(database, scope, async (tx) => {
    const open = await lockQueue(tx, runs); // what is not there has ended meanwhile
    const fresh = new Set(
      await insertEndingRuns(
        tx,
        scope.project,
        id,
        open.map(({ run }) => run),
      ),
    );
    if (fresh.size === 0) return [];
    const rows = messages.filter(({ run }) => fresh.has(run));
    for (const statement of insertInbox(scope.project, rows)) await tx.query(statement);
    await tx.query(wakeRuns([...fresh]));
    const atMs = clock.nowMs();
    const acts = [...fresh].map((run) =>
      actOn(scope.project, by, "run.cancelled", showId("run", run), { because: `${kind}:${name}` }, atMs),
    );
    await appendActs(tx, scope.organization, acts, atMs);
    return [...fresh];
  });
  if (cancelled.length > 0) engine.wake(cancelled);
}

const ENDED: Readonly<Record<EndingRow["kind"], string>> = {
  connection: "disconnected",
  credential: "deleted",
  grant: "revoked",
  flow: "deleted",
};

/** The ending of a connection has the id of its receipt, and a grant's name is its id. */
function causeOf({ id, kind, name }: EndingRow): CancelCause {
  const receipt = kind === "connection" ? { receipt: showId("rev", id) } : {};
  return { words: `the ${kind} ${name} was ${ENDED[kind]}`, details: { ...receipt, [kind]: name } };
}

async function untilHeard({ database, clock }: FinishParts, scope: Scope, id: string): Promise<void> {
  const untilMs = clock.monotonicMs() + HEARD_MS_MAX;
  while ((await hasUntold(database, scope, id)) && clock.monotonicMs() < untilMs)
    await new Promise<void>((resolve) => void clock.after(HEARD_EVERY_MS, resolve));
}

/** Flows that were being published while it ended. */
async function pauseLate(parts: FinishParts, scope: Scope, row: EndingRow): Promise<void> {
  if (row.kind === "flow") return;
  const because = { ended: row.kind, name: row.name, atMs: row.at };
  const paused = await inScope(parts.database, scope, async (tx) => {
    const late = await lockLateUsers(tx, scope.project, row);
    const some = await pauseFlows(tx, scope.project, late, because);
    if (some.length === 0) return some;
    await tx.query(addPaused(scope.project, row.id, some));
    await appendActs(tx, scope.organization, pausedActs(scope.project, some, because, row.by), parts.clock.nowMs());
    return some;
  });
  for (const { flow } of paused) parts.changes.flow(flow);
}

/** A day later the list of runs goes; and once a flow can't be restored any more, what was granted to it. */
async function clearUp({ database, clock }: FinishParts, scope: Scope, row: EndingRow): Promise<void> {
  const nowMs = clock.nowMs();
  if (nowMs < row.at + KEPT_MS) return;
  await dropEndingRuns(database, scope, row.id);
  const isOver = row.kind !== "flow" || nowMs >= row.at + RECOVERABLE_MS;
  if (isOver && row.kind === "flow") await endGrantsOfGone(database, scope, row, nowMs);
  const dueAt = isOver ? null : row.at + RECOVERABLE_MS;
  await noteLooked(database, scope, row.id, { lookedAt: nowMs, dueAt });
}

async function endGrantsOfGone(database: Database, scope: Scope, row: EndingRow, nowMs: number): Promise<void> {
  await inScope(database, scope, async (tx) => {
    const kind = await findGone(tx, scope.project, row.thing);
    if (kind === null) return;
    const acts = await endGrantsTo(tx, scope, `${kind}:${row.name}`, nowMs);
    await appendActs(tx, scope.organization, acts, nowMs);
  });
}

async function showStopped({ database }: FinishParts, scope: Scope, id: string): Promise<Stopped> {
  const row = await findEnding(database, scope, id);
  invariant(row !== null, "it was just there");
  const { told, at, paused, cancelled } = row;
  const runs = cancelled === 0 ? [] : await listEndingRuns(database, scope, id, LISTED_MAX);
  const first = paused.slice(0, LISTED_MAX);
  return {
    ...(told ?? { atMs: at, acknowledged: [], silent: [], inFlight: [] }),
    pausedFlows: first.map(({ slug }) => slug),
    pausedFlowCount: paused.length,
    pausedTriggers: first.flatMap(({ slug, triggers }) => triggers.map((trigger) => ({ flow: slug, trigger }))),
    cancelledRuns: runs.map((run) => showId("run", run)),
    cancelledRunCount: cancelled,
  };
}
