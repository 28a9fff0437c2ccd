/** Builds a worker with its engine: the parts, the verbs on them, and the turns that keep them going. */
import { showId } from "../core/id.ts";
import type { CodeRunner } from "../core/ports/code-runner.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Gate } from "../core/ports/gate.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import { freeRun } from "../store/queue.ts";
import { deleteWorkers, insertWorker } from "../store/workers.ts";
import { advanceRun } from "./advance-run.ts";
import type { BlobValues } from "./blob-values.ts";
import type { Engine } from "./engine.ts";
import {
  NEWS_CHANNEL,
  RUN_CHANNEL,
  RUNS_PER_WORD,
  type EngineLimits,
  type EngineParts,
  type EventWorks,
  type Place,
} from "./engine-parts.ts";
import { fireSchedules } from "./fire-schedules.ts";
import { followRun } from "./follow-run.ts";
import { isPassing } from "./is-passing.ts";
import { createJournal } from "./journal.ts";
import { createRegionWatch, type RegionWatch } from "./leave-region.ts";
import { createLease, type Lease } from "./lease.ts";
import { forgetLive, type LiveRun } from "./live-run.ts";
import { createTriggerPoller, type TriggerPoller } from "./poll-triggers.ts";
import type { Projects } from "./projects.ts";
import { listSteps, readRun } from "./read-run.ts";
import { startRun, waitSettled } from "./start-run.ts";
import { retryRun } from "./retry-run.ts";
import { cancelRun, resolveEffect, sealCancel, sealDecision, sendEvent } from "./send-message.ts";
import { createSubRuns } from "./sub-runs.ts";
import { createTurns } from "./turns.ts";
import { createRunWatch } from "./watch-run.ts";
import { createWorker, letGo, type Worker } from "./worker.ts";
import type { Versions } from "./versions.ts";
import type { Flushed } from "./write-flush.ts";

export interface EngineConfig {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly notifications: Notifications;
  readonly projects: Projects;
  readonly versions: Versions;
  readonly gate: Gate;
  readonly events?: EventWorks;
  readonly code: CodeRunner;
  readonly blobs: BlobValues;
  readonly limits: EngineLimits;
  /** Absent where no regions are set up. */
  readonly place?: Place;
  readonly host: string;
  readonly process: number;
  /** Closes every outbound socket (R6). */
  readonly abortEffects: (reason: string) => void;
  /** Loads anew what other processes' words may have changed while this one was taken for gone, before it leads anything. */
  readonly loadAnew: () => Promise<void>;
  /** Flushes that may be under way at once. */
  readonly lanes: number;
  readonly log: (message: string, error?: unknown) => void;
}

export interface RunningEngine {
  readonly engine: Engine;
  readonly parts: EngineParts;
  readonly worker: Worker;
  readonly lease: Lease;
  readonly regions: RegionWatch;
  readonly poller: TriggerPoller;
  /** Claims and fires what is due now: what the turns do by themselves once `start` is called. */
  tick(): Promise<void>;
  start(): void;
  stop(graceMs: number): Promise<void>;
  /** Settles when others have taken this worker for gone and it can't register anew: the process must end. */
  readonly lost: Promise<void>;
}

export async function createEngine(config: EngineConfig): Promise<RunningEngine> {
  const { clock, dispatch, log, notifications } = config;
  const live = new Map<string, LiveRun>();
  const lost = Promise.withResolvers<void>();
  const claim = (): void => void worker.claim().catch((error: unknown) => log("claiming failed", error));
  const lease = await createLease({
    dispatch,
    clock,
    register: () => register(config),
    anew: () =>
      registerAnew(config).catch((error: unknown) => {
        if (!isPassing(error)) lost.resolve();
        throw error;
      }),
    log,
    onFreed: claim,
    onRegistered: claim,
    onLost: () => {
      log(`worker ${lease.worker} was taken for gone: it lets go of ${live.size} runs`);
      for (const run of live.values()) letGo(run);
      live.clear();
      config.abortEffects("the worker's lease was lost");
    },
  });
  const wake = (runs: readonly string[]): void => {
    for (const run of runs) if (live.has(run)) worker.hear(run);
    claim();
  };
  const parts = createParts(config, live, lease, wake);
  const worker = createWorker(parts);
  await notifications.listen(RUN_CHANNEL, (payload) => wake(payload.split(",")));
  await notifications.listen(NEWS_CHANNEL, (payload) => {
    for (const run of payload.split(",")) if (!live.has(run)) parts.watch.tell(run, null);
  });
  const regions = createRegionWatch(parts);
  const poller = createTriggerPoller(parts);
  const turns = createTurns(parts, { worker, lease, regions, poller }, config.abortEffects);
  return {
    engine: verbs(parts),
    parts,
    worker,
    lease,
    regions,
    poller,
    lost: lost.promise,
    async tick() {
      await fireSchedules(parts);
      await worker.claim();
      await parts.journal.drain();
    },
    start: () => turns.start(),
    async stop(graceMs) {
      lease.resign();
      await Promise.all([turns.stop(), poller.stop(), worker.stop(graceMs)]);
    },
  };
}

/** Puts a worker on the list. */
async function register({ dispatch, ids, clock, host, process, place }: EngineConfig): Promise<string> {
  const id = ids.uuid();
  const region = place?.region ?? null;
  await insertWorker(dispatch, { id, host, process, startedMs: clock.nowMs(), region });
  return id;
}

