import type { Client } from "@steward/sdk";
import type { Command } from "commander";
import { asPerson } from "./as-person.ts";
import { type Cli, note, show } from "./cli.ts";
import { connectOutside, findAddress } from "./terminal/connect.ts";

export function addInvitationAccept(parent: Command, cli: Cli): void {
  parent
    .command("accept")
    .description("join the organization that an invitation is for; it must have gone to your own address")
    .argument("<link>", "the link of the mail, or the token at its end")
    .option("--email <address>", "sign in as this person instead of with a key; the password is asked for")
    .action((link: string, { email }: { readonly email?: string }) => accept(cli, link, email));
}

async function accept(cli: Cli, link: string, email: string | undefined): Promise<void> {
  const token = link.slice(link.indexOf("#") + 1);
  if (email === undefined) return await join(cli, await connectOutside(cli), token);
  await asPerson(cli, await findAddress(cli), email, (session) => join(cli, session.client(), token));
}

async function join(cli: Cli, client: Client, token: string): Promise<void> {
  const { organization, role } = await client.lookAtInvitation({ body: { token } });
  const joined = await client.acceptInvitation({ body: { token } });
  show(cli, joined, () => [`${organization.name}: joined as ${role}`]);
  const login = `steward login ${await findAddress(cli)} --email <address> --organization ${joined.organization}`;
  note(cli, `Next, for a key of yours there: ${login}`);
}
