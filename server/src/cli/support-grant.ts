import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readHours } from "./terminal/read-hours.ts";
import { timeText } from "./terminal/words.ts";

const HOURS_MAX = 168;

export function addSupportGrant(parent: Command, cli: Cli): void {
  parent
    .command("grant")
    .description("let the operator's staff look inside the organization for a time, and change nothing")
    .argument("<reason>", "why, as the audit log's readers will see it")
    .option("--hours <hours>", "for how long", readHours(1, HOURS_MAX), 24)
    .action(async (reason: string, { hours }: { readonly hours: number }) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const consent = await client.createSupportConsent({ organization, body: { reason, hours } });
      show(cli, consent, () => [
        `${consent.id}: the operator's staff may look inside until ${timeText(consent.expiresAt)}`,
      ]);
      note(cli, `Next, to end it before: steward support end ${consent.id}`);
    });
}
