import { type Flow, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

const FLOWS_MAX = 1000;

export function addFlowList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("flows, by slug")
    .option("--search <text>", "only those whose slug or name has this text")
    .action((options: { readonly search?: string }) => list(cli, options.search));
}

async function list(cli: Cli, search: string | undefined): Promise<void> {
  const { listFlows } = await connect(cli);
  const items = await Array.fromAsync(listAll(listFlows, { search, limit: 100 }, { itemsMax: FLOWS_MAX }));
  show(cli, { items }, () => {
    const titles = ["FLOW", "VERSION", "STATE", "CHANGED", "NAME"].map((title) => ({ title }));
    const rows = items.map((flow) => [
      flow.slug,
      versionText(flow),
      stateOf(flow),
      timeText(flow.updatedAt),
      flow.name,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no flows yet. Next: steward example list, or: steward flow push <file>");
}

function versionText({ version }: Flow): string {
  return version === null ? "–" : String(version);
}

function stateOf({ paused, pausedBecause, version, draftDiffers }: Flow): string {
  if (pausedBecause) return `paused: ${pausedBecause.ended} ${pausedBecause.name} ended`;
  if (paused) return "paused";
  if (version === null) return "draft";
  return draftDiffers ? "published, draft differs" : "published";
}
