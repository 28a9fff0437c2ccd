import type { Variable } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { measureJson } from "../core/parse-json.ts";
import { appendActs } from "../store/append-acts.ts";
import { putVariable as putVariableRow } from "../store/variables.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { VARIABLES_MAX } from "./read-variables.ts";
import { sealVariable } from "./sealed-variable.ts";
import { showJson, showTime } from "./show-flow.ts";

/** Of the value as JSON. */
const VALUE_BYTES_MAX = 65_536;
const VALUE_DEPTH_MAX = 200;

/**
 * Sets a variable; steps that begin from then on see it as `vars.name`, in every process after a few
 * milliseconds. Throws `value_invalid` with `field`.
 */
export async function putVariable(
  parts: Pick<FlowParts, "database" | "projects" | "clock" | "changes">,
  scope: Scope,
  name: string,
  value: Json,
  actor: string,
): Promise<Variable> {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > VALUE_BYTES_MAX)
    throw invalid("value", `it has ${bytes} bytes as JSON, a variable has at most ${VALUE_BYTES_MAX}`);
  if (measureJson(text).depth > VALUE_DEPTH_MAX)
    throw invalid("value", `it is nested more than ${VALUE_DEPTH_MAX} deep`);
  const { keys } = await parts.projects.get(scope);
  const setAt = parts.clock.nowMs();
  const row = { name, value: sealVariable(keys, name, text), setAt };
  await inScope(parts.database, scope, async (tx) => {
    if (!(await putVariableRow(tx, scope, row, VARIABLES_MAX)))
      throw invalid("name", `a project has at most ${VARIABLES_MAX} variables: put several values into one`);
    const act = actOn(scope.project, actor, "variable.set", `variable:${name}`, { bytes }, setAt);
    await appendActs(tx, scope.organization, [act], setAt);
  });
  parts.changes.project(scope.project);
  return { name, value: showJson(value), setAt: showTime(setAt) };
}

function invalid(field: string, message: string): AppError {
  return new AppError("value_invalid", `${field}: ${message}`, { field });
}
