import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createProgram } from "../server/src/cli/create-program.ts";
import { EXIT_MEANINGS } from "../server/src/cli/terminal/exit-codes.ts";
import { processParts } from "../server/src/steward.ts";

type Command = ReturnType<typeof createProgram>;
type Option = Command["options"][number];

const INTRODUCTION = `# The command line

<!-- Derived from server/src/cli by scripts/docs-cli.ts: change it there. -->

\`steward\` talks to the API of a running Steward. In a clone it is called as \`npx steward\`, and its hints say so too.

- Results go to standard output, all else to standard error. With \`--json\` a result is one JSON document on a line, as the API gives it; an error is \`{ "error": { "code", "message", "next", "details", "exit" } }\` on standard error.
- Colours only on a terminal, and not with \`NO_COLOR\`.
- Which Steward: \`--url\`, else \`STEWARD_URL\`, else the login, else the one that runs on this folder's home (\`STEWARD_HOME\`, \`.steward\`). The key: \`--key\`, else \`STEWARD_API_KEY\`, else the one kept for that very address by \`steward login\` or in the home.
- Which project: \`--project\`, else \`STEWARD_PROJECT\`, else the key's own; which organization: \`--organization\`, else the key's own. A key serves one organization, and only one made with \`--reach organization\` (as \`steward login --email\` makes them) more than one project of it.
- Things are named as people name them where that is clear: a project by its slug, a member by their address, a role, key or table by its name. Ids work everywhere.
- Where a command takes JSON, \`@file\` reads a file and \`-\` standard input. Secrets come from standard input or are asked for. What can't be undone is asked about at a terminal, and elsewhere needs \`--yes\` with the name of the thing.`;

/** docs/cli.md: every command with its arguments and options, and what the exit codes mean. */
export function renderCli(): string {
  const program = createProgram(processParts());
  const codes = EXIT_MEANINGS.map(([code, meaning]) => `- ${code}: ${meaning}`);
  const parts = [
    INTRODUCTION,
    "## Options of every command",
    program.options.map(optionLine).join("\n"),
    "## Exit codes",
    codes.join("\n"),
    "## Commands",
    ...leavesOf(program, []).flatMap(commandText),
  ];
  return `${parts.join("\n\n")}\n`;
}

interface Leaf {
  readonly path: readonly string[];
  readonly command: Command;
}

/** Commands that do something, in the order of the help. */
function leavesOf(command: Command, above: readonly string[]): readonly Leaf[] {
  const path = [...above, command.name()];
  return command.commands.length === 0 ? [{ path, command }] : command.commands.flatMap((one) => leavesOf(one, path));
}

function commandText({ path, command }: Leaf): readonly string[] {
  const given = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  const lines = [
    ...command.registeredArguments.map((one, at) => `- \`${given[at]}\` ${one.description}`),
    ...command.options.map(optionLine),
  ];
  const heading = `### \`${[...path, ...given].join(" ")}\``;
  const description = `${command.description().charAt(0).toUpperCase()}${command.description().slice(1)}.`;
  return lines.length === 0 ? [heading, description] : [heading, description, lines.join("\n")];
}

function optionLine(option: Option): string {
  const choices = option.argChoices === undefined ? "" : `: ${option.argChoices.join(", ")}`;
  const isShown = option.defaultValue !== undefined && !Array.isArray(option.defaultValue);
  const byDefault = isShown ? `; by default ${String(option.defaultValue)}` : "";
  return `- \`${option.flags}\` ${option.description}${choices}${byDefault}`;
}

if (import.meta.main) writeFileSync(fileURLToPath(new URL("../docs/cli.md", import.meta.url)), renderCli());
