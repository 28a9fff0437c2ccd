import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readJsonInput } from "./terminal/read-input.ts";

export function addRunEvent(parent: Command, cli: Cli): void {
  parent
    .command("event")
    .description("send an event to a run that waits for it, or will")
    .argument("<run>", "the run's id")
    .argument("<name>", "the event's name")
    .argument("[data]", "what the wait step gives: JSON, @file, or - for standard input")
    .action((id: string, name: string, data: string | undefined) => send(cli, id, name, data));
}

async function send(cli: Cli, id: string, name: string, data: string | undefined): Promise<void> {
  const body = data === undefined ? { name } : { name, data: await readJsonInput(cli, data, "the data") };
  const run = await (await connect(cli)).sendEvent({ id, body });
  show(cli, run, () => [`${id}: event ${name} sent`]);
}
