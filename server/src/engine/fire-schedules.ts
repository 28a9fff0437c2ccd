/**
 * Fires due schedules: the runs are inserted and the schedules advanced in one transaction, so that
 * each firing happens once, however many workers look (R8).
 */
import { invariant } from "../core/invariant.ts";
import type { Json } from "../core/json.ts";
import { isConnectionLost } from "../core/ports/database.ts";
import { missedFirings, nextFiring } from "../core/schedule.ts";
import { advanceSchedules, dueProjects, lockDue, type DueSchedule } from "../store/due-schedules.ts";
import { insertQueue } from "../store/queue.ts";
import { insertRuns } from "../store/runs.ts";
import { insertSegments } from "../store/segments.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { EngineParts } from "./engine-parts.ts";
import { RUN_CHANNEL } from "./engine-parts.ts";
import { queuedRows } from "./flush-item.ts";

const SCHEDULES_PER_LOOK = 200;
const LOOKS_MAX = 50;

export async function fireSchedules(parts: EngineParts): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    const projects = await dueProjects(parts.dispatch, parts.clock.nowMs(), SCHEDULES_PER_LOOK);
    let fired = 0;
    for (const { organization, project, triggers } of projects) {
      fired += await fireApart(parts, { organization, project }, triggers);
    }
    if (fired === 0) return;
  }
}

/** Fires a project's schedules together; where that fails each by itself, so that one that can't be fired holds up no other. */
async function fireApart(parts: EngineParts, scope: Scope, triggers: readonly string[]): Promise<number> {
  try {
    return await fireProject(parts, scope, triggers);
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    if (triggers.length === 1) {
      parts.log(`schedule ${triggers[0]} can't be fired`, error);
      return 0;
    }
    let fired = 0;
    for (const trigger of triggers) fired += await fireApart(parts, scope, [trigger]);
    return fired;
  }
}

/** Gives how many schedules were advanced. */
async function fireProject(parts: EngineParts, scope: Scope, triggers: readonly string[]): Promise<number> {
  const project = await parts.projects.get(scope);
  const { runs, advanced } = await inScope(parts.database, scope, async (tx) => {
    const nowMs = parts.clock.nowMs();
    const due = await lockDue(tx, scope.project, triggers, nowMs);
    const firings = await Promise.all(due.map((schedule) => firingsOf(parts, scope, schedule, nowMs)));
    const rows = firings.flatMap(({ version, times, schedule }) =>
      times.map((dueMs) => {
        const accepted = {
          t: "accepted",
          at: nowMs,
          trigger: schedule.name,
          input: inputOf(version, schedule.name, dueMs),
        };
        return queuedRows(project, {
          id: parts.ids.uuid(),
          version: version!,
          trigger: schedule.name,
          record: JSON.stringify(accepted),
          parent: null,
        });
      }),
    );
    const statements = [
      ...insertRuns(
        scope.project,
        rows.map((one) => one.row),
      ),
      ...insertSegments(
        scope.project,
        rows.map((one) => one.segment),
      ),
      ...insertQueue(
        scope.project,
        rows.map((one) => ({ run: one.row.id, dueMs: 0, worker: null })),
      ),
      ...advanceSchedules(
        scope.project,
        firings.map(({ schedule, nextMs, times }) => ({
          trigger: schedule.trigger,
          dueMs: nextMs,
          lastDueMs: times.at(-1) ?? schedule.dueAt,
        })),
      ),
    ];
    await Promise.all(statements.map((statement) => tx.query(statement)));
    return { runs: rows.map((one) => one.row.id), advanced: due.length };
  });
  if (runs.length > 0) parts.announce(RUN_CHANNEL, runs);
  return advanced;
}

async function firingsOf(parts: EngineParts, scope: Scope, schedule: DueSchedule, nowMs: number) {
  if (!schedule.active) return { schedule, version: null, times: [], nextMs: null };
  const version = await parts.versions.get(scope, schedule.flow, schedule.version);
  const trigger = version.compiled.triggers.get(schedule.name);
  invariant(
    trigger?.kind === "schedule",
    `version ${schedule.version} of flow ${schedule.flow} has no schedule ${schedule.name}`,
  );
  const before = schedule.lastDue ?? schedule.anchorAt;
  const times = missedFirings(trigger, before, nowMs, trigger.missed, trigger.missedMax);
  return { schedule, version, times, nextMs: nextFiring(trigger, nowMs, schedule.anchorAt) };
}

function inputOf(version: Awaited<ReturnType<typeof firingsOf>>["version"], name: string, dueMs: number): Json {
  const trigger = version?.compiled.triggers.get(name);
  const body = trigger?.kind === "schedule" ? ((trigger.input as Json | undefined) ?? null) : null;
  return {
    method: null,
    path: null,
    headers: {},
    query: {},
    body,
    deliveryId: null,
    scheduledFor: new Date(dueMs).toISOString(),
  };
}
