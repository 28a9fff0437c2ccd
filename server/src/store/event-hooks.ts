/** Addresses that providers were told (0022). Written under the claim of their trigger. */
import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface EventHookRow {
  readonly id: string;
  readonly trigger: string;
  /** The connection (UUID) that it was registered with. */
  readonly connection: string;
  /** `github.issue` */
  readonly event: string;
  /** `unsure`: the provider was asked, and nobody knows whether it did; `leaving`: it is to be taken away. */
  readonly state: "unsure" | "registered" | "leaving";
  /** Sealed: with what it was registered, and what unregistering needs. */
  readonly kept: Buffer;
  /** When the provider was last asked to know it. */
  readonly madeAt: number;
}

const FIELDS = `id, trigger, connection, event, state, kept, made_at as "madeAt"`;

export async function listHooks(database: Database, scope: Scope, trigger: string): Promise<readonly EventHookRow[]> {
  return await queryInScope<EventHookRow>(database, scope, {
    name: "list_hooks",
    text: `select ${FIELDS} from steward.event_hooks where project = $1 and trigger = $2 order by id`,
    values: [scope.project, trigger],
  });
}

/** Of a connection; what is not there any more was taken away meanwhile. */
export function listHooksOf(
  database: Database,
  scope: Scope,
  connection: string,
  limit: number,
): Promise<readonly EventHookRow[]> {
  return queryInScope<EventHookRow>(database, scope, {
    name: "list_hooks_of",
    text: `select ${FIELDS} from steward.event_hooks where project = $1 and connection = $2 order by id limit $3`,
    values: [scope.project, connection, limit],
  });
}

/** A row for what the provider is about to be told, or how it stands now. */
export function putHook(scope: Scope, hook: EventHookRow): Statement {
  return {
    name: "put_hook",
    text: `insert into steward.event_hooks (organization, project, id, trigger, connection, event, state, kept, made_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9))
      on conflict (project, id) do update set state = excluded.state, kept = excluded.kept,
        made_at = excluded.made_at`,
    values: [
      scope.organization,
      scope.project,
      hook.id,
      hook.trigger,
      hook.connection,
      hook.event,
      hook.state,
      hook.kept,
      hook.madeAt / 1000,
    ],
  };
}

/** The same in a transaction of its own. */
export async function dropHooksOf(database: Database, scope: Scope, hooks: readonly string[]): Promise<void> {
  await queryInScope(database, scope, dropHooks(scope.project, hooks));
}

export function setHooksLeaving(project: string, hooks: readonly string[]): Statement {
  return {
    name: "set_hooks_leaving",
    text: "update steward.event_hooks set state = 'leaving' where project = $1 and id = any($2::uuid[])",
    values: [project, hooks],
  };
}

export function dropHooks(project: string, hooks: readonly string[]): Statement {
  return {
    name: "drop_hooks",
    text: "delete from steward.event_hooks where project = $1 and id = any($2::uuid[])",
    values: [project, hooks],
  };
}
