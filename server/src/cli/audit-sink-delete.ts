import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addAuditSinkDelete(parent: Command, cli: Cli): void {
  parent
    .command("sink-delete")
    .description("send the audit log there no longer")
    .argument("<sink>", "its id: snk_…")
    .action(async (sink: string) => {
      const client = await connectOutside(cli);
      await client.deleteAuditSink({ organization: await organizationOf(cli, client), sink });
      show(cli, { sink, deleted: true }, () => [`${sink}: the audit log is sent there no longer`]);
    });
}
