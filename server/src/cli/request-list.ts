import { listAll, type RequestNote } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { durationText, timeText } from "./terminal/words.ts";

const NOTES_MAX = 100_000;
const PAGE_MAX = 100;
const STATUS_MAX = 599;

interface Options {
  readonly principal?: string;
  readonly route?: string;
  readonly status?: number;
  readonly address?: string;
  readonly since?: string;
  readonly until?: string;
  readonly installation?: boolean;
  readonly limit: number;
}

export function addRequestList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("who called the project's API, from where, newest first; kept for 90 days")
    .option("--principal <id>", "only calls of this key, member or account")
    .option("--route <route>", "only calls of this route, by its name")
    .option("--status <status>", "only calls that were answered so: 403", readCount(STATUS_MAX))
    .option("--address <address>", "only calls from there")
    .option("--since <time>", "from then on: 2026-11-21T12:00:00Z")
    .option("--until <time>", "before then")
    .option("--limit <count>", "how many lines at most", readCount(NOTES_MAX), 50)
    .option("--installation", "calls outside of projects and by nobody who is known, for operators")
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { installation, limit, ...filter }: Options): Promise<void> {
  const client = await connect(cli);
  const query = { ...filter, limit: Math.min(limit, PAGE_MAX) };
  const of = installation === true ? client.listInstallationRequests : client.listRequests;
  const items = await Array.fromAsync(listAll(of, query, { itemsMax: limit }));
  show(cli, { items }, () => {
    const titles = [
      { title: "MINUTE" },
      { title: "BY" },
      { title: "ROUTE" },
      { title: "STATUS" },
      { title: "TIMES", right: true },
      { title: "TOOK", right: true },
      { title: "FROM" },
    ];
    return items.length === 0 ? [] : tableLines(titles, items.map(rowOf), cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no such calls");
}

function rowOf(one: RequestNote): string[] {
  const program = [one.client, one.clientVersion].filter(Boolean).join("/");
  return [
    timeText(one.minute),
    one.principal ?? "nobody",
    one.route,
    String(one.status),
    String(one.count),
    durationText(one.latencyMsMean),
    program === "" ? one.address : `${one.address}, ${program}`,
  ];
}
