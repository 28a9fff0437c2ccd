import type { EventTrigger, ScheduleTrigger, Trigger } from "@steward/sdk";
import { canonicalJson } from "../core/json.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Statement, Transaction } from "../core/ports/database.ts";
import { nextFiring, type ScheduleRule } from "../core/schedule.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import {
  beginEventTrigger,
  type EventTriggerRow,
  lockEventTriggers,
  stopEventTriggers,
} from "../store/event-triggers.ts";
import { lockSchedules, stopSchedules, upsertSchedule, type ScheduleRow } from "../store/schedules.ts";
import type { Scope } from "../store/scope.ts";
import { listTriggers, setTriggersActive, upsertTrigger, type TriggerRow } from "../store/triggers.ts";
import { hashWebhookToken, makeWebhookToken, sealWebhookToken, TOKEN_BYTES } from "./webhook-token.ts";

/** A flow as its triggers are to follow it. */
export interface FlowState {
  readonly flow: string;
  readonly version: number;
  readonly triggers: readonly Trigger[];
  /** False while it is paused: its triggers are there and do nothing. */
  readonly running: boolean;
}

interface Surroundings {
  readonly scope: Scope;
  readonly keys: ProjectKeys;
  readonly ids: Ids;
  readonly nowMs: number;
}

/**
 * Brings a flow's triggers into line with its published version, in the transaction that holds the
 * flow's lock. A webhook keeps its token for ever; triggers that the version lacks do nothing and keep
 * their rows, so that they come back as they were. A schedule whose rule is the same keeps its place in
 * time; one that was stopped goes on from now.
 */
export async function alignTriggers(tx: Transaction, around: Surroundings, state: FlowState): Promise<void> {
  const { project } = around.scope;
  const rows = new Map((await listTriggers(tx, project, state.flow)).map((row) => [row.name, row]));
  const schedules = new Map((await lockSchedules(tx, project, state.flow)).map((row) => [row.trigger, row]));
  const events = new Map((await lockEventTriggers(tx, project, state.flow)).map((row) => [row.trigger, row]));
  const statements: Statement[] = [];
  const stopped: string[] = [];
  const silent = new Set(events.keys());
  for (const trigger of state.triggers) {
    const before = rows.get(trigger.id);
    rows.delete(trigger.id);
    const row = nextRow(around, state, trigger, before);
    statements.push(upsertTrigger(around.scope, row));
    const began =
      trigger.kind === "event" && state.running
        ? beginEvent(around, row.id, trigger, before, events.get(row.id))
        : null;
    if (began !== null) {
      silent.delete(row.id);
      if (began !== "stays") statements.push(began);
    }
    if (trigger.kind !== "schedule" || !state.running) {
      stopped.push(row.id);
      continue;
    }
    const wentOn = before?.active === true && before.kind === "schedule";
    const next = nextSchedule(around, row.id, trigger, schedules.get(row.id), wentOn);
    if (next) statements.push(upsertSchedule(project, next));
  }
  const gone = [...rows.values()].map((row) => row.id);
  statements.push(
    setTriggersActive(project, gone, false),
    stopSchedules(project, [...gone, ...stopped]),
    stopEventTriggers(project, [...silent], around.nowMs),
  );
  await Promise.all(statements.map((statement) => tx.query(statement)));
}

/** Lets no trigger of a flow start anything any more. */
export async function stopTriggers(tx: Transaction, project: string, flow: string, nowMs: number): Promise<void> {
  const all = (await listTriggers(tx, project, flow)).map((row) => row.id);
  const statements = [
    setTriggersActive(project, all, false),
    stopSchedules(project, all),
    stopEventTriggers(project, all, nowMs),
  ];
  await Promise.all(statements.map((statement) => tx.query(statement)));
}

/** `stays` where it goes on as it is: the same rule, and it was active. Else it begins from now: what was before starts nothing. */
function beginEvent(
  { scope, keys, nowMs }: Surroundings,
  trigger: string,
  { event, connection, settings, everySeconds }: EventTrigger,
  before: TriggerRow | undefined,
  stands: EventTriggerRow | undefined,
): Statement | "stays" {
  const said = plainArguments({ event, connection, settings, everySeconds });
  const rule = keys.digest("search", "event rule", canonicalJson(said));
  const goesOn = before?.active === true && before.kind === "event" && stands?.rule.equals(rule) === true;
  return goesOn ? "stays" : beginEventTrigger(scope, { trigger, event, connection, rule }, nowMs);
}

function nextRow(around: Surroundings, state: FlowState, trigger: Trigger, before: TriggerRow | undefined): TriggerRow {
  const id = before?.id ?? around.ids.uuid();
  let token = before?.token ?? null;
  let tokenHash = before?.tokenHash ?? null;
  if ((trigger.kind === "webhook" || trigger.kind === "event") && token === null) {
    const text = makeWebhookToken(around.ids.bytes(TOKEN_BYTES));
    token = sealWebhookToken(around.keys, id, text);
    tokenHash = hashWebhookToken(text);
  }
  const { flow, version, running } = state;
  return { id, flow, name: trigger.id, kind: trigger.kind, version, active: running, token, tokenHash };
}

/** Null when the schedule stays as it is. */
function nextSchedule(
  around: Surroundings,
  trigger: string,
  definition: ScheduleTrigger,
  before: ScheduleRow | undefined,
  wentOn: boolean,
): ScheduleRow | null {
  const rule = ruleOf(definition);
  const ruleDigest = around.keys.digest("search", "schedule rule", canonicalJson(rule));
  const same = before?.ruleDigest.equals(ruleDigest) === true;
  if (same && wentOn) return null;
  const { nowMs } = around;
  const dueAt = nextFiring(definition, nowMs, same ? before.anchorAt : nowMs);
  // A grid goes on where it was; what else is missed is counted from now, so that nothing that was skipped is fired.
  const anchorAt = rule.everySeconds !== undefined && dueAt !== null ? dueAt - rule.everySeconds * 1000 : nowMs;
  return { trigger, ruleDigest, anchorAt, dueAt, lastDue: null };
}

function ruleOf({ cron, everySeconds, at, timeZone }: ScheduleTrigger): {
  [Field in keyof ScheduleRule]: NonNullable<ScheduleRule[Field]>;
} {
  return {
    ...(cron === undefined ? {} : { cron }),
    ...(everySeconds === undefined ? {} : { everySeconds }),
    ...(at === undefined ? {} : { at }),
    timeZone,
  };
}
