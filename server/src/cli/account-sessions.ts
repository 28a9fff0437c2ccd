import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addAccountSessions(parent: Command, cli: Cli): void {
  parent
    .command("sessions")
    .description("where you are signed in with a browser")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const { items } = await (await connectOutside(cli)).listSessions();
  show(cli, { items }, () => {
    const titles = ["SESSION", "SINCE", "LAST USED", "FROM", "WITH"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.id,
      timeText(one.createdAt),
      timeText(one.lastUsedAt),
      one.address ?? "",
      one.userAgent ?? "",
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no browser is signed in");
}
