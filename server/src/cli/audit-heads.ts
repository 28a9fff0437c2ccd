import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

const HEADS_MAX = 10_000;
const PAGE_MAX = 100;

export function addAuditHeads(parent: Command, cli: Cli): void {
  parent
    .command("heads")
    .description("the signed heads of the audit log, newest first")
    .option("--limit <count>", "how many at most", readCount(HEADS_MAX), 24)
    .action(({ limit }: { readonly limit: number }) => list(cli, limit));
}

async function list(cli: Cli, limit: number): Promise<void> {
  const client = await connectOutside(cli);
  const query = { organization: await organizationOf(cli, client), limit: Math.min(limit, PAGE_MAX) };
  const items = await Array.fromAsync(listAll(client.listAuditHeads, query, { itemsMax: limit }));
  show(cli, { items }, () => {
    const titles = [
      { title: "HEAD", right: true },
      { title: "SIGNED" },
      { title: "CHAINS", right: true },
      { title: "KEY" },
      { title: "DIGEST" },
    ];
    const rows = items.map((one) => [
      String(one.seq),
      timeText(one.signedAt),
      String(one.chains),
      one.keyId,
      one.digest,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no head is signed yet: one is within the hour, and at each export");
}
