import { ApprovalStatus, listAll } from "@steward/sdk";
import { type Command, Option } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { stepText, timeText } from "./terminal/words.ts";

interface Options {
  readonly status: ApprovalStatusText;
  readonly mine?: true;
  readonly run?: string;
  readonly flow?: string;
}
type ApprovalStatusText = (typeof ApprovalStatus.options)[number] | "all";

export function addApprovalList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("what waits for approval, newest first")
    .addOption(
      new Option("--status <status>", "what became of it").choices([...ApprovalStatus.options, "all"]).default("open"),
    )
    .option("--mine", "only what waits for your word")
    .option("--run <run>", "only those of this run")
    .option("--flow <flow>", "only those of this flow")
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { mine, ...filter }: Options): Promise<void> {
  const { listApprovals } = await connect(cli);
  const query = { ...filter, mine: mine === true ? "true" : "false", limit: 100 } as const;
  const items = await Array.fromAsync(listAll(listApprovals, query));
  show(cli, { items }, () => {
    const titles = ["APPROVAL", "STATUS", "FLOW", "STEP", "ACTION", "ENDS", "YOURS"].map((title) => ({ title }));
    const rows = items.map((one) => [
      one.id,
      one.status,
      one.flow,
      stepText(one.step, one.path),
      one.action,
      timeText(one.expiresAt),
      one.mine ? "yes" : "",
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "nothing waits for approval here");
}
