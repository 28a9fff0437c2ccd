import type { RunStatus } from "@steward/sdk";
import type { Database, Statement } from "../core/ports/database.ts";
import { insertStatements, queryInScope, valuesList, type Scope } from "./scope.ts";

/** A run as its row has it: facts that may be searched, no content. Times are epoch milliseconds. */
export interface RunRow {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly trigger: string;
  readonly status: RunStatus;
  readonly records: number;
  readonly steps: number;
  readonly effects: number;
  readonly bytes: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly errorCode: string | null;
  readonly failingStep: string | null;
  readonly parent: string | null;
  readonly retryOf: string | null;
  readonly tokens: number;
  /** Microunits, in decimal digits. */
  readonly costMicro: string;
  /** Null where nothing had a price. */
  readonly costCurrency: string | null;
  readonly labels: Readonly<Record<string, string>> | null;
  /** The account that started it, in person or by a key. */
  readonly starter: string | null;
}

const COLUMNS =
  "project, id, flow, version, trigger, status, records, steps, effects, bytes, started_at, ended_at, error_code, failing_step, parent, retry_of, labels, tokens, cost_micro, cost_currency, starter";
const SELECTED = `id, flow, version, trigger, status, records, steps, effects, bytes, started_at as "startedAt", ended_at as "endedAt",
  error_code as "errorCode", failing_step as "failingStep", parent, retry_of as "retryOf", labels, starter,
  tokens, cost_micro::text as "costMicro", cost_currency as "costCurrency"`;
const TIMES = new Set([10, 11]);
const cell = (placeholder: string, column: number): string =>
  TIMES.has(column) ? `to_timestamp(${placeholder})` : placeholder;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

export function insertRuns(project: string, runs: readonly RunRow[]): Statement[] {
  return insertStatements(
    "insert_runs",
    runs,
    (rows) => `insert into steward.runs (${COLUMNS}) values ${valuesList(rows, 21, cell)}`,
    (run) => [
      project,
      run.id,
      run.flow,
      run.version,
      run.trigger,
      run.status,
      run.records,
      run.steps,
      run.effects,
      run.bytes,
      seconds(run.startedAt),
      seconds(run.endedAt),
      run.errorCode,
      run.failingStep,
      run.parent,
      run.retryOf,
      run.labels === null ? null : JSON.stringify(run.labels),
      run.tokens,
      run.costMicro,
      run.costCurrency,
      run.starter,
    ],
  );
}

/** Facts that change while a run lives. A terminal status never changes (R3). */
export function updateRuns(project: string, runs: readonly RunRow[]): Statement[] {
  return insertStatements(
    "update_runs",
    runs,
    (
      rows,
    ) => `update steward.runs r set status = v.status, records = v.records::int, steps = v.steps::int, effects = v.effects::int,
        bytes = v.bytes::bigint, started_at = to_timestamp(v.started), ended_at = to_timestamp(v.ended), error_code = v.error, failing_step = v.step,
        tokens = v.tokens, cost_micro = v.cost, cost_currency = v.currency
      from (values ${valuesList(rows, 14, (placeholder, column) => placeholder + UPDATE_TYPES[column]!)})
        as v (project, id, status, records, steps, effects, bytes, started, ended, error, step, tokens, cost, currency)
      where r.project = v.project and r.id = v.id and r.status not in ('completed', 'failed', 'cancelled')`,
    (run) => [
      project,
      run.id,
      run.status,
      run.records,
      run.steps,
      run.effects,
      run.bytes,
      seconds(run.startedAt),
      seconds(run.endedAt),
      run.errorCode,
      run.failingStep,
      run.tokens,
      run.costMicro,
      run.costCurrency,
    ],
  );
}
const UPDATE_TYPES = [
  "::uuid",
  "::uuid",
  "::text",
  "::int",
  "::int",
  "::int",
  "::bigint",
  "::float8",
  "::float8",
  "::text",
  "::text",
  "::bigint",
  "::bigint",
  "::text",
];

export async function findRun(database: Database, scope: Scope, id: string): Promise<RunRow | null> {
  const rows = await queryInScope<RunRow>(database, scope, {
    name: "find_run",
    text: `select ${SELECTED} from steward.runs where project = $1 and id = $2`,
    values: [scope.project, id],
  });
  return rows[0] ?? null;
}

/** The same, with whether its flow is paused. */
export async function findRunToLead(
  database: Database,
  scope: Scope,
  id: string,
): Promise<(RunRow & { readonly paused: boolean }) | null> {
  const rows = await queryInScope<RunRow & { paused: boolean }>(database, scope, {
    name: "find_run_to_lead",
    text: `select ${SELECTED}, coalesce((select f.paused from steward.flows f where f.project = r.project and f.id = r.flow), false) as paused
      from steward.runs r where project = $1 and id = $2`,
    values: [scope.project, id],
  });
  return rows[0] ?? null;
}

export interface RunFilter {
  readonly flow: string | null;
  readonly status: RunStatus | null;
  /** Only runs older than this one. */
  readonly before: string | null;
  readonly limit: number;
}

/**
 * Newest first. Walks the primary key (or runs_flow, runs_open) backwards and stops at the limit:
 * the cost does not grow with the number of runs. The statement has no name, so that it is planned for its status:
 * runs_open's own condition follows from it, and said again would count twice in the estimate (0.3 ms, not 5.7).
 */
export function listRuns(database: Database, scope: Scope, filter: RunFilter): Promise<readonly RunRow[]> {
  const values: (string | number)[] = [scope.project];
  const conditions = ["project = $1"];
  const add = (condition: string, value: string | null): void => {
    if (value === null) return;
    values.push(value);
    conditions.push(`${condition} $${values.length}`);
  };
  add("flow =", filter.flow);
  add("status =", filter.status);
  add("id <", filter.before);
  values.push(filter.limit);
  const text = `select ${SELECTED} from steward.runs where ${conditions.join(" and ")} order by id desc limit $${values.length}`;
  return queryInScope<RunRow>(database, scope, { text, values });
}
