import type { Client, SignOnDomain } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { pickOne } from "./pick-one.ts";
import { domainLines } from "./sign-on-domain-list.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addSignOnDomainVerify(parent: Command, cli: Cli): void {
  parent
    .command("domain-verify")
    .description("look for a mail domain's record now")
    .argument("<domain>", "example.com")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const { id: domain } = await findDomain(client, organization, named);
      const seen = await client.verifySignOnDomain({ organization, domain });
      show(cli, seen, () => domainLines(cli, [seen]));
    });
}

export async function findDomain(client: Client, organization: string, named: string): Promise<SignOnDomain> {
  const { items } = await client.listSignOnDomains({ organization });
  const called = items.filter(({ id, domain }) => id === named || domain === named.toLowerCase());
  return pickOne(called, "domain", named, "steward sign-on domain-list", ({ state }) => state);
}
