import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { domainLines } from "./sign-on-domain-list.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addSignOnDomainAdd(parent: Command, cli: Cli): void {
  parent
    .command("domain-add")
    .description("add a mail domain; it counts once its TXT record was seen")
    .argument("<domain>", "example.com")
    .action(async (domain: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const made = await client.addSignOnDomain({ organization, body: { domain } });
      show(cli, made, () => domainLines(cli, [made]));
      note(cli, `Next: set the record at ${made.domain} itself, then: steward sign-on domain-verify ${made.domain}`);
    });
}
