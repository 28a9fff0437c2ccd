/** Takes what lies in a run's inbox into its history; the flush that records it removes it. */
import { actOn } from "../core/audit-entry.ts";
import { unreachable } from "../core/invariant.ts";
import type { Active } from "../core/run/state.ts";
import type { StepOutcome } from "../core/step-kind.ts";
import { readInbox } from "../store/inbox.ts";
import { openMessage, type Message } from "./call-flow.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { sendEffect } from "./run-effect.ts";
import { endingOf, failed } from "./step-ending.ts";
import { takeDecision } from "./take-decision.ts";

/** Reads the inbox and leads the run on. */
export async function readMessages(parts: EngineParts, run: LiveRun): Promise<void> {
  const rows = await readInbox(parts.database, run.project, run.id);
  if (run.gone || run.disposition.kind !== "hold") return; // the release finds them and makes the run due
  for (const row of rows) {
    if (run.taken.has(row.id) || !row.body) continue;
    run.taken.add(row.id);
    run.unsaved.consumed.push(row.id);
    take(parts, run, row.id, openMessage(run, row.id, row.body));
  }
  parts.advance(run);
}

function cancel(
  parts: EngineParts,
  run: LiveRun,
  { by, because }: Extract<Message, { kind: "cancel" }>,
  at: number,
): void {
  if (run.state.cancelledBy !== null) return;
  record(parts, run, { t: "cancel", at, by, ...(because === undefined ? {} : { because }) });
}

function take(parts: EngineParts, run: LiveRun, id: string, message: Message): void {
  const at = parts.clock.nowMs();
  switch (message.kind) {
    case "cancel":
      return cancel(parts, run, message, at);
    case "event":
      run.unsaved.audit.push(actOn(run.project.project, message.by ?? "system", "run.event_sent", run.shownId, {}, at));
      return record(parts, run, {
        t: "event",
        at,
        id,
        name: message.name,
        ...(message.data === undefined ? {} : { data: message.data }),
      });
    case "child":
      return takeChild(parts, run, message);
    case "resolve":
      return resolve(parts, run, message);
    case "approval":
      return takeDecision(parts, run, message);
    default:
      return unreachable(message);
  }
}

function takeChild(parts: EngineParts, run: LiveRun, message: Extract<Message, { kind: "child" }>): void {
  const active = [...run.state.active.values()].find(
    (one) => one.pending.kind === "call" && one.pending.child === message.run,
  );
  if (!active) return;
  const outcome: Extract<StepOutcome, { kind: "output" | "fail" }> =
    message.status === "completed"
      ? { kind: "output", output: message.output }
      : failed(
          `flow_${message.status}`,
          `the called flow ended as ${message.status}: ${message.error?.message ?? "no reason was given"}`,
          "policy",
        );
  const tainted = message.tainted === undefined ? {} : { tainted: message.tainted };
  record(parts, run, {
    t: "end",
    of: active.seq,
    at: parts.clock.nowMs(),
    ...endingOf(parts, active, outcome),
    ...tainted,
  });
}

/** A person says what became of an unknown effect (R5). */
function resolve(parts: EngineParts, run: LiveRun, message: Extract<Message, { kind: "resolve" }>): void {
  const at = parts.clock.nowMs();
  if (message.meant === null) return record(parts, run, { t: "released", at, by: message.by });
  const { of, sent } = message.meant;
  const active = run.state.active.get(of);
  const inFlight = [...run.inFlight].some((flight) => flight.seq === of);
  // Another answer came before this one, or the effect was sent again since: this one is void.
  if (!active?.unknown || active.sent !== sent || inFlight) return;
  switch (message.how) {
    case "done":
      return record(parts, run, { t: "end", of: active.seq, at, status: "done", output: message.result ?? null });
    case "fail":
      return record(parts, run, {
        t: "end",
        of: active.seq,
        at,
        ...endingOf(
          parts,
          active,
          failed("effect_unknown", `${message.by} said that the effect of step ${active.step.id} has failed`),
        ),
      });
    case "repeat":
      return sendEffect(parts, run, active);
    default:
      return unreachable(message.how);
  }
}

/** The unknown effect that is meant: the one named, or the only one. */
export function doubtful(
  run: Pick<LiveRun, "state">,
  named: { readonly step: string | null; readonly path: readonly number[] | null },
): Active | null {
  const all = [...run.state.active.values()].filter((one) => one.unknown !== null);
  const fitting = all.filter(
    (one) =>
      (named.step === null || one.step.id === named.step) &&
      (named.path === null || one.frame.path.join() === named.path.join()),
  );
  return fitting.length === 1 ? fitting[0]! : null;
}
