import type { Variable } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readTextInput } from "./terminal/read-input.ts";

interface Options {
  readonly text?: boolean;
}

export function addVariableSet(parent: Command, cli: Cli): void {
  parent
    .command("set")
    .description("set a variable, which flows read as vars.<variable>; for secrets there are credentials")
    .argument("<variable>", "its name")
    .argument("<value>", "JSON, or else a text; @file and - (standard input) too")
    .option("--text", "take the value as a text even when it is JSON")
    .action((name: string, value: string, options: Options) => set(cli, name, value, options));
}

async function set(cli: Cli, name: string, given: string, options: Options): Promise<void> {
  const text = await readTextInput(cli, given);
  const value = options.text === true ? text : jsonOrText(text);
  const variable = await (await connect(cli)).putVariable({ name, body: { value } });
  show(cli, variable, () => [`${name} = ${JSON.stringify(variable.value)}`]);
}

function jsonOrText(text: string): Variable["value"] {
  try {
    const value: Variable["value"] = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
