import type { Published } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { eventLines } from "./event-lines.ts";
import { connect } from "./terminal/connect.ts";

export function addFlowPublish(parent: Command, cli: Cli): void {
  parent
    .command("publish")
    .description("make the draft the version that runs")
    .argument("<flow>", "the flow's slug")
    .action((slug: string) => publish(cli, slug));
}

async function publish(cli: Cli, slug: string): Promise<void> {
  const published = await (await connect(cli)).publishFlow({ slug });
  show(cli, { slug, ...published }, () => publishedLines(cli, slug, published));
}

/** What a person needs after publishing: the version, where the webhooks are, and what events still lack. */
export function publishedLines(
  { terminal }: Cli,
  slug: string,
  { version, webhooks, events }: Published,
): readonly string[] {
  return [
    `${slug}: version ${version} published`,
    ...webhooks.map(({ trigger, url }) => `${terminal.paint("dim", `webhook ${trigger}`)}  ${url}`),
    ...eventLines(events),
  ];
}
