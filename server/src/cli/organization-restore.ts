import type { Client } from "@steward/sdk";
import type { Command } from "commander";
import { asPerson } from "./as-person.ts";
import { type Cli, show } from "./cli.ts";
import { organizationCalled } from "./organization-of.ts";
import { connectOutside, findAddress } from "./terminal/connect.ts";

export function addOrganizationRestore(parent: Command, cli: Cli): void {
  parent
    .command("restore")
    .description("bring a deleted organization back; its own keys are over, so sign in with --email")
    .argument("<organization>", "its name or id")
    .option("--email <address>", "sign in as this person, whose password is asked for or read from a pipe")
    .action((named: string, { email }: { readonly email?: string }) => restore(cli, named, email));
}

async function restore(cli: Cli, named: string, email: string | undefined): Promise<void> {
  const back = async (client: Client): Promise<void> => {
    const organization = named.startsWith("org_") ? named : await organizationCalled(client, named, true);
    const restored = await client.restoreOrganization({ organization });
    show(cli, restored, () => [`${restored.name}: back`]);
  };
  if (email === undefined) return await back(await connectOutside(cli));
  await asPerson(cli, await findAddress(cli), email, async (session) => back(session.client()));
}
