/** Triggers of connectors: how they stand, and who looks at them (0022). Times are epoch milliseconds. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { isLivingHere } from "./living.ts";
import { queryInScope, type Scope } from "./scope.ts";

export type EventStatus = "starting" | "active" | "by_hand" | "paused" | "failing";

/** What the flow file says of one. */
export interface EventRule {
  readonly trigger: string;
  /** `gmail.new_mail` */
  readonly event: string;
  /** A slug. */
  readonly connection: string;
  /** Keyed digest of all that the file says of it. */
  readonly rule: Buffer;
}

export interface EventTriggerRow extends EventRule {
  readonly kind: "poll" | "hook" | null;
  /** The connection that the slug last meant. */
  readonly used: string | null;
  readonly status: EventStatus;
  /** Why it is paused or failing: a code. */
  readonly why: string | null;
  /** Sealed, as are `cursor` and `secret`. */
  readonly error: Buffer | null;
  readonly cursor: Buffer | null;
  readonly secret: Buffer | null;
  readonly failures: number;
  readonly refused: number;
  readonly seenAt: number | null;
  readonly dueAt: number | null;
}

/** One that is looked at, with its trigger as published. */
export interface ClaimedEvent extends EventTriggerRow {
  readonly flow: string;
  readonly name: string;
  readonly version: number;
  readonly active: boolean;
  /** Sealed; of its address. */
  readonly token: Buffer | null;
  /** Which look this is. */
  readonly tries: number;
}

const FIELDS = `e.trigger, e.event, e.connection, e.rule, e.kind, e.used, e.status, e.why, e.error, e.cursor, e.secret,
  e.failures, e.refused, e.seen_at as "seenAt", e.due_at as "dueAt"`;

/** How long one look may take; who dies of it is waited for no longer. By the database's clock. */
const CLAIM_SECONDS = 60;

const time = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** A flow's, of all its triggers that ever were one; locked in trigger order. Whoever has a claim on one commits before, or never. */
export async function lockEventTriggers(
  tx: Transaction,
  project: string,
  flow: string,
): Promise<readonly EventTriggerRow[]> {
  const { rows } = await tx.query<EventTriggerRow>({
    name: "lock_event_triggers",
    text: `select ${FIELDS} from steward.event_triggers e where e.project = $1
      and e.trigger in (select id from steward.triggers where project = $1 and flow = $2) order by e.trigger for update`,
    values: [project, flow],
  });
  return rows;
}

/** The same, as they stand. */
export async function listEventTriggers(
  tx: Transaction,
  project: string,
  flow: string,
): Promise<readonly EventTriggerRow[]> {
  const { rows } = await tx.query<EventTriggerRow>({
    name: "list_event_triggers",
    text: `select ${FIELDS} from steward.event_triggers e where e.project = $1
      and e.trigger in (select id from steward.triggers where project = $1 and flow = $2) order by e.trigger`,
    values: [project, flow],
  });
  return rows;
}

/** Others that learn by the same connection and are told by one address of the provider's; at most `limit`. */
export function listBeside(
  database: Database,
  scope: Scope,
  { trigger, used }: { readonly trigger: string; readonly used: string },
  limit: number,
): Promise<
  readonly { readonly trigger: string; readonly flow: string; readonly name: string; readonly version: number }[]
> {
  return queryInScope(database, scope, {
    name: "list_events_beside",
    text: `select e.trigger, t.flow, t.name, t.version from steward.event_triggers e
      join steward.triggers t on t.project = e.project and t.id = e.trigger
      where e.project = $1 and e.used = $2 and e.trigger <> $3 and e.kind = 'hook' and e.secret is null and t.active
      order by e.trigger limit $4`,
    values: [scope.project, used, trigger, limit],
  });
}

/** One, by its trigger. */
export async function findEventTrigger(
  database: Database,
  scope: Scope,
  trigger: string,
): Promise<EventTriggerRow | null> {
  const rows = await queryInScope<EventTriggerRow>(database, scope, {
    name: "find_event_trigger",
    text: `select ${FIELDS} from steward.event_triggers e where e.project = $1 and e.trigger = $2`,
    values: [scope.project, trigger],
  });
  return rows[0] ?? null;
}

