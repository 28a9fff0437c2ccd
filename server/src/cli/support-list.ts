import { listAll, type SupportConsent } from "@steward/sdk";
import type { Command } from "commander";
import { actorNames } from "./actor-names.ts";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addSupportList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("when the operator's staff may look inside, and might before")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client);
  const items = await Array.fromAsync(listAll(client.listSupportConsents, { organization, limit: 100 }));
  const nameOf = await actorNames(
    client,
    items.map(({ grantedBy }) => grantedBy),
  );
  show(cli, { items }, () => {
    const titles = ["CONSENT", "FROM", "UNTIL", "BY", "WHY"].map((title) => ({ title }));
    const rows = items.map((one) => [one.id, timeText(one.grantedAt), untilOf(one), nameOf(one.grantedBy), one.reason]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "nobody was ever let in. To let them: steward support grant <reason>");
}

function untilOf({ expiresAt, revokedAt }: SupportConsent): string {
  return timeText(revokedAt ?? expiresAt);
}
