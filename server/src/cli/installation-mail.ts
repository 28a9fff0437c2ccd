import { listAll, type MailMessage } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

const MESSAGES_MAX = 10_000;
const PAGE_MAX = 100;

export function addInstallationMail(parent: Command, cli: Cli): void {
  parent
    .command("mail")
    .description("the outbox, newest first; with its words where no mail server is set (operators)")
    .option("--limit <count>", "how many at most", readCount(MESSAGES_MAX), 20)
    .action(({ limit }: { readonly limit: number }) => list(cli, limit));
}

async function list(cli: Cli, limit: number): Promise<void> {
  const client = await connectOutside(cli);
  const query = { limit: Math.min(limit, PAGE_MAX) };
  const items = await Array.fromAsync(listAll(client.listMail, query, { itemsMax: limit }));
  show(cli, { items }, () => {
    const titles = ["MESSAGE", "MADE", "STATE", "ERROR", "WHAT"].map((title) => ({ title }));
    const rows = items.map((one) => [one.id, timeText(one.createdAt), stateOf(one), one.error ?? "", one.template]);
    return items.length === 0
      ? []
      : [...tableLines(titles, rows, cli.terminal.columns), ...items.flatMap((one) => wordLines(one))];
  });
  if (items.some(({ error }) => error === "address_forbidden"))
    note(
      cli,
      "the mail server is on no public address: let STEWARD_EGRESS_ALLOW name it, <host>:<port>, then mail-retry",
    );
  if (items.length === 0) note(cli, "nothing was written to anybody yet");
}

/** As on the page. Only what no mail server will take shows its content. */
function stateOf({ status, content }: MailMessage): string {
  return status === "queued" ? (content === null ? "to send" : "kept here") : status;
}

function wordLines({ id, content }: MailMessage): readonly string[] {
  if (content === null) return [];
  return ["", `${id} to ${content.to}: ${content.subject}`, ...content.links];
}
