import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { timeText } from "./terminal/words.ts";

const DAYS_MAX = 3650;

interface Options {
  readonly days: number;
  readonly expiry: boolean;
}

export function addSignOnScimCreate(parent: Command, cli: Cli): void {
  parent
    .command("scim-create")
    .description("make a token for a SCIM client and print it, this once")
    .option("--days <days>", "how long it works", readCount(DAYS_MAX), 365)
    .option("--no-expiry", "it works until it is revoked")
    .action(async ({ days, expiry }: Options) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const made = await client.createScimToken({ organization, body: { expiresInDays: expiry ? days : null } });
      show(cli, made, () => [made.token]);
      const until = made.expiresAt === null ? "it is revoked" : timeText(made.expiresAt);
      note(cli, `${made.id}: shown this once; works until ${until}`);
    });
}
