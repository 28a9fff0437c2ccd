/**
 * Accepts a run. The accepting process leads it at once while it has room and stands where the project's
 * runs may be led, and what it has done by then is committed together with the acceptance (R1); else the
 * run is committed as queued and whoever may and has room claims it.
 */
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { findDelivery } from "../store/deliveries.ts";
import { readRegion } from "../store/regions.ts";
import type { Scope } from "../store/scope.ts";
import type { NewRun, Settled, Started } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import { hasRoom } from "./has-room.ts";
import { RunLostError, type LiveRun } from "./live-run.ts";
import { mayLead } from "./may-lead.ts";
import { newLiveRun } from "./new-live-run.ts";
import { readSettled, settledOf } from "./read-settled.ts";
import { record } from "./record.ts";
import type { Project } from "./projects.ts";
import { within } from "./within.ts";

export type Until = null | "reply" | "end";

/** How long a start waits for its commit; then the caller is told that nobody knows, and repeats it. */
const ACCEPT_MS_MAX = 10_000;

export async function startRun(parts: EngineParts, wish: NewRun, until: Until, waitMs: number): Promise<Started> {
  if (parts.journal.backlog() >= parts.limits.backlogMax) {
    throw new AppError("overloaded", "more runs wait to be written than Steward accepts", { retryAfterSeconds: 1 });
  }
  if (parts.journal.stalled()) throw unwritten("the database can't be written to just now");
  const project = parts.projects.peek(wish.scope.project) ?? (await parts.projects.get(wish.scope));
  const run = newLiveRun(project, wish.version, parts.ids.uuid(), {});
  const byMs = parts.clock.monotonicMs() + waitMs;
  const settling = until === null ? null : waitFor(parts, run.id, until, waitMs);
  try {
    const late = await within(parts.clock, accept(parts, run, wish), ACCEPT_MS_MAX, "late");
    if (late === "late") throw unwritten("the run is not written yet, and may still be");
  } catch (error) {
    settling?.stop();
    if (!(error instanceof RunLostError)) throw error;
    if (await wasPinned(parts, project)) return startRun(parts, wish, until, waitMs); // queued now: this branch is not taken twice
    if (wish.delivery) return repeated(parts, wish, until, waitMs);
    throw unwritten("the run could not be written: repeat the request");
  }
  const settled = settling && until && (await settle(parts, wish.scope, run.id, until, settling, byMs));
  return { run: run.id, repeated: false, settled };
}

const unwritten = (message: string): AppError => new AppError("unavailable", message, { retryAfterSeconds: 2 });

/** Whether the project was pinned elsewhere without our having heard of it: then its run was not written as led here. */
async function wasPinned(parts: EngineParts, before: Project): Promise<boolean> {
  if (!parts.place || !mayLead(parts, before)) return false;
  if (mayLead(parts, { region: await readRegion(parts.database, before) })) return false;
  parts.projects.forget(before.project);
  return true;
}

/** Settles when the acceptance is committed. */
function accept(parts: EngineParts, run: LiveRun, wish: NewRun): Promise<void> {
  const at = parts.clock.nowMs();
  run.acceptance = { delivery: wish.delivery ?? null, atMonotonicMs: parts.clock.monotonicMs() };
  record(parts, run, {
    t: "accepted",
    at,
    trigger: wish.trigger,
    input: wish.input,
    ...(wish.pinned ? { pinned: true as const } : {}),
    ...(wish.starter ? { starter: wish.starter.account } : {}),
    ...(wish.starter && !wish.starter.inPerson ? { tainted: true } : {}),
  });
  if (run.overflow)
    throw new AppError("body_too_large", `the input is larger than a run may be (${parts.limits.runBytesMax} bytes)`);
  const accepted = new Promise<void>((done, lost) => run.waiters.push({ seq: 1, done, lost }));
  if (hasRoom(parts) && mayLead(parts, run.project)) {
    run.startedAt = at;
    parts.live.set(run.id, run);
    parts.advance(run);
    if (run.disposition.kind === "hold") parts.uncommitted.add(run);
    return accepted;
  }
  run.status = "queued";
  run.disposition = { kind: "release", dueMs: 0 };
  void parts.journal.commit(run).catch(() => undefined); // `accepted` tells
  return accepted;
}

/** The delivery came before: what its first run has come to. */
async function repeated(parts: EngineParts, wish: NewRun, until: Until, waitMs: number): Promise<Started> {
  const { delivery, scope } = wish;
  const first = delivery && (await findDelivery(parts.database, scope, delivery.trigger, delivery.key));
  if (!first) throw unwritten("the run could not be written: repeat the request");
  if (delivery.digest && first.digest && !delivery.digest.equals(first.digest)) {
    throw new AppError("idempotency_mismatch", "this delivery id came with another body before", {
      run: showId("run", first.run),
    });
  }
  return {
    run: first.run,
    repeated: true,
    settled: until === null ? null : await waitSettled(parts, scope, first.run, until, waitMs),
  };
}

/** What a run that may be led anywhere has come to, once it has; null when the time is over, or there is no such run. */
export async function waitSettled(
  parts: EngineParts,
  scope: Scope,
  run: string,
  until: "reply" | "end",
  waitMs: number,
): Promise<Settled | null> {
  const byMs = parts.clock.monotonicMs() + waitMs;
  const waiting = waitFor(parts, run, until, waitMs);
  const now = await readSettled(parts, scope, run);
  if (now && !isSettled(now, until)) return await settle(parts, scope, run, until, waiting, byMs);
  waiting.stop();
  return now;
}

/** Waits on while other processes have led the run somewhere, but not to what is waited for. */
async function settle(
  parts: EngineParts,
  scope: Scope,
  run: string,
  until: "reply" | "end",
  first: Waiting,
  byMs: number,
): Promise<Settled | null> {
  for (let waiting = first; ;) {
    const sighting = await waiting.done;
    if (sighting !== "remote") return sighting;
    waiting = waitFor(parts, run, until, Math.max(0, byMs - parts.clock.monotonicMs()));
    const now = await readSettled(parts, scope, run);
    if (now && !isSettled(now, until)) continue;
    waiting.stop();
    return now;
  }
}

function isSettled(settled: Settled, until: "reply" | "end"): boolean {
  return (
    settled.status === "completed" ||
    settled.status === "failed" ||
    settled.status === "cancelled" ||
    (until === "reply" && settled.reply !== null)
  );
}

interface Waiting {
  /** Null when the time is over; `remote` when another process has led the run to where it is: look it up. */
  readonly done: Promise<Settled | "remote" | null>;
  stop(): void;
}

/** Waits for a run's reply or end, told by this process or another. */
function waitFor(parts: EngineParts, run: string, until: "reply" | "end", waitMs: number): Waiting {
  let finish: ((value: Settled | "remote" | null) => void) | null = null;
  const done = new Promise<Settled | "remote" | null>((resolve) => (finish = resolve));
  const end = (value: Settled | "remote" | null): void => {
    unwatch();
    untime();
    finish?.(value);
  };
  const unwatch = parts.watch.on(run, (sighting) => {
    if (sighting === "closing") return end(null);
    if (sighting === null) return end("remote");
    const settled = settledOf(sighting);
    const committed = sighting.state.ended
      ? sighting.committed >= sighting.state.seq
      : sighting.replySeq !== null && sighting.committed >= sighting.replySeq;
    if (committed && isSettled(settled, until)) end(settled);
  });
  const untime = parts.clock.after(Math.min(waitMs, 60_000), () => end(null));
  return { done, stop: () => end(null) };
}
