import type { SignOnDomain } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addSignOnDomainList(parent: Command, cli: Cli): void {
  parent
    .command("domain-list")
    .description("mail domains, and what of them is proved")
    .action(() => list(cli));
}

async function list(cli: Cli): Promise<void> {
  const client = await connectOutside(cli);
  const { items } = await client.listSignOnDomains({ organization: await organizationOf(cli, client) });
  show(cli, { items }, () => (items.length === 0 ? [] : domainLines(cli, items)));
  if (items.length === 0) note(cli, "no domains yet. Next: steward sign-on domain-add <domain>");
}

/** Domains as a person reads them, with the record that proves each. */
export function domainLines(cli: Cli, items: readonly SignOnDomain[]): readonly string[] {
  const titles = ["DOMAIN", "STATE", "TXT RECORD"].map((title) => ({ title }));
  const rows = items.map(({ domain, state, record }) => [domain, state, record]);
  return tableLines(titles, rows, cli.terminal.columns);
}
