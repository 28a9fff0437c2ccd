import type { Command } from "commander";
import { actorNames } from "./actor-names.ts";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addGrantShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("a grant in words and as its form")
    .argument("<grant>", "its id: steward grant list")
    .action((grant: string) => showOne(cli, grant));
}

async function showOne(cli: Cli, named: string): Promise<void> {
  const client = await connect(cli);
  const grant = await client.getGrant({ grant: named });
  const nameOf = await actorNames(client, [grant.givenBy ?? ""]);
  show(cli, grant, () => [
    ...grant.sentences,
    ...factLines([
      ["grant", grant.id],
      ["stands", grant.stands ? "yes" : "no"],
      ["version", grant.version],
      ["given by", grant.givenBy === null ? "" : nameOf(grant.givenBy)],
      ["given", timeText(grant.createdAt)],
      ["changed", grant.version === 1 ? "" : timeText(grant.updatedAt)],
      ["revoked", timeText(grant.revokedAt)],
    ]),
    JSON.stringify(grant.form, null, 2),
  ]);
}
