import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { confirm } from "./terminal/confirm.ts";
import { connectOutside } from "./terminal/connect.ts";
import { timeText } from "./terminal/words.ts";

const RECOVERABLE_DAYS = 30;

export function addAccountDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description(
      "delete your own account: you leave every organization and your keys end, at once; the account can be brought back for 30 days",
    )
    .option("--yes <email>", "your mail address once more, where nobody can be asked")
    .action(({ yes }: { readonly yes?: string }) => remove(cli, yes));
}

async function remove(cli: Cli, given: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const { email: name, id } = await client.getAccount();
  const what =
    "you leave every organization and your keys end, at once (the account itself can be brought back for 30 days)";
  await confirm(cli, { what, name, given, command: "steward account delete" });
  await client.deleteAccount();
  show(cli, { account: id, deleted: true }, () => [`${name}: deleted`]);
  const until = timeText(new Date(Date.now() + RECOVERABLE_DAYS * 86_400_000).toISOString());
  note(cli, `until ${until} it can be brought back, without organizations and keys; then name and address are erased`);
  note(cli, `Next, for that: steward account restore --email ${name}, or sign in on the page`);
}
