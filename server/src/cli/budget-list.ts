import { type Budget, listAll } from "@steward/sdk";
import { type Command, Option } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connect, connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

interface Options {
  readonly everywhere?: true;
  readonly source?: "budget" | "grant";
}

export function addBudgetList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("budgets with what was spent and is reserved now, the organization's too")
    .option("--everywhere", "only those of the organization, which span its projects")
    .addOption(
      new Option("--source <source>", "only budgets, or only what came with grants and limits").choices([
        "budget",
        "grant",
      ]),
    )
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { everywhere, source }: Options): Promise<void> {
  const client = everywhere === true ? await connectOutside(cli) : await connect(cli);
  const query = { source, limit: 100 };
  const items =
    everywhere === true
      ? await Array.fromAsync(
          listAll(client.listOrganizationBudgets, { ...query, organization: await organizationOf(cli, client) }),
        )
      : await Array.fromAsync(listAll(client.listBudgets, query));
  show(cli, { items }, () => {
    const titles = [
      { title: "BUDGET" },
      { title: "SPENT", right: true },
      { title: "RESERVED", right: true },
      { title: "LEFT", right: true },
      { title: "OF" },
      { title: "ENDS" },
      { title: "FOR" },
    ];
    const rows = items.map((budget) => [
      budget.id,
      ...[budget.now?.spent, budget.now?.reserved, budget.now?.left].map((amount) => String(amount ?? "")),
      amountText(budget),
      timeText(budget.now?.endsAt ?? null),
      `${budget.level} ${budget.subject}`.trim(),
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0)
    note(cli, "no budgets. Next: steward budget set 50 --unit money --currency EUR --period month");
}

/** `50 EUR a month`, `1000 calls in all`. */
export function amountText({ amount, currency, unit, period }: Budget): string {
  const per = { run: "in each run", hour: "an hour", day: "a day", month: "a month", total: "in all" }[period];
  return `${amount} ${currency ?? unit} ${per}`;
}
