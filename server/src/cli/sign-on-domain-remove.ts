import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { findDomain } from "./sign-on-domain-verify.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addSignOnDomainRemove(parent: Command, cli: Cli): void {
  parent
    .command("domain-remove")
    .description("let go of a mail domain")
    .argument("<domain>", "example.com")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id, domain } = await findDomain(client, organization, named);
      await client.removeSignOnDomain({ organization, domain: id });
      show(cli, { id, domain, removed: true }, () => [`${domain}: removed`]);
    });
}
