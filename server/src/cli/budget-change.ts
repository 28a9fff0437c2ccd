import type { Command } from "commander";
import { amountText } from "./budget-list.ts";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { readAmount, readPercent } from "./read-amount.ts";
import { connect, connectOutside } from "./terminal/connect.ts";
import { demandChange } from "./terminal/demand-change.ts";

interface Options {
  readonly amount?: number;
  readonly soft?: number;
  readonly everywhere?: true;
}

export function addBudgetChange(parent: Command, cli: Cli): void {
  parent
    .command("change")
    .description("another amount, or another mark from where on people are told")
    .argument("<budget>", "its id")
    .option("--amount <amount>", "below what is spent nothing more passes", readAmount)
    .option("--soft <percent>", "from where on people are told", readPercent)
    .option("--everywhere", "one of the organization")
    .action((budget: string, options: Options) => change(cli, budget, options));
}

async function change(cli: Cli, named: string, { amount, soft: softPercent, everywhere }: Options): Promise<void> {
  const body = { amount, softPercent };
  demandChange("steward budget change", body);
  const client = everywhere === true ? await connectOutside(cli) : await connect(cli);
  const budget =
    everywhere === true
      ? await client.changeOrganizationBudget({
          organization: await organizationOf(cli, client),
          budget: named,
          body,
        })
      : await client.changeBudget({ budget: named, body });
  show(cli, budget, () => [`${budget.id}: at most ${amountText(budget)}, told from ${budget.softPercent} % on`]);
}
