/** What can be told of actions of the connectors that a project has imported, which no compiler knows. */
import type { Connector, FlowFile, Step } from "@steward/sdk";
import { checkField } from "../core/flow/check-input.ts";
import type { FlowProblem } from "../core/flow/compile-flow.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Scope } from "../store/scope.ts";

/** Of one file. */
const CONNECTORS_MAX = 50;

/**
 * Each step whose action is none of the project's connectors', or whose literal arguments don't fit. Steps of the
 * program's own connectors are the compiler's: of those only what has no connector at all is told here.
 */
export async function checkActions(connectors: Connectors, scope: Scope, file: FlowFile): Promise<FlowProblem[]> {
  const problems: FlowProblem[] = [];
  const known = new Map<string, Connector | null>();
  for (const { step, field } of actionSteps(file.steps, "steps")) {
    const { action, arguments: given } = step.input;
    const [id, name] = typeof action === "string" && !action.includes("{{") ? action.split(".") : [];
    if (id === undefined || name === undefined) continue;
    if (!known.has(id) && known.size < CONNECTORS_MAX) known.set(id, await connectors.find(scope, id));
    const connector = known.get(id) ?? null;
    const report = (at: string, message: string): void => {
      problems.push({ field: `${field}.${at}`, step: step.id, message });
    };
    if (connector === null)
      report("input.action", `there is no connector "${id}": import it, or use one of the catalogue`);
    else if (!Object.hasOwn(connector.actions, name))
      report("input.action", `there is no action "${name}" of ${id}: look it up in the catalogue`);
    else checkField(connector.actions[name]!.input, given, ["input", "arguments"], report);
  }
  return problems;
}

function* actionSteps(
  steps: readonly Step[],
  field: string,
): Generator<{ readonly step: Step; readonly field: string }, void, undefined> {
  for (const [at, step] of steps.entries()) {
    if (step.kind === "action") yield { step, field: `${field}[${at}]` };
    if (step.steps) yield* actionSteps(step.steps, `${field}[${at}].steps`);
  }
}
