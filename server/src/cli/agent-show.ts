import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { eventLines } from "./event-lines.ts";
import { stateOf } from "./flow-list.ts";
import { connect } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

export function addAgentShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("an agent: how it stands, what starts it, and the problems of its draft")
    .argument("<agent>", "the agent's slug")
    .action(async (slug: string) => {
      const agent = await (await connect(cli)).getAgent({ slug });
      const { name, version, updatedAt, problems, webhooks, schedules, events } = agent;
      show(cli, agent, () => [
        `${slug}: ${name}`,
        `${stateOf(agent)}${version === null ? "" : `, version ${version}`}, changed ${timeText(updatedAt)}`,
        ...webhooks.map(({ trigger, url }) => `webhook ${trigger}  ${url}`),
        ...schedules.map(({ trigger, nextAt }) => `schedule ${trigger}  ${nextAt === null ? "–" : timeText(nextAt)}`),
        ...eventLines(events),
        ...problems.map(({ field, message }) => `${field}: ${message}`),
      ]);
    });
}
