import { createClient } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { readAddress } from "./terminal/address.ts";
import { writeLogin } from "./terminal/login-file.ts";
import { readSecret } from "./terminal/read-secret.ts";

export function addLogin(program: Command, cli: Cli): void {
  program
    .command("login")
    .description("remember a Steward and its API key, which is asked for or read from a pipe")
    .argument("<address>", "for instance https://steward.example.com")
    .action((address: string) => login(cli, address));
}

async function login(cli: Cli, given: string): Promise<void> {
  const address = readAddress(given);
  const key = cli.options().key ?? (await readSecret(cli, `API key for ${address}`)).trim();
  const me = await createClient({ baseUrl: address, apiKey: key }).me();
  const file = writeLogin(cli, { address, key });
  show(cli, { address, project: me.project, principal: me.principal, file }, () => [
    `Logged in to ${address}, project ${me.project.slug}; the key is kept in ${file}`,
  ]);
}
