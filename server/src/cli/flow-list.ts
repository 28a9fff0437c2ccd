import { type Flow, listAll } from "@steward/sdk";
import { type Cli, note, show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

const FLOWS_MAX = 1000;

export function addList(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("list")
      .description(`${of.noun}s, by slug`)
      .option("--search <text>", "only those whose slug or name has this text")
      .action((options: { readonly search?: string }) => list(of, cli, options.search));
}

async function list(of: DefinitionNoun, cli: Cli, search: string | undefined): Promise<void> {
  const client = await connect(cli);
  const pages = (page: { readonly cursor?: string | undefined } | undefined) =>
    of.list(client, { search, limit: 100, ...page });
  const items = await Array.fromAsync(listAll(pages, {}, { itemsMax: FLOWS_MAX }));
  show(cli, { items }, () => {
    const titles = [of.noun.toUpperCase(), "VERSION", "STATE", "CHANGED", "NAME"].map((title) => ({ title }));
    const rows = items.map((flow) => [
      flow.slug,
      versionText(flow),
      stateOf(flow),
      timeText(flow.updatedAt),
      flow.name,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0)
    note(
      cli,
      of.noun === "flow"
        ? "no flows yet. Next: steward example list, or: steward flow push <file>"
        : "no agents yet. Next: steward agent push <file>",
    );
}

function versionText({ version }: Flow): string {
  return version === null ? "–" : String(version);
}

/** In a word or two. */
export function stateOf({ paused, pausedBecause, version, draftDiffers }: Flow): string {
  if (pausedBecause) return `paused: ${pausedBecause.ended} ${pausedBecause.name} ended`;
  if (paused) return "paused";
  if (version === null) return "draft";
  return draftDiffers ? "published, draft differs" : "published";
}
