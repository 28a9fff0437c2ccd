import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addAuditSinkList(parent: Command, cli: Cli): void {
  parent
    .command("sink-list")
    .description("where the audit log is sent, how much was, and what went wrong")
    .action(async () => {
      const client = await connectOutside(cli);
      const { items } = await client.listAuditSinks({ organization: await organizationOf(cli, client) });
      show(cli, { items }, () => {
        const titles = [
          { title: "SINK" },
          { title: "ADDRESS" },
          { title: "SENT", right: true },
          { title: "LAST" },
          { title: "FAILED", right: true },
          { title: "WHY" },
        ];
        const rows = items.map((sink) => [
          sink.id,
          sink.address,
          String(sink.sent),
          sink.sentAt === null ? "" : timeText(sink.sentAt),
          String(sink.failures),
          sink.failures === 0 ? "" : (sink.lastError ?? ""),
        ]);
        return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
      });
      for (const { address, failures, lastError } of items) {
        if (failures === 0 || lastError !== "address_forbidden") continue;
        note(
          cli,
          `${address} is on no public address: the operator opens it with STEWARD_EGRESS_ALLOW=${entryOf(address)}`,
        );
      }
      if (items.length === 0) note(cli, "it is sent nowhere. Next: steward audit sink-add <address>");
    });
}

/** A sink's address as the operator's list names it: `logs.internal:6514`. */
function entryOf(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  return `${hostname}:${port === "" && protocol === "https:" ? "443" : port}`;
}
