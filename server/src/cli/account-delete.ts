import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { confirm } from "./terminal/confirm.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addAccountDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("delete your own account; it can be brought back for 30 days, its memberships and keys can't")
    .option("--yes <email>", "your mail address once more, where nobody can be asked")
    .action(({ yes }: { readonly yes?: string }) => remove(cli, yes));
}

async function remove(cli: Cli, given: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const { email: name, id } = await client.getAccount();
  const what = "you leave every organization, and your keys end";
  await confirm(cli, { what, name, given, command: "steward account delete" });
  await client.deleteAccount();
  show(cli, { account: id, deleted: true }, () => [`${name}: deleted`]);
  note(cli, `Next, to bring it back: steward account restore --email ${name}`);
}
