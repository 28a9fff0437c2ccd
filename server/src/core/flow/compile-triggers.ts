import type { FlowFile, Trigger } from "@steward/sdk";
import { compileTemplate, type Template } from "../expression/template.ts";
import { checkSchedule } from "../schedule.ts";

export interface CompiledTriggers {
  readonly triggers: ReadonlyMap<string, Trigger>;
  readonly dedupeBy: ReadonlyMap<string, Template>;
}

/** Triggers by id, and what keeps them from being published. */
export function compileTriggers(file: FlowFile, report: (field: string, message: string) => void): CompiledTriggers {
  const triggers = new Map<string, Trigger>();
  const dedupeBy = new Map<string, Template>();
  for (const [at, trigger] of file.triggers.entries()) {
    const field = `triggers[${at}]`;
    if (triggers.has(trigger.id))
      report(`${field}.id`, `another trigger has the id "${trigger.id}": give this one its own`);
    else triggers.set(trigger.id, trigger);
    if (trigger.kind === "schedule") {
      const problem = checkSchedule(trigger);
      if (problem) report(`${field}.${problem.field}`, problem.message);
    }
    if (trigger.kind === "webhook" && trigger.dedupeBy !== undefined) {
      const { template, problems } = compileTemplate(trigger.dedupeBy, `${field}.dedupeBy`, ["trigger"]);
      for (const one of problems) report(one.field, one.message);
      dedupeBy.set(trigger.id, template);
    }
  }
  return { triggers, dedupeBy };
}
