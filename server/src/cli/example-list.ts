import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addExampleList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("examples that come with Steward")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const { items } = await (await connect(cli)).listExamples();
  const width = Math.max(0, ...items.map(({ slug }) => slug.length));
  show(cli, { items }, () => items.map(({ slug, description }) => `${slug.padEnd(width)}  ${description}`));
  note(cli, items.length === 0 ? "no examples come with this Steward" : "Next: steward example add <example>");
}
