import { type Command, Option } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationLines } from "./organization-show.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { demandChange } from "./terminal/demand-change.ts";

interface Options {
  readonly name?: string;
  readonly secondFactor?: "required" | "optional";
  readonly region?: string | false;
}

export function addOrganizationChange(parent: Command, cli: Cli): void {
  parent
    .command("change")
    .description("change an organization's name or rules")
    .argument("[organization]", "its name or id; by default the key's own")
    .option("--name <name>", "what it is called from now on")
    .addOption(
      new Option("--second-factor <rule>", "whether its people sign in with one").choices(["required", "optional"]),
    )
    .option("--region <region>", "where its data stays")
    .option("--no-region", "its data stays nowhere in particular")
    .action((named: string | undefined, options: Options) => change(cli, named, options));
}

async function change(cli: Cli, named: string | undefined, { name, secondFactor, region }: Options): Promise<void> {
  const body = {
    name,
    secondFactorRequired: secondFactor === undefined ? undefined : secondFactor === "required",
    region: region === false ? null : region,
  };
  demandChange("steward organization change", body);
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client, named);
  const changed = await client.changeOrganization({ organization, body });
  show(cli, changed, () => organizationLines(changed));
}
