import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { readSteps } from "./read-steps.ts";
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
  const body =
    data === undefined
      ? { name }
      : { name, data: await readJsonInput(cli, data, "the data", "steward run event <run> <name>") };
  const client = await connect(cli);
  const run = await client.sendEvent({ id, body });
  const { items } = await readSteps(client, id);
  const isAwaited = items.some(
    ({ input }) => typeof input === "object" && input !== null && Object(input).event === name,
  );
  show(cli, run, () => [
    `${id}: event ${name} ${isAwaited ? "sent" : "is kept until a step waits for it; none has so far"}`,
  ]);
}
