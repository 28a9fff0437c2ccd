import type { Organization } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addOrganizationList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("the organizations that you are in")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const { items } = await (await connectOutside(cli)).listOrganizations();
  show(cli, { items }, () => {
    const titles = ["ORGANIZATION", "YOUR ROLE", "SINCE", "STATE", "NAME"].map((title) => ({ title }));
    const rows = items.map((one) => [one.id, one.role, timeText(one.createdAt), stateOf(one), one.name]);
    return tableLines(titles, rows, cli.terminal.columns);
  });
}

function stateOf({ recoverableUntil }: Organization): string {
  return recoverableUntil === null ? "" : `deleted, can come back until ${timeText(recoverableUntil)}`;
}
