import { AppError } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import { deleteVariable as deleteVariableRow } from "../store/variables.ts";
import type { FlowParts } from "./flow-parts.ts";

/** Erases a variable; steps that read it see undefined from then on. Throws `not_found`. */
export async function deleteVariable(
  parts: Pick<FlowParts, "database" | "changes">,
  scope: Scope,
  name: string,
): Promise<void> {
  if (!(await deleteVariableRow(parts.database, scope, name))) {
    throw new AppError("not_found", `there is no variable "${name}" in this project`, { variable: name });
  }
  parts.changes.project(scope.project);
}