/** Begins anew by this rule, now; the secret that signs its deliveries stays. */
export function beginEventTrigger(
  scope: Scope,
  { trigger, event, connection, rule }: EventRule,
  nowMs: number,
): Statement {
  return {
    name: "begin_event_trigger",
    text: `insert into steward.event_triggers (organization, project, trigger, event, connection, rule, status, due_at)
      values ($1, $2, $3, $4, $5, $6, 'starting', to_timestamp($7))
      on conflict (project, trigger) do update set event = excluded.event, connection = excluded.connection, rule = excluded.rule,
        kind = null, used = null, status = 'starting', why = null, error = null, cursor = null, failures = 0,
        due_at = excluded.due_at, claimed_by = null, claimed_until = null`,
    values: [scope.organization, scope.project, trigger, event, connection, rule, nowMs / 1000],
  };
}

/**
 * Starts nothing more, whoever looks at them now: their claims are gone. Due once more, for hooks to be taken away; what is
 * begun again begins from then.
 */
export function stopEventTriggers(project: string, triggers: readonly string[], nowMs: number): Statement {
  return {
    name: "stop_event_triggers",
    text: `update steward.event_triggers set status = 'paused', why = 'flow_paused', error = null, cursor = null, failures = 0,
        due_at = to_timestamp($3), claimed_by = null, claimed_until = null
      where project = $1 and trigger = any($2::uuid[])`,
    values: [project, triggers, nowMs / 1000],
  };
}

/** Those whose connection this is or was: nothing is asked for them, whoever looks at them now. Looked at again at that moment. */
export function pauseEvents(
  project: string,
  connection: string,
  why: "reauth_required" | "disconnected",
  againMs: number,
): Statement {
  return {
    name: "pause_events",
    text: `update steward.event_triggers set status = 'paused', why = $3, error = null, failures = 0, due_at = to_timestamp($4),
        claimed_by = null, claimed_until = null
      where project = $1 and used = $2 and why is distinct from 'flow_paused'`,
    values: [project, connection, why, againMs / 1000],
  };
}

/** Those that something keeps from going on, and hooks: looked at now, since that may have changed. Those that fail wait on. */
export function wakeEvents(project: string, nowMs: number): Statement {
  return {
    name: "wake_events",
    text: `update steward.event_triggers set due_at = to_timestamp($2)
      where project = $1 and ((kind = 'hook' and status <> 'failing') or status = 'paused') and why is distinct from 'flow_paused'
        and (due_at is null or due_at > to_timestamp($2))`,
    values: [project, nowMs / 1000],
  };
}

export interface DueEvent extends Scope {
  readonly trigger: string;
}

/**
 * Those that are due and nobody looks at, of projects that a worker of the region may lead; those that have waited longest
 * first. Index event_triggers_due. As steward_dispatch.
 */
export async function dueEvents(
  dispatch: Database,
  nowMs: number,
  region: string | null,
  limit: number,
): Promise<readonly DueEvent[]> {
  const { rows } = await dispatch.query<DueEvent>({
    name: "due_events",
    text: `select e.organization, e.project, e.trigger from steward.event_triggers e
      where e.due_at <= to_timestamp($1) and (e.claimed_until is null or e.claimed_until < clock_timestamp())
        and ${isLivingHere("e.project", "$2")} order by e.due_at limit $3`,
    values: [nowMs / 1000, region, limit],
  });
  return rows;
}

/** Null where it is not due any more, or somebody else looks at it. */
export async function claimEvent(
  database: Database,
  scope: Scope,
  trigger: string,
  by: string,
  nowMs: number,
): Promise<ClaimedEvent | null> {
  const rows = await queryInScope<ClaimedEvent>(database, scope, {
    name: "claim_event",
    text: `update steward.event_triggers e set claimed_by = $3, tries = e.tries + 1,
        claimed_until = clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS})
      from steward.triggers t
      where e.project = $1 and e.trigger = $2 and e.due_at <= to_timestamp($4)
        and (e.claimed_until is null or e.claimed_until < clock_timestamp()) and t.project = $1 and t.id = e.trigger
      returning ${FIELDS}, e.tries, t.flow, t.name, t.version, t.active and t.kind = 'event' as active, t.token`,
    values: [scope.project, trigger, by, nowMs / 1000],
  });
  return rows[0] ?? null;
}

