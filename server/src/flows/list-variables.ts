import type { Variable } from "@steward/sdk";
import type { Scope } from "../store/scope.ts";
import { listVariables as listVariableRows } from "../store/variables.ts";
import type { FlowParts } from "./flow-parts.ts";
import { pageOf, type Page } from "./list-flows.ts";
import { openVariable } from "./sealed-variable.ts";
import { showJson, showTime } from "./show-flow.ts";

/** The project's variables by name. */
export async function listVariables(
  parts: Pick<FlowParts, "database" | "projects">,
  scope: Scope,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Page<Variable>> {
  const { cursor = null, limit } = query;
  const { keys } = await parts.projects.get(scope);
  const rows = await listVariableRows(parts.database, scope, { after: cursor, limit: limit + 1 });
  const show = ({ name, value, setAt }: (typeof rows)[number]): Variable => ({
    name,
    value: showJson(openVariable(keys, name, value)),
    setAt: showTime(setAt),
  });
  return pageOf(rows, limit, show, (row) => row.name);
}
