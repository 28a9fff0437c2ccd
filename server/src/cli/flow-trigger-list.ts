import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { eventLines } from "./event-lines.ts";
import { connect } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

export function addFlowTriggerList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("what starts the flow by itself, and how it stands: webhooks, schedules, events at providers")
    .argument("<flow>", "the flow's slug")
    .action(async (slug: string) => {
      const { webhooks, schedules, events } = await (await connect(cli)).getFlow({ slug });
      show(cli, { webhooks, schedules, events }, () => {
        const lines = [
          ...webhooks.map(({ trigger, url }) => `webhook ${trigger}  ${url}`),
          ...schedules.map(
            ({ trigger, nextAt }) =>
              `schedule ${trigger}  ${nextAt === null ? "never again" : `next ${timeText(nextAt)}`}`,
          ),
          ...eventLines(events),
        ];
        return lines.length === 0 ? [`${slug}: nothing starts it by itself`] : lines;
      });
    });
}
