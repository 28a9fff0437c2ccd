/** What can be told of a flow file's events, which no compiler knows: they are of the project's connectors. */
import type { Connector, EventTrigger, FlowFile } from "@steward/sdk";
import { checkField } from "../core/flow/check-input.ts";
import type { FlowProblem } from "../core/flow/compile-flow.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Scope } from "../store/scope.ts";

/** Each event that is none of the project's connectors', whose literal settings don't fit, or that asks too often. */
export async function checkEvents(connectors: Connectors, scope: Scope, file: FlowFile): Promise<FlowProblem[]> {
  const problems: FlowProblem[] = [];
  for (const [at, trigger] of file.triggers.entries()) {
    if (trigger.kind !== "event") continue;
    const [id = ""] = trigger.event.split(".");
    const report = (field: string, message: string): void => {
      problems.push({ field: `triggers[${at}].${field}`, step: null, message });
    };
    checkEvent(await connectors.find(scope, id), trigger, report);
  }
  return problems;
}

function checkEvent(
  connector: Connector | null,
  { event, connection, settings, everySeconds }: EventTrigger,
  report: (field: string, message: string) => void,
): void {
  const [id = "", name = ""] = event.split(".");
  if (connection === "me") report("connection", "name a connection: nobody starts what happens at a provider");
  if (connector === null)
    return report("event", `there is no connector "${id}": import it, or use one of the catalogue`);
  const found = Object.hasOwn(connector.triggers, name) ? connector.triggers[name]! : null;
  if (found === null) {
    const events = Object.keys(connector.triggers).map((each) => `${id}.${each}`);
    const known = events.length === 0 ? "it has none" : `it has ${events.join(", ")}`;
    return report("event", `there is no event "${name}" of ${id}: ${known}`);
  }
  checkField(found.settings, settings, ["settings"], report);
  if (everySeconds === undefined) return;
  if (found.kind === "hook") report("everySeconds", "leave it out: the provider tells by itself");
  else if (everySeconds < found.everySeconds.min)
    report("everySeconds", `ask every ${found.everySeconds.min} seconds at most`);
}
