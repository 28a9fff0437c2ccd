import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addFlowVersions(parent: Command, cli: Cli): void {
  parent
    .command("versions")
    .description("versions of a flow that were published, newest first")
    .argument("<flow>", "the flow's slug")
    .action((slug: string) => list(cli, slug));
}

async function list(cli: Cli, slug: string): Promise<void> {
  const { listVersions } = await connect(cli);
  const items = await Array.fromAsync(listAll(listVersions, { slug, limit: 100 }));
  show(cli, { items }, () => {
    const titles = [{ title: "VERSION", right: true }, { title: "PUBLISHED" }];
    const rows = items.map(({ version, publishedAt }) => [String(version), timeText(publishedAt)]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, `${slug} was not published yet. Next: steward flow publish ${slug}`);
}
