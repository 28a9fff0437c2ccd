import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findKey } from "./find-key.ts";
import { connect } from "./terminal/connect.ts";

export function addKeyRevoke(parent: Command, cli: Cli): void {
  parent
    .command("revoke")
    .description("end a key at once")
    .argument("<key>", "its name, its beginning or its id")
    .action(async (named: string) => {
      const client = await connect(cli);
      const { id: key, name } = await findKey(client, named, Date.now());
      await client.revokeKey({ key });
      show(cli, { key, revoked: true }, () => [`${key}, ${name}: revoked`]);
    });
}
