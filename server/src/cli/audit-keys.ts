import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

export function addAuditKeys(parent: Command, cli: Cli): void {
  parent
    .command("keys")
    .description("the public keys that the audit log is signed with; keep them apart from Steward")
    .action(async () => {
      const client = await connectOutside(cli);
      const { items } = await client.listAuditKeys({ organization: await organizationOf(cli, client) });
      const titles = [{ title: "KEY" }, { title: "STATE" }, { title: "PUBLIC KEY" }];
      const rows = items.map(({ keyId, state, publicKey }) => [keyId, state, publicKey]);
      show(cli, { items }, () => tableLines(titles, rows, null));
    });
}
