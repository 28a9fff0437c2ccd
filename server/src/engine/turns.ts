/** What a worker does again and again, each at its own pace and never twice at once. */
import type { EngineParts } from "./engine-parts.ts";
import { makeWeekPartition } from "../store/partitions.ts";
import { fireSchedules } from "./fire-schedules.ts";
import { ignoreLost } from "./ignore-lost.ts";
import type { RegionWatch } from "./leave-region.ts";
import type { TriggerPoller } from "./poll-triggers.ts";
import { BEAT_MS, type Lease } from "./lease.ts";
import { LOOK_MS, type Worker } from "./worker.ts";

const SWEEP_MS = 20;
const WEEK_MS = 7 * 86_400_000;
const PARTITION_MS = 6 * 3_600_000;

export interface Turns {
  start(): void;
  /** Settles when no turn is under way any more. */
  stop(): Promise<void>;
}

interface Turning {
  readonly worker: Worker;
  readonly lease: Lease;
  readonly regions: RegionWatch;
  readonly poller: TriggerPoller;
}

export function createTurns(
  parts: EngineParts,
  { worker, lease, regions, poller }: Turning,
  abortEffects: (reason: string) => void,
): Turns {
  let stopped = true;
  const underWay = new Set<Promise<void>>();
  const pending = new Map<string, () => void>();

  /** Repeats with `everyMs` between the end of one and the begin of the next. */
  const repeat = (name: string, everyMs: number, turn: () => Promise<number | void>): void => {
    const again = async (): Promise<void> => {
      let waitMs = everyMs;
      try {
        waitMs = (await turn()) ?? everyMs;
      } catch (error) {
        parts.log(`${name} failed`, error);
      }
      if (!stopped) pending.set(name, parts.clock.after(waitMs, begin));
    };
    const begin = (): void => {
      if (stopped) return;
      const turning = again().finally(() => underWay.delete(turning));
      underWay.add(turning);
    };
    begin();
  };

  /** Claims what is due; looks again when the next is due. */
  const look = async (): Promise<number> => {
    await worker.claim();
    const due = await worker.nextDueMs();
    return due === null ? LOOK_MS : Math.max(5, Math.min(LOOK_MS, due - parts.clock.nowMs()));
  };

  return {
    start() {
      stopped = false;
      parts.notifications.onSilence(() => abortEffects("this worker can't hear a stop"));
      const log = (error: unknown): void => parts.log("looking around after a silence failed", error);
      parts.notifications.onReconnect(() => {
        void lease.beat().catch(log); // whoever was taken for gone meanwhile learns it before it goes on
        void worker.lookForMessages().catch(log);
      });
      repeat("sweeping", SWEEP_MS, () => sweep(parts));
      repeat("beating", BEAT_MS, () => lease.beat());
      repeat("claiming", LOOK_MS, look);
      repeat("looking for messages", 2 * LOOK_MS, () => worker.lookForMessages());
      repeat("reconciling", 5000, () => worker.reconcile());
      repeat("leaving regions", 2 * LOOK_MS, () => regions.look());
      repeat("firing schedules", LOOK_MS, () => fireSchedules(parts));
      repeat("looking at triggers", LOOK_MS, () => poller.look());
      repeat("making partitions", PARTITION_MS, () => makePartitions(parts));
    },
    async stop() {
      stopped = true;
      for (const cancel of pending.values()) cancel();
      await Promise.all(underWay);
    },
  };
}

/** Commits what has been uncommitted for as long as it may be (R1). */
async function sweep(parts: EngineParts): Promise<void> {
  const before = parts.clock.monotonicMs() - parts.limits.uncommittedMsMax;
  for (const run of parts.uncommitted) {
    if (run.acceptance && run.acceptance.atMonotonicMs > before) break;
    parts.uncommitted.delete(run);
    if (!run.gone && run.acceptance) void parts.journal.commit(run).catch(ignoreLost);
  }
}

/** Partitions for this week and the next four. */
export async function makePartitions(parts: Pick<EngineParts, "database" | "clock">): Promise<void> {
  for (let week = 0; week < 5; week++) await makeWeekPartition(parts.database, parts.clock.nowMs() + week * WEEK_MS);
}
