import type { Action, Authentication, Connector, HookTrigger, PollTrigger } from "@steward/sdk";
import { CONNECTORS } from "../server/src/connectors/catalogue.ts";
import { fieldsOf, table } from "./docs-fields.ts";

const INTRODUCTION = `# Connectors

<!-- Derived from server/src/connectors by scripts/docs.ts: change it there. -->

A connector is what a provider offers. A step of kind [\`action\`](steps.md#action) does one of its actions with a connection,
within the grants that name it: \`gmail.send\`, \`gmail.*\`, or a class of actions (read, write, delete). Fields marked **→** say
where an outward effect goes: in a run that has read what others wrote they must be literal in the published version, or meet a
condition of the grant, else a person is asked.

_Again_ says what happens when nobody can tell whether a call has arrived: \`safe\` is sent again, \`key\` is sent again with the
same key, by which the provider knows it, \`never\` is for the step's \`ifUnknown\` to say. What only reads is always safe.
`;

/** docs/connectors.md: every native connector, its actions with their fields, its triggers, and how to connect it. */
export function renderConnectors(): string {
  const overview = table(
    ["Connector", "What for", "Actions", "Triggers"],
    CONNECTORS.map(({ id, title, summary, actions, triggers }) => [
      `[${title}](#${anchor(title)}) \`${id}\``,
      summary,
      String(Object.keys(actions).length),
      Object.keys(triggers)
        .map((name) => `\`${name}\``)
        .join(", "),
    ]),
  );
  return `${[INTRODUCTION, overview, ...CONNECTORS.map(renderConnector)].join("\n").trimEnd()}\n`;
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function renderConnector(connector: Connector): string {
  const { title, summary, hosts, ownAddress, authentication, scopes, setUp, triedAgainst, actions, triggers } =
    connector;
  return [
    `\n## ${title}\n`,
    `${summary} Reached: ${ownAddress === true ? "the address of the connection" : hosts.map((host) => `\`${host}\``).join(", ")}. Proves itself by ${[...new Set(authentication.map(wayOf))].join(" or ")}. Tried against ${triedAgainst}.\n`,
    "To connect it with a client or key of your own:\n",
    setUp.map((step, at) => `${at + 1}. ${step}`).join("\n"),
    ...(Object.keys(scopes).length === 0
      ? []
      : [
          "",
          table(
            ["Scope", "What it lets Steward do"],
            Object.entries(scopes).map(([scope, words]) => [`\`${scope}\``, words]),
          ),
        ]),
    ...Object.entries(actions).map(([name, action]) => renderAction(connector, name, action)),
    ...Object.entries(triggers).map(([name, trigger]) => renderTrigger(connector, name, trigger)),
  ].join("\n");
}

const WAYS: Readonly<Record<Authentication["kind"], string>> = {
  oauth2: "consent (OAuth 2)",
  api_key: "a key",
  basic: "user and password",
  client_credentials: "client credentials (OAuth 2)",
  service_account: "a service account's key (RFC 7523)",
  certificate: "a client certificate (TLS)",
  none: "nothing",
};

function wayOf({ kind }: Authentication): string {
  return WAYS[kind];
}

function renderAction({ id }: Connector, name: string, action: Action): string {
  const fields = fieldsOf(action.input);
  const scopes = action.scopes.map((scope) => `\`${scope}\``).join(", ");
  const leads = (field: string): boolean =>
    action.destination.some(
      (one) => field.replaceAll("[]", "") === one || field.replaceAll("[]", "").startsWith(`${one}.`),
    );
  return [
    `\n### ${id}.${name}\n`,
    `**${action.title}.** ${action.summary} Class: ${action.class}. Again: \`${action.repeat}\`.${scopes === "" ? "" : ` Scopes: ${scopes}.`}\n`,
    fields.length > 0
      ? table(
          ["Field", "Value", "Default", "Meaning"],
          fields.map((one) => [
            `\`${one.name}\`${leads(one.name) ? " **→**" : ""}`,
            one.value,
            one.standard,
            one.meaning,
          ]),
        )
      : "It takes no arguments.",
    "\nGives, for instance:\n",
    "```json",
    exampleText(action.sample.output),
    "```",
  ].join("\n");
}

function renderTrigger({ id }: Connector, name: string, trigger: PollTrigger | HookTrigger): string {
  const fields = fieldsOf(trigger.settings);
  const how =
    trigger.kind === "poll"
      ? `Looked for every ${trigger.everySeconds.default} s, at most every ${trigger.everySeconds.min} s.`
      : trigger.byHand === undefined
        ? "Registered at the provider when the flow is published, and taken away with it."
        : "Registered at the provider by hand:";
  return [
    `\n### Trigger ${id}.${name}\n`,
    `**${trigger.title}.** ${trigger.summary} ${how}`,
    ...(trigger.kind === "hook" && trigger.byHand !== undefined
      ? ["", trigger.byHand.map((step, at) => `${at + 1}. ${step}`).join("\n")]
      : []),
    ...(fields.length > 0
      ? [
          "",
          table(
            ["Setting", "Value", "Default", "Meaning"],
            fields.map((one) => [`\`${one.name}\``, one.value, one.standard, one.meaning]),
          ),
        ]
      : []),
  ].join("\n");
}

const WIDTH = 120;

/** JSON as the formatter has it: each field of an object on its line, a list of plain values on one where it fits. */
function exampleText(value: unknown, indent = "", prefix = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const members: readonly unknown[] = value;
    const flat = `[${members.map((member) => JSON.stringify(member)).join(", ")}]`;
    const plain = members.every((member) => typeof member !== "object" || member === null);
    if (plain && prefix + flat.length < WIDTH) return flat;
    return `[\n${members.map((member) => `${inner}${exampleText(member, inner, inner.length)}`).join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 0) return "{}";
  const lines = fields.map(([name, field]) => {
    const key = `${inner}${JSON.stringify(name)}: `;
    return `${key}${exampleText(field, inner, key.length)}`;
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
