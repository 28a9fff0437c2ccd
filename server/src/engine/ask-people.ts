/** A step waits for people: its record and the row they see are committed together, and the run rests until they have decided. */
import { modelFields } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import { digestInput } from "../core/policy/canonical.ts";
import type { ApprovalNeeded } from "../core/policy/decision.ts";
import type { Held } from "../core/ports/gate.ts";
import type { Asked, BeginRecord } from "../core/run/record.ts";
import type { Task } from "../core/run/state.ts";
import type { StepOutcome } from "../core/step-kind.ts";
import type { NewApproval, StoredReason } from "../store/approvals.ts";
import { recordHeld, type Sending } from "./effect-call.ts";
import type { EngineParts } from "./engine-parts.ts";
import { endFlight } from "./flight.ts";
import { ignoreLost } from "./ignore-lost.ts";
import type { Flight, LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { endingOf, failed } from "./step-ending.ts";

const ARGUMENTS = placeOf("approvals", "arguments");
/** What a step that asks by itself is called where effects have their action. */
export const STEP_ACTION = "approval.ask";
/** Of one effect: whoever changes grants faster than people decide ends its step. */
const ASKED_MAX = 5;

/** People are asked about an effect before its intent. */
export function hold(parts: EngineParts, run: LiveRun, flight: Flight, sending: Sending, performed: Held): void {
  const counts = endFlight(run, flight);
  if (run.gone) return;
  run.unsaved.audit.push(...performed.audit);
  if (counts && !flight.controller.signal.aborted) ask(parts, run, flight.task, sending, performed.held);
  parts.advance(run);
}

function ask(parts: EngineParts, run: LiveRun, task: Task, sending: Sending, held: Held["held"]): void {
  const { active } = sending;
  if (active && active.asked >= ASKED_MAX) {
    const message = `step ${task.step.id}: what people must agree to has changed ${ASKED_MAX} times since they were asked`;
    const ending = endingOf(parts, active, failed("approval_mismatch", message));
    return record(parts, run, { t: "end", of: active.seq, at: parts.clock.nowMs(), ...ending });
  }
  const asked = { approval: parts.ids.uuid(), digest: held.digest.toString("base64url") };
  recordHeld(parts, run, sending, asked);
  add(parts, run, task, asked, { ...held, kind: "effect" });
}

/** A step that asks people by itself. */
export function askStep(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  { needed, shown }: Extract<StepOutcome, { kind: "approval" }>,
  begin: Omit<BeginRecord, "pending">,
): void {
  const what = { action: STEP_ACTION, connection: null, arguments: shown };
  const digest = run.project.keys.digest("effect", "arguments", ...digestInput(what));
  const asked = { approval: parts.ids.uuid(), digest: digest.toString("base64url") };
  record(parts, run, { ...begin, pending: { kind: "approval", effect: null, key: null, ...asked } });
  const reasons = [{ kind: "step", field: null, of: null }] as const;
  add(parts, run, task, asked, { ...what, kind: "step", needed: { ...needed, reasons }, grant: null });
}

interface Shown {
  readonly kind: NewApproval["kind"];
  readonly action: string;
  readonly connection: string | null;
  readonly grant: string | null;
  readonly arguments: JsonObject;
  readonly needed: Omit<ApprovalNeeded, "reasons"> & { readonly reasons: readonly StoredReason[] };
}

/** Of the arguments, what a model has written. */
function byModel({ version }: LiveRun, { step }: Task): readonly string[] {
  return modelFields(version.compiled.file).get(step.id) ?? [];
}

/** The row that people see, with the record that was just added. What is private is shown to nobody. */
function add(parts: EngineParts, run: LiveRun, task: Task, asked: Asked, shown: Shown): void {
  if (run.overflow) return;
  const { keys } = run.project;
  const { needed, kind, action, connection, grant } = shown;
  const isPrivate = task.step.definition.private?.some((path) => path.split(".")[0] === "input") ?? false;
  const text = canonicalJson(isPrivate ? null : shown.arguments);
  const atMs = parts.clock.nowMs();
  run.unsaved.asks.push({
    id: asked.approval,
    run: run.id,
    flow: run.version.slug,
    step: task.step.id,
    path: task.frame.path,
    attempt: task.attempt,
    seq: run.state.seq,
    kind,
    action,
    connection,
    grant,
    digest: Buffer.from(asked.digest, "base64url"),
    arguments: keys.seal("approval", ARGUMENTS, uuidBytes(asked.approval), Buffer.from(text)),
    parties: needed.parties,
    reasons: needed.reasons,
    byModel: isPrivate ? [] : byModel(run, task),
    createdMs: atMs,
    expiresMs: atMs + needed.expiresHours * 3_600_000,
  });
  // People are told at once, whatever else of the run is under way.
  void parts.journal.commit(run).catch(ignoreLost);
}
