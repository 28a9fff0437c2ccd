import { listAll, type OutboundEffect } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { durationText, timeText } from "./terminal/words.ts";

const EFFECTS_MAX = 100_000;
const PAGE_MAX = 100;

interface Options {
  readonly host?: string;
  readonly flow?: string;
  readonly connection?: string;
  readonly cause?: string;
  readonly refused?: true;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

export function addOutboundList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("what the project's flows reached outside and what was refused, newest first; kept for 90 days")
    .option("--host <host>", "only what went there")
    .option("--flow <slug>", "only what this flow did")
    .option("--connection <slug>", "only what was done with it; con_… of one that was disconnected")
    .option("--cause <id>", "only what this caused: a run's id, trigger:<flow>/<name>, an approval's id")
    .option("--refused", "only what was refused")
    .option("--from <time>", "from then on: 2026-11-21T12:00:00Z")
    .option("--to <time>", "before then")
    .option("--limit <count>", "how many lines at most", readCount(EFFECTS_MAX), 50)
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { limit, refused, ...filter }: Options): Promise<void> {
  const client = await connect(cli);
  const query = { ...filter, ...(refused === true ? { refused: "true" as const } : {}) };
  const pages = listAll(
    client.listOutboundEffects,
    { ...query, limit: Math.min(limit, PAGE_MAX) },
    { itemsMax: limit },
  );
  const items = await Array.fromAsync(pages);
  show(cli, { items }, () => {
    const titles = [
      { title: "WHEN" },
      { title: "HOST" },
      { title: "ACTION" },
      { title: "OUTCOME" },
      { title: "TOOK", right: true },
      { title: "BY" },
      { title: "CAUSE" },
    ];
    return items.length === 0 ? [] : tableLines(titles, items.map(rowOf), cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "nothing went outside");
}

function rowOf({ at, host, action, outcome, code, ms, flow, step, cause }: OutboundEffect): string[] {
  return [
    timeText(at),
    host,
    action,
    [outcome ?? "under way", code].filter((text) => text !== null).join(": "),
    ms === null ? "" : durationText(ms),
    `${flow} ${step}`.trim(),
    cause,
  ];
}
