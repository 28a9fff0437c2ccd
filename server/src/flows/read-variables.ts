import type { Json } from "../core/json.ts";
import type { Database } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Scope } from "../store/scope.ts";
import { listVariables as listVariableRows } from "../store/variables.ts";
import { openVariable } from "./sealed-variable.ts";

/** Variables of one project: all of them are at hand while it runs. */
export const VARIABLES_MAX = 1000;
/** Two that set one at once may pass the limit by one. */
const READ_MAX = VARIABLES_MAX + 100;

/** All variables of a project, as runs see them under `vars`. */
export async function readVariables(
  database: Database,
  scope: Scope,
  keys: ProjectKeys,
): Promise<Readonly<Record<string, Json>>> {
  const rows = await listVariableRows(database, scope, { after: null, limit: READ_MAX });
  return Object.fromEntries(rows.map(({ name, value }) => [name, openVariable(keys, name, value)]));
}
