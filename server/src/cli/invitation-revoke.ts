import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { pickOne } from "./pick-one.ts";
import { connectOutside } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

export function addInvitationRevoke(parent: Command, cli: Cli): void {
  parent
    .command("revoke")
    .description("take an invitation back: its link lets nobody in any more")
    .argument("<invitation>", "the address it went to, or its id")
    .action(async (named: string) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client);
      const all = await Array.fromAsync(listAll(client.listInvitations, { organization, limit: 100 }));
      const meant = all.filter(
        ({ id, email, state }) => id === named || (state === "open" && email.toLowerCase() === named.toLowerCase()),
      );
      const { id: invitation, email } = pickOne(
        meant,
        "open invitation",
        named,
        "steward invitation list",
        ({ createdAt }) => `made ${timeText(createdAt)}`,
      );
      await client.revokeInvitation({ organization, invitation });
      show(cli, { invitation, revoked: true }, () => [`${email}: the invitation is revoked`]);
    });
}
