import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connectOutside, findAddress } from "./terminal/connect.ts";

export function addOrganizationCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("make an organization, whose owner you are")
    .argument("<name>", "what it is called")
    .action(async (name: string) => {
      const made = await (await connectOutside(cli)).createOrganization({ body: { name } });
      show(cli, made, () => [`${made.name}: made, ${made.id}`]);
      const login = `steward login ${await findAddress(cli)} --email <address> --organization ${made.id}`;
      note(cli, `A key serves one organization. Next, for one of this: ${login}`);
    });
}
