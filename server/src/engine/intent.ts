/** The intent of an effect: recorded, with what it reserves and the approval it uses up, in one commit. */
import { invariant } from "../core/invariant.ts";
import type { Statement } from "../core/ports/database.ts";
import type { CapReservation, Intended, Intent } from "../core/ports/gate.ts";
import type { Hold } from "../core/run/record.ts";
import { effectName, type Active, type Task } from "../core/run/state.ts";
import { useApproval } from "../store/approval-uses.ts";
import { isNotHeld, requireHeld } from "../store/queue.ts";
import { lockCounters, takeReservations } from "../store/reservations.ts";
import { scopeStatement } from "../store/scope.ts";
import { intendedOf } from "./claims.ts";
import { settleSent } from "./settle-closed.ts";
import type { EngineParts } from "./engine-parts.ts";
import { markBegun, stillCounts } from "./flight.ts";
import { RunLostError, type Flight, type IntentWish, type LiveRun } from "./live-run.ts";

const NOTHING_ASKED: Intended = { reserved: "granted", cap: null, approved: true };

/** @param recordIntent records it, and gives the number of the record that began the step */
export async function recordIntent(
  parts: EngineParts,
  run: LiveRun,
  flight: Flight,
  active: Active | null,
  { audit, reservations, repeat }: Intent,
  recordIt: (reserves: readonly Hold[], repeat: Intent["repeat"]) => number,
): Promise<Intended> {
  if (run.gone || !stillCounts(run, flight)) throw new RunLostError(run.id, "the step is not to be run any more");
  const caps = new Set(reservations.map(({ cap }) => cap));
  invariant(caps.size === reservations.length, "an effect reserves once from each cap");
  const wish = wishOf(flight.task, active, reservations);
  if (active) settleSent(run, active);
  const holds = reservations.map(({ cap, periodKey }) => ({ cap, periodKey }));
  const seq = recordIt(holds, repeat);
  if (run.overflow) throw new RunLostError(run.id, "it is too large, and ends");
  markBegun(run, flight, seq);
  run.unsaved.audit.push(...audit);
  if (wish) run.unsaved.wishes.push(wish);
  await parts.journal.commit(run);
  if (!wish) return NOTHING_ASKED;
  // The commit stands, and its answer was lost: asked once more, it finds what it holds.
  return wish.answer ?? (await askApart(parts, run, wish));
}

/** Tries once more to take what waited. Rejects with `RunLostError`. */
export function reserveAgain(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  active: Active | null,
  reservations: readonly CapReservation[],
): Promise<Intended> {
  return askApart(parts, run, {
    effect: nameOf(task, active),
    reservations,
    approval: null,
    answer: null,
  });
}

function nameOf(task: Task, active: Active | null): string {
  return effectName({ ...task, ordinal: active?.ordinal ?? 1 });
}

/** Null where there is nothing to be judged. */
function wishOf(task: Task, active: Active | null, reservations: readonly CapReservation[]): IntentWish | null {
  const approval = active && approvalOf(active);
  return reservations.length === 0 && !approval
    ? null
    : { effect: nameOf(task, active), reservations, approval, answer: null };
}

/** The approval under which an effect is sent, and the digest of what was approved. */
function approvalOf({ approval }: Active): IntentWish["approval"] {
  return approval?.how === "approved" ? { id: approval.id, digest: Buffer.from(approval.digest, "base64url") } : null;
}

/** In a transaction of its own, while this worker holds the run. */
async function askApart(parts: EngineParts, run: LiveRun, wish: IntentWish): Promise<Intended> {
  if (run.gone) throw new RunLostError(run.id, "it was let go");
  const { project } = run;
  const atMs = parts.clock.nowMs();
  const asked = { ...wish, run: run.id };
  try {
    const statements: Statement<object>[] = [
      scopeStatement(project),
      requireHeld([{ run: run.id, fence: run.fence }]),
      ...(wish.approval ? [useApproval(project.project, run.id, wish.approval, atMs)] : []),
      ...lockCounters(project.organization, wish.reservations, atMs),
      ...(wish.reservations.length > 0 ? [takeReservations(project, [asked], atMs)] : []),
    ];
    return intendedOf(asked, await parts.database.pipeline(statements));
  } catch (error) {
    if (!isNotHeld(error)) throw error;
    parts.abandon(run, error);
    throw new RunLostError(run.id, "its fence was taken");
  }
}
