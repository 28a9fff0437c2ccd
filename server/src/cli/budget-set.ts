import type { NewBudget } from "@steward/sdk";
import { type Command, Option } from "commander";
import { amountText } from "./budget-list.ts";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { readAmount, readPercent } from "./read-amount.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect, connectOutside } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

interface Options {
  readonly unit: NewBudget["unit"];
  readonly currency?: string;
  readonly period: NewBudget["period"];
  readonly level: NewBudget["level"];
  readonly for?: string;
  readonly soft: number;
  readonly everywhere?: true;
}

export function addBudgetSet(parent: Command, cli: Cli): void {
  parent
    .command("set")
    .description("let no more be spent than this")
    .argument("<amount>", "50, 0.25, 1000", readAmount)
    .addOption(
      new Option("--unit <unit>", "what is counted").choices(["money", "tokens", "calls"]).makeOptionMandatory(),
    )
    .option("--currency <currency>", "of money: EUR")
    .addOption(
      new Option("--period <period>", "for how long")
        .choices(["run", "hour", "day", "month", "total"])
        .default("month"),
    )
    .addOption(
      new Option("--level <level>", "whose it is")
        .choices(["project", "member", "agent", "flow", "run"])
        .default("project"),
    )
    .option("--for <name>", "which flow or agent (slug) or member (account id)")
    .option("--soft <percent>", "from where on people are told", readPercent, 80)
    .option("--everywhere", "for the organization: all its projects together")
    .action((amount: number, options: Options) => set(cli, amount, options));
}

async function set(cli: Cli, amount: number, options: Options): Promise<void> {
  const { unit, currency, period, level, soft: softPercent, everywhere } = options;
  const given = { unit, currency, amount, softPercent };
  const client = everywhere === true ? await connectOutside(cli) : await connect(cli);
  if (everywhere === true && period === "run")
    throw new CliError(EXIT.usage, "usage", "a budget of the organization spans runs", "use another --period");
  const budget =
    everywhere === true && period !== "run"
      ? await client.setOrganizationBudget({
          organization: await organizationOf(cli, client),
          body: { ...given, period },
        })
      : await client.setBudget({ body: { ...given, period, level, subject: options.for ?? "" } });
  show(cli, budget, () => [
    `${budget.id}: at most ${amountText(budget)}, for the ${budget.level} ${budget.subject}`.trim(),
  ]);
  note(cli, "Next, to see what is left: steward budget list");
}
