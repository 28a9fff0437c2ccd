/** A flow step: another flow runs as a run of its own, committed with the record that calls it. */
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import { parseOwn, type Json } from "../core/json.ts";
import type { Task } from "../core/run/state.ts";
import type { BeginRecord, CancelCause, DecidedRecord } from "../core/run/record.ts";
import type { Retryable, StepOutcome } from "../core/step-kind.ts";
import type { EngineParts } from "./engine-parts.ts";
import { beginFlight, endFlight } from "./flight.ts";
import type { ChildRun, LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { recordStep } from "./record-step.ts";
import { failed } from "./step-ending.ts";
import type { Version } from "./versions.ts";

const BODY = placeOf("inbox", "body");

/** The last word on an approval. */
export type ApprovalDecision = Omit<DecidedRecord, "t" | "of" | "at">;

/** What a message in an inbox says. */
export type Message =
  /** `because`: what has ended that it rests on; left out where somebody wanted just that. */
  | { readonly kind: "cancel"; readonly by: string; readonly because?: CancelCause }
  /** Without `by` in messages of earlier programs. */
  | { readonly kind: "event"; readonly name: string; readonly data?: Json; readonly by?: string }
  | {
      readonly kind: "resolve";
      /** The unknown effect that is meant, by its intent's record, and how often it had been sent; null lets a parked run go on. */
      readonly meant: { readonly of: number; readonly sent: number } | null;
      readonly how: "done" | "repeat" | "fail";
      readonly result?: Json;
      readonly by: string;
    }
  | {
      readonly kind: "child";
      readonly run: string;
      readonly status: string;
      readonly output?: Json;
      readonly error?: { readonly code: string; readonly message: string };
      /** Whether it had read what others can write. Left out by earlier programs. */
      readonly tainted?: boolean;
    }
  | ({ readonly kind: "approval" } & ApprovalDecision);

export function callFlow(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  call: Extract<StepOutcome, { kind: "call" }>,
  begin: Omit<BeginRecord, "pending">,
): void {
  const refuse = (code: string, message: string, retry: Retryable = "never"): void =>
    recordStep(parts, run, task, failed(code, `step ${task.step.id}: ${message}`, retry), begin.input, 0);
  if (run.state.depth + 1 > parts.limits.depthMax)
    return refuse("flow_depth", `flows call each other more than ${parts.limits.depthMax} deep`);
  const flight = beginFlight(run, task, null);
  Promise.all([parts.versions.published(run.project, call.flow), parts.subRuns.admit(run)])
    .then(([version, admitted]) => {
      if (!endFlight(run, flight)) return parts.advance(run);
      if (!version) refuse("flow_unknown", `there is no published flow "${call.flow}"`);
      else if (!admitted)
        refuse(
          "too_many_sub_runs",
          `${parts.limits.subRunsMax} runs are open that ${showId("run", run.root)} and its sub-flows have begun`,
          "policy",
        );
      else beginCall(parts, run, task, call, begin, version);
      return parts.advance(run);
    })
    .catch((error: unknown) => parts.abandon(run, error));
}

function beginCall(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  call: Extract<StepOutcome, { kind: "call" }>,
  begin: Omit<BeginRecord, "pending">,
  version: Version,
): void {
  const child = childOf(parts, run, version, "manual", { body: call.input ?? null }, call.wait);
  if (call.wait) record(parts, run, { ...begin, pending: { kind: "call", child: child.id } });
  else recordStep(parts, run, task, { kind: "output", output: { run: child.id } }, begin.input, 0, { begins: true });
  if (!run.overflow) run.unsaved.children.push(child);
}

/** A run that another run begins. */
export function childOf(
  parts: EngineParts,
  run: LiveRun,
  version: Version,
  trigger: string,
  given: Readonly<Record<string, Json>>,
  waits: boolean,
): ChildRun {
  const input = { method: null, path: null, headers: {}, query: {}, body: null, deliveryId: null, ...given };
  const accepted = {
    t: "accepted",
    at: parts.clock.nowMs(),
    trigger,
    input,
    parent: { run: run.id, seq: run.state.seq + 1, waits },
    depth: run.state.depth + 1,
    root: run.root,
    ...(run.state.starter === null ? {} : { starter: run.state.starter }),
    tainted: run.state.tainted,
  };
  const { starter } = run.state;
  return { id: parts.ids.uuid(), version, trigger, record: JSON.stringify(accepted), parent: run.id, starter };
}

/** Adds a message to another run of the project, to be committed with this run's records. */
export function tell(parts: EngineParts, run: LiveRun, to: string, message: Message): void {
  const id = parts.ids.uuid();
  const body = sealMessage(run, to, id, message);
  run.unsaved.messages.push({ run: to, id, kind: message.kind, body });
}

export function sealMessage(run: Pick<LiveRun, "project">, to: string, id: string, message: Message): Buffer {
  return run.project.keys.run(to).seal(BODY, uuidBytes(id), Buffer.from(JSON.stringify(message)));
}

export function openMessage(run: LiveRun, id: string, body: Buffer): Message {
  return parseOwn<Message>(run.keys.open(BODY, uuidBytes(id), body).toString());
}

export function cancelChild(parts: EngineParts, run: LiveRun, child: string): void {
  const { cancelledBecause } = run.state;
  const because = cancelledBecause === null ? {} : { because: cancelledBecause };
  tell(parts, run, child, { kind: "cancel", by: `run ${run.shownId}`, ...because });
}
