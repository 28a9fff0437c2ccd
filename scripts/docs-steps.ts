import { z } from "zod";
import { Step } from "@steward/sdk";
import { CONNECTORS } from "../server/src/connectors/catalogue.ts";
import type { StepKind } from "../server/src/core/step-kind.ts";
import { stepKinds } from "../server/src/steps/kinds.ts";
import { descriptionOf, fieldsOf, table } from "./docs-fields.ts";

const INTRODUCTION = `# Kinds of steps

<!-- Derived from server/src/steps by scripts/docs.ts: change it there. -->

Every step has an \`id\`, a \`kind\`, an \`input\` with the fields below, and \`next\`: the steps that follow, as a list or as a
list per port. Any field may be text with expressions (\`{{ … }}\`, see [expressions](expressions.md)); a field that is one
expression keeps the type of what it yields. A step whose \`onError\` is \`port\` has the port \`error\` too. What every step may
say beside its input is in [the flow file](flow-file.md), why a step fails in [errors](errors.md).
`;

/** docs/steps.md: every kind with its fields, ports and an example. */
export function renderSteps(): string {
  const kinds = [...stepKinds({ checkCode: (_language, source) => ({ source }), connectors: CONNECTORS }).values()];
  const overview = table(
    ["Kind", "What it does"],
    kinds.map((kind) => [`[\`${kind.kind}\`](#${kind.kind})`, firstSentence(kind.summary)]),
  );
  return `${[INTRODUCTION, overview, ...kinds.map(renderKind)].join("\n").trimEnd()}\n`;
}

function renderKind(kind: StepKind): string {
  const fields = [...fieldsOf(kind.schema), ...fieldsOf(kind.deferred ?? z.strictObject({}))];
  const example = {
    id: `my${kind.kind[0]!.toUpperCase()}${kind.kind.slice(1)}`,
    kind: kind.kind,
    input: kind.example,
    ...(kind.body && { steps: [nestedIn(kind.body.names)] }),
  };
  const ports = kind.ports(Step.parse(example));
  return [
    `\n## ${kind.kind}\n`,
    `**${kind.title}.** ${kind.summary}\n`,
    fields.length > 0
      ? table(
          ["Field", "Value", "Default", "Meaning"],
          fields.map((one) => [`\`${one.name}\``, one.value, one.standard, one.meaning]),
        )
      : descriptionOf(kind.schema),
    "",
    portsOf(ports, kind.ports(Step.parse({ ...example, input: {} }))),
    ...(kind.body
      ? [`\nNests \`steps\`, in which ${kind.body.names.map((name) => `\`${name}\``).join(" and ")} are in scope.`]
      : []),
    "\n```json",
    exampleText(example),
    "```",
  ].join("\n");
}

/** A step that reads what the kind puts in scope. */
function nestedIn([name = "item"]: readonly string[]) {
  return { id: "note", kind: "set", input: { [name]: `{{ ${name} }}` } };
}

/** @param least the ports of a step whose input is empty */
function portsOf(ports: readonly string[], least: readonly string[]): string {
  const names = ports.map((port) => `\`${port}\``).join(", ");
  return least.length === ports.length ? `Port: ${names}.` : `Ports, in this example: ${names}.`;
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.;]) /, 1)[0]!.replace(/;$/, ".");
}

/** JSON as the formatter has it: a list of one plain value stands on its line. */
function exampleText(example: unknown): string {
  return JSON.stringify(example, null, 2).replace(/\[\n\s+("[^"\n]*"|[\d.]+)\n\s+\]/g, "[$1]");
}
