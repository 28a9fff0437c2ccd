import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

export function addLink(program: Command, cli: Cli): void {
  program
    .command("link")
    .description("print a new link into the page; it signs one browser in, once, within 15 minutes")
    .action(() => link(cli));
}

async function link(cli: Cli): Promise<void> {
  const made = await (await connect(cli)).createLink();
  show(cli, made, () => [made.url]);
  note(cli, `works once, until ${timeText(made.expiresAt)}`);
}
