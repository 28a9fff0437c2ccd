import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { appendActs } from "../store/append-acts.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { deleteVariable as deleteVariableRow } from "../store/variables.ts";
import type { FlowParts } from "./flow-parts.ts";

/** Erases a variable; steps that read it see undefined from then on. Throws `not_found`. */
export async function deleteVariable(
  parts: Pick<FlowParts, "database" | "changes" | "clock">,
  scope: Scope,
  name: string,
  actor: string,
): Promise<void> {
  await inScope(parts.database, scope, async (tx) => {
    if (!(await deleteVariableRow(tx, scope, name)))
      throw new AppError("not_found", `there is no variable "${name}" in this project`, { variable: name });
    const nowMs = parts.clock.nowMs();
    const act = actOn(scope.project, actor, "variable.deleted", `variable:${name}`, {}, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
  });
  parts.changes.project(scope.project);
}
