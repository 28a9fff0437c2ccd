import type { Database, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A variable; `value` is sealed JSON. */
export interface VariableRow {
  readonly name: string;
  readonly value: Buffer;
  readonly setAt: number;
}

/** Sets a variable. False when the project has `max` others already; two that set one at once may pass it by one. */
export async function putVariable(tx: Transaction, scope: Scope, row: VariableRow, max: number): Promise<boolean> {
  const { rows } = await tx.query<{ others: number }>({
    name: "count_other_variables",
    text: "select count(*) as others from steward.variables where project = $1 and name <> $2",
    values: [scope.project, row.name],
  });
  if ((rows[0]?.others ?? 0) >= max) return false;
  await tx.query({
    name: "put_variable",
    text: `insert into steward.variables (organization, project, name, value, set_at) values ($1, $2, $3, $4, to_timestamp($5))
      on conflict (project, name) do update set value = excluded.value, set_at = excluded.set_at`,
    values: [scope.organization, scope.project, row.name, row.value, row.setAt / 1000],
  });
  return true;
}

/** By name, after the one given. */
export function listVariables(
  database: Database,
  scope: Scope,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly VariableRow[]> {
  return queryInScope<VariableRow>(database, scope, {
    name: "list_variables",
    text: `select name, value, set_at as "setAt" from steward.variables
      where project = $1 and name > $2 order by name limit $3`,
    values: [scope.project, page.after ?? "", page.limit],
  });
}

/** False when there was none. */
export async function deleteVariable(tx: Transaction, scope: Scope, name: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "delete_variable",
    text: "delete from steward.variables where project = $1 and name = $2",
    values: [scope.project, name],
  });
  return count === 1;
}
