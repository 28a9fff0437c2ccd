import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addSupportEnd(parent: Command, cli: Cli): void {
  parent
    .command("end")
    .description("end the operator's look inside at once")
    .argument("<consent>", "its id: sup_…")
    .action(async (consent: string) => {
      const client = await connectOutside(cli);
      await client.revokeSupportConsent({ organization: await organizationOf(cli, client), consent });
      show(cli, { consent, ended: true }, () => [`${consent}: over`]);
    });
}
