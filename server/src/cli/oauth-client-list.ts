import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addOAuthClientList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("the project's own OAuth clients, without their secrets")
    .action(async () => {
      const { items } = await (await connect(cli)).listOAuthClients();
      show(cli, { items }, () => {
        const titles = ["CONNECTOR", "SET", "REDIRECT", "CLIENT ID"].map((title) => ({ title }));
        const rows = items.map((one) => [one.connector, timeText(one.setAt), one.redirectUrl, one.clientId]);
        return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
      });
      if (items.length === 0) note(cli, "none of its own. Next: steward oauth-client set <connector> <client id>");
    });
}
