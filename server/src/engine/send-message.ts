/** What somebody wants of a run from outside: a row in its inbox, durable before it is answered, told to whoever leads it. */
import type { CancelCause } from "../core/run/record.ts";
import { actOn, type AuditEntry } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import { appendActs } from "../store/append-acts.ts";
import { countInbox, insertInbox, type InboxRow } from "../store/inbox.ts";
import { lockQueue, wakeRuns } from "../store/queue.ts";
import { findRun } from "../store/runs.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { sealMessage, type ApprovalDecision, type Message } from "./call-flow.ts";
import type { Resolution } from "./engine.ts";
import { RUN_CHANNEL, type EngineParts } from "./engine-parts.ts";
import { RUN_UNREADABLE } from "./park-run.ts";
import { loadRun } from "./load-run.ts";
import { doubtful } from "./read-messages.ts";

/** @param act audited with the message; null where the flush that takes it into the run's history audits it */
async function send(
  parts: EngineParts,
  scope: Scope,
  run: string,
  message: Message,
  act: AuditEntry | null,
): Promise<void> {
  const row = await rowOf(parts, scope, run, message);
  await inScope(parts.database, scope, async (tx) => {
    const [locked] = await lockQueue(tx, [run]);
    if (!locked) throw finished(run);
    if ((await countInbox(tx, scope.project, run)) >= parts.limits.inboxMax) {
      throw new AppError(
        "overloaded",
        `run ${showId("run", run)} has ${parts.limits.inboxMax} messages it has not read`,
        { retryAfterSeconds: 5 },
      );
    }
    for (const statement of [...insertInbox(scope.project, [row]), wakeRuns([run])]) await tx.query(statement);
    if (act) await appendActs(tx, scope.organization, [act], act.atMs);
  });
  parts.announce(RUN_CHANNEL, [run]);
}

async function rowOf(parts: EngineParts, scope: Scope, run: string, message: Message): Promise<InboxRow> {
  const project = await parts.projects.get(scope);
  const id = parts.ids.uuid();
  return { run, id, kind: message.kind, body: sealMessage({ project }, run, id, message) };
}

/** What people have decided, as it lies in the inbox of the run that waits for it. */
export function sealDecision(
  parts: EngineParts,
  scope: Scope,
  run: string,
  decision: ApprovalDecision,
): Promise<InboxRow> {
  return rowOf(parts, scope, run, { kind: "approval", ...decision });
}

/** That a run is to be cancelled, likewise. */
export function sealCancel(
  parts: EngineParts,
  scope: Scope,
  run: string,
  by: string,
  because: CancelCause,
): Promise<InboxRow> {
  return rowOf(parts, scope, run, { kind: "cancel", by, because });
}

const finished = (run: string): AppError =>
  new AppError("run_finished", `run ${showId("run", run)} has finished`, { run: showId("run", run) });

async function mustExist(parts: EngineParts, scope: Scope, run: string): Promise<void> {
  if (!(await findRun(parts.database, scope, run)))
    throw new AppError("not_found", `there is no run ${showId("run", run)}`);
}

export async function cancelRun(parts: EngineParts, scope: Scope, run: string, by: string): Promise<void> {
  await mustExist(parts, scope, run);
  const act = actOn(scope.project, by, "run.cancelled", showId("run", run), {}, parts.clock.nowMs());
  await send(parts, scope, run, { kind: "cancel", by }, act);
}

export async function sendEvent(
  parts: EngineParts,
  scope: Scope,
  run: string,
  name: string,
  data: Json | undefined,
  by: string,
): Promise<void> {
  await mustExist(parts, scope, run);
  await send(parts, scope, run, { kind: "event", name, ...(data === undefined ? {} : { data }), by }, null);
}

/** Throws `nothing_to_resolve` when no unknown effect fits, or several do and none is named. */
export async function resolveEffect(
  parts: EngineParts,
  scope: Scope,
  run: string,
  resolution: Resolution,
  by: string,
): Promise<void> {
  const row = await findRun(parts.database, scope, run);
  if (!row) throw new AppError("not_found", `there is no run ${showId("run", run)}`);
  if (row.endedAt !== null) throw finished(run);
  const readable = row.errorCode !== RUN_UNREADABLE;
  const copy = readable ? await loadRun(parts, { ...scope, run, fence: 0, crashes: 0 }) : null;
  const active = copy && doubtful(copy, resolution);
  if (!active && row.status !== "parked") {
    throw new AppError(
      "nothing_to_resolve",
      `run ${showId("run", run)} has no unknown effect that fits: name its step (and path) as the run's steps show it`,
    );
  }
  const { how, result } = resolution;
  const meant = active ? { of: active.seq, sent: active.sent } : null;
  const facts = { how, step: active?.step.id ?? null };
  const act = actOn(scope.project, by, "run.resolved", showId("run", run), facts, parts.clock.nowMs());
  await send(parts, scope, run, { kind: "resolve", meant, how, ...(result === undefined ? {} : { result }), by }, act);
}
