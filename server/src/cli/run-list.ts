import { listAll, RunStatus } from "@steward/sdk";
import { type Command, Option } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { durationText, spanMs, stateText, timeText } from "./terminal/words.ts";

const RUNS_MAX = 10_000;
const PAGE_MAX = 100;

interface Options {
  readonly flow?: string;
  readonly status?: RunStatus;
  readonly limit: number;
}

export function addRunList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("runs, newest first")
    .option("--flow <flow>", "only those of this flow")
    .addOption(new Option("--status <status>", "only those that stand so").choices(RunStatus.options))
    .option("--limit <count>", "how many at most", readCount(RUNS_MAX), 20)
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { flow, status, limit }: Options): Promise<void> {
  const client = await connect(cli);
  const { listRuns } = client;
  const query = { flow, status, limit: Math.min(limit, PAGE_MAX) };
  const items = await Array.fromAsync(listAll(listRuns, query, { itemsMax: limit }));
  if (items.length === 0 && flow !== undefined) await client.getFlow({ slug: flow }); // says that there is none
  show(cli, { items }, () => {
    const titles = [
      { title: "RUN" },
      { title: "FLOW" },
      { title: "STATE" },
      { title: "STARTED" },
      { title: "TOOK", right: true },
      { title: "ERROR" },
    ];
    const rows = items.map((run) => [
      run.id,
      run.flow,
      stateText(cli.terminal, run.status),
      timeText(run.createdAt),
      durationText(spanMs(run.createdAt, run.endedAt)),
      run.error === null ? "" : run.error.code,
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, `no such runs. Next: steward flow run ${flow ?? "<flow>"}`);
}