/** The list comes first: whoever says a word from then on waits for this process's answer. */
async function registerAnew(config: EngineConfig): Promise<string> {
  const id = await register(config);
  try {
    await config.loadAnew();
    return id;
  } catch (error) {
    await deleteWorkers(config.dispatch, [id]).catch(() => undefined); // else the others find that it does not beat
    throw error;
  }
}

function createParts(
  config: EngineConfig,
  live: Map<string, LiveRun>,
  lease: Lease,
  wake: (runs: readonly string[]) => void,
): EngineParts {
  const { clock, ids, log, notifications } = config;
  // Who hears no stop acts no more (R6).
  let hears = true;
  notifications.onSilence(() => (hears = false));
  notifications.onReconnect(() => (hears = true));
  const parts: EngineParts = {
    ...config,
    get worker() {
      return lease.worker;
    },
    live,
    uncommitted: new Set(),
    watch: createRunWatch(),
    subRuns: { admit: (run) => subRuns.admit(run) },
    mayAct: () => lease.stands() && hears,
    leaseStands: () => lease.stands(),
    journal: createJournal({
      database: config.database,
      clock,
      worker: () => lease.worker,
      place: config.place ?? null,
      chains: Array.from({ length: config.lanes }, () => ids.uuid()),
      log,
      onFlushed: (flushed) => {
        onFlushed(parts, flushed);
        if (acquit(flushed)) wake([]); // others of their like may be led now
      },
    }),
    announce: (channel, runs) => {
      if (channel === RUN_CHANNEL) wake(runs);
      if (!lease.hasOthers()) return;
      for (let at = 0; at < runs.length; at += RUNS_PER_WORD) {
        notifications.notify(channel, runs.slice(at, at + RUNS_PER_WORD).join(","));
      }
    },
    advance: (run) => advanceRun(parts, run),
    abandon: (run, error) => abandon(parts, run, error),
  };
  const subRuns = createSubRuns(parts);
  return parts;
}

function onFlushed(parts: EngineParts, flushed: Flushed): void {
  const changed: string[] = [];
  for (const { run, disposition, fresh } of flushed.won) {
    parts.uncommitted.delete(run);
    if (fresh && disposition.kind !== "end") run.queued = true;
    if (disposition.kind !== "hold") forgetLive(parts.live, run);
    parts.watch.tell(run.id, run);
    if (run.queued && disposition.kind !== "hold") changed.push(run.id);
  }
  for (const { run, fresh } of flushed.lost) {
    parts.uncommitted.delete(run);
    forgetLive(parts.live, run);
    letGo(run);
    if (!fresh) giveBack(parts, run, true);
  }
  if (changed.length > 0) parts.announce(NEWS_CHANNEL, changed);
  if (flushed.woken.length > 0) parts.announce(RUN_CHANNEL, flushed.woken);
}

/** Runs of which a step has ended don't kill their workers. */
function acquit({ won }: Flushed): boolean {
  const innocent = won.filter(({ run, unsaved }) => run.crashes > 0 && unsaved.progress);
  for (const { run } of innocent) run.crashes = 0;
  return innocent.length > 0;
}

/** A run that can't be led on here: counted as a crash, tried again elsewhere or later. */
function abandon(parts: EngineParts, run: LiveRun, error: unknown): void {
  if (run.gone) return;
  parts.log(`run ${showId("run", run.id)} is let go`, error);
  parts.uncommitted.delete(run);
  forgetLive(parts.live, run);
  letGo(run);
  if (run.acceptance === null) giveBack(parts, run, !isPassing(error));
}

/** Frees a run while this worker's fence still holds it; what fails here is found by the worker's look at what it holds. */
function giveBack(parts: EngineParts, run: LiveRun, crashed: boolean): void {
  freeRun(parts.dispatch, { run: run.id, fence: run.fence }, crashed, parts.clock.nowMs() + 1000).catch(
    (error: unknown) => parts.log("giving a run back failed", error),
  );
}

function verbs(parts: EngineParts): Engine {
  return {
    startRun: (run, until, waitMs) => startRun(parts, run, until, waitMs),
    async waitForEnd(scope, run, waitMs) {
      const settled = await waitSettled(parts, scope, run, "end", waitMs);
      return settled ?? (await waitSettled(parts, scope, run, "end", 0)); // a word may have been lost
    },
    readRun: (scope, run) => readRun(parts, scope, run),
    listSteps: (scope, run, after, limit, step) => listSteps(parts, scope, run, after, limit, step),
    follow: (scope, run, after, signal) => followRun(parts, scope, run, after, signal),
    cancelRun: (scope, run, by) => cancelRun(parts, scope, run, by),
    sendEvent: (scope, run, name, data, by) => sendEvent(parts, scope, run, name, data, by),
    resolveEffect: (scope, run, resolution, by) => resolveEffect(parts, scope, run, resolution, by),
    sealDecision: (scope, run, decision) => sealDecision(parts, scope, run, decision),
    sealCancel: (scope, run, by, because) => sealCancel(parts, scope, run, by, because),
    wake: (runs) => parts.announce(RUN_CHANNEL, runs),
    retryRun: (scope, run, from, by, starter = null) => retryRun(parts, scope, run, from, by, starter),
    forgetProject: (project) => parts.projects.forget(project),
    forgetFlow: (flow) => parts.versions.forget(flow),
  };
}
