import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { notHere } from "./not-here.ts";

export function addKeyringRotateSigning(parent: Command, cli: Cli): void {
  parent
    .command("rotate-signing")
    .description("sign the audit log with a new key from now on; what the old one signed still verifies")
    .action(async () => {
      const { rotateSigning = notHere } = await cli.local();
      const key = await rotateSigning((line) => cli.terminal.err(line));
      show(cli, key, () => [`${key.keyId} signs from now on; its public key: ${key.publicKey}`]);
    });
}
