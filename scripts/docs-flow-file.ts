import {
  AgentFile,
  ErrorTrigger,
  EventTrigger,
  FlowFile,
  ManualTrigger,
  Retry,
  ScheduleTrigger,
  SignatureRule,
  Step,
  WebhookTrigger,
} from "@steward/sdk";
import type { z } from "zod";
import { fieldsOf, table } from "./docs-fields.ts";

const SECTIONS: readonly (readonly [string, z.ZodType])[] = [
  ["The file", FlowFile],
  ["A step", Step],
  ["`retry` of a step", Retry],
  ["A webhook trigger", WebhookTrigger],
  ["`signature` of a webhook trigger", SignatureRule],
  ["A schedule trigger", ScheduleTrigger],
  ["A trigger of a connector", EventTrigger],
  ["A manual trigger", ManualTrigger],
  ["An error trigger", ErrorTrigger],
];

/** The table of docs/agents.md: the fields of an agent file, those of its parts as `model.connection`. */
export function renderAgentFileTable(): string {
  return render([["The agent file", AgentFile]], (name) => !name.includes("[") && !/^(?:input|output)\./.test(name));
}

/** The tables of docs/flow-file.md: the fields of each part of a flow file. */
export function renderFlowFileTables(): string {
  return render(SECTIONS, (name) => !/[.[]/.test(name));
}

function render(sections: typeof SECTIONS, isShown: (name: string) => boolean): string {
  return sections
    .map(([title, schema]) => {
      const fields = fieldsOf(schema).filter((field) => isShown(field.name));
      const rows = fields.map((one) => [`\`${one.name}\``, one.value, one.standard, one.meaning]);
      return `### ${title}\n\n${table(["Field", "Value", "Default", "Meaning"], rows)}\n`;
    })
    .join("\n");
}