/** Whether the claim still is the caller's: asked before each call to the provider. */
export async function claimStands(database: Database, scope: Scope, trigger: string, by: string): Promise<boolean> {
  const rows = await queryInScope(database, scope, {
    name: "claim_stands",
    text: `select true as stands from steward.event_triggers
      where project = $1 and trigger = $2 and claimed_by = $3 and claimed_until > clock_timestamp()`,
    values: [scope.project, trigger, by],
  });
  return rows.length === 1;
}

/** Locks the row of a claim; false where it is gone, and nothing may be committed under it. */
export async function lockClaim(tx: Transaction, project: string, trigger: string, by: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "lock_claim",
    text: "select from steward.event_triggers where project = $1 and trigger = $2 and claimed_by = $3 for update",
    values: [project, trigger, by],
  });
  return count === 1;
}

/** How a look has left it. Left out stays as it is. */
export interface LookedAt {
  readonly kind?: "poll" | "hook";
  readonly used?: string | null;
  readonly status: EventStatus;
  readonly why: string | null;
  readonly error: Buffer | null;
  readonly cursor?: Buffer | null;
  readonly failures: number;
  readonly seenAt?: number;
  /** Null: not before it is woken. */
  readonly dueAt: number | null;
}

/** Ends a claim with what came of it. After `lockClaim`. */
export function endLook(project: string, trigger: string, now: LookedAt): Statement {
  const { cursor, used } = now;
  return {
    name: "end_look",
    text: `update steward.event_triggers set kind = coalesce($3, kind), used = case when $4 then $5::uuid else used end,
        status = $6, why = $7, error = $8, cursor = case when $9 then $10::bytea else cursor end, failures = $11,
        seen_at = coalesce(to_timestamp($12), seen_at), due_at = to_timestamp($13), claimed_by = null, claimed_until = null
      where project = $1 and trigger = $2`,
    values: [
      project,
      trigger,
      now.kind ?? null,
      used !== undefined,
      used ?? null,
      now.status,
      now.why,
      now.error,
      cursor !== undefined,
      cursor ?? null,
      now.failures,
      time(now.seenAt ?? null),
      time(now.dueAt),
    ],
  };
}

/** Gives a claim back as if nobody had looked, for another look at that moment. */
export async function dropLook(
  database: Database,
  scope: Scope,
  trigger: string,
  by: string,
  dueMs: number,
): Promise<void> {
  await queryInScope(database, scope, {
    name: "drop_look",
    text: `update steward.event_triggers set claimed_by = null, claimed_until = null, due_at = to_timestamp($4)
      where project = $1 and trigger = $2 and claimed_by = $3`,
    values: [scope.project, trigger, by, dueMs / 1000],
  });
}

/** The secret that signs deliveries. Under the claim. */
export function setEventSecret(project: string, trigger: string, secret: Buffer): Statement {
  return {
    name: "set_event_secret",
    text: `update steward.event_triggers set secret = $3
      where project = $1 and trigger = $2`,
    values: [project, trigger, secret],
  };
}

/** That its provider was heard, and how many deliveries were not let in. One that waited for being heard is looked at now. */
export async function noteDeliveries(
  database: Database,
  scope: Scope,
  trigger: string,
  noted: { readonly seenMs: number | null; readonly refused: number },
): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_deliveries",
    text: `update steward.event_triggers set seen_at = coalesce(to_timestamp($3), seen_at), refused = refused + $4,
        due_at = case when status = 'by_hand' then coalesce(to_timestamp($3), due_at) else due_at end
      where project = $1 and trigger = $2`,
    values: [scope.project, trigger, time(noted.seenMs), noted.refused],
  });
}
