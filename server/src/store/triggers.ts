import type { Trigger } from "@steward/sdk";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { isLiving } from "./living.ts";
import type { Scope } from "./scope.ts";

/** How a webhook's token leads to its flow: routing, no content. */
export interface TriggerRoute extends Scope {
  readonly id: string;
  readonly flow: string;
  readonly name: string;
  readonly version: number;
  readonly active: boolean;
  readonly kind: "webhook" | "event";
}

/**
 * The trigger behind a token, of a webhook or of a connector's hook, by the token's hash; none of a deleted project. As steward_dispatch. One probe of
 * the unique index on token_hash and two of primary keys.
 */
export async function findWebhook(dispatch: Database, tokenHash: Buffer): Promise<TriggerRoute | null> {
  const { rows } = await dispatch.query<TriggerRoute>({
    name: "find_webhook",
    text: `select t.organization, t.project, t.id, t.flow, t.name, t.version, t.active, t.kind from steward.triggers t
      where t.token_hash = $1 and t.kind in ('webhook', 'event') and ${isLiving("t.project")}`,
    values: [tokenHash],
  });
  return rows[0] ?? null;
}

type TriggerKind = Trigger["kind"];

/** A trigger of a flow; its row stays when a version no longer has it, so that it comes back with the same token. */
export interface TriggerRow {
  readonly id: string;
  readonly flow: string;
  /** Its id in the flow file. */
  readonly name: string;
  readonly kind: TriggerKind;
  /** The last version that had it. */
  readonly version: number;
  readonly active: boolean;
  /** The webhook's token, sealed; null until it first was a webhook. */
  readonly token: Buffer | null;
  readonly tokenHash: Buffer | null;
}

/** All triggers a flow ever had, by name. */
export async function listTriggers(tx: Transaction, project: string, flow: string): Promise<readonly TriggerRow[]> {
  const { rows } = await tx.query<TriggerRow>({
    name: "list_triggers",
    text: `select id, flow, name, kind, version, active, token, token_hash as "tokenHash" from steward.triggers
      where project = $1 and flow = $2 order by name`,
    values: [project, flow],
  });
  return rows;
}

/** Of these flows, those that may start something. */
export async function listActive(
  tx: Transaction,
  project: string,
  flows: readonly string[],
): Promise<readonly Pick<TriggerRow, "flow" | "name">[]> {
  const { rows } = await tx.query<Pick<TriggerRow, "flow" | "name">>({
    name: "list_active_triggers",
    text: `select flow, name from steward.triggers where project = $1 and flow = any($2::uuid[]) and active
        and kind in ('webhook', 'schedule', 'event', 'poll', 'hook') order by flow, name`,
    values: [project, flows],
  });
  return rows;
}

/** The flow's row is locked by whoever writes its triggers. */
export function upsertTrigger(scope: Scope, trigger: TriggerRow): Statement {
  return {
    name: "upsert_trigger",
    text: `insert into steward.triggers (organization, project, id, flow, name, kind, version, active, token, token_hash)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      on conflict (project, id) do update set kind = excluded.kind, version = excluded.version, active = excluded.active,
        token = excluded.token, token_hash = excluded.token_hash`,
    values: [
      scope.organization,
      scope.project,
      trigger.id,
      trigger.flow,
      trigger.name,
      trigger.kind,
      trigger.version,
      trigger.active,
      trigger.token,
      trigger.tokenHash,
    ],
  };
}

/** Switches triggers on or off, whatever they were. */
export function setTriggersActive(project: string, triggers: readonly string[], active: boolean): Statement {
  return {
    name: "set_triggers_active",
    text: "update steward.triggers set active = $3 where project = $1 and id = any($2::uuid[])",
    values: [project, triggers, active],
  };
}
