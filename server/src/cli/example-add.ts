import { type Client, type Example, type Published, RawBody } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { publishedLines } from "./flow-publish.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

interface Added {
  readonly slug: string;
  readonly published: Published;
}

interface Options {
  readonly slug?: string;
}

export function addExampleAdd(parent: Command, cli: Cli): void {
  parent
    .command("add")
    .description("make an example a flow of this project and publish it, with the error flow it names")
    .argument("<example>", "one of: steward example list")
    .option("--slug <flow>", "the flow's slug; by default the example's")
    .action((example: string, options: Options) => add(cli, example, options));
}

async function add(cli: Cli, name: string, { slug = name }: Options): Promise<void> {
  const client = await connect(cli);
  const { items } = await client.listExamples();
  const example = items.find((one) => one.slug === name);
  if (!example) throw new CliError(EXIT.refused, "not_found", `there is no example ${name}`, "steward example list");
  if (await flowExists(client, slug)) {
    const message = `a flow ${slug} is there already`;
    throw new CliError(EXIT.refused, "conflict", message, `steward example add ${name} --slug ${slug}-2`);
  }
  const added: Added[] = [];
  const needed = items.find((one) => one.slug === errorFlowOf(example));
  if (needed && !(await flowExists(client, needed.slug))) added.push(await publish(client, needed.slug, needed));
  added.push(await publish(client, slug, example));
  show(cli, { added }, () => added.flatMap((one) => publishedLines(cli, one.slug, one.published)));
  note(cli, `Next: steward flow run ${slug} --follow`);
}

async function publish(client: Client, slug: string, { file }: Example): Promise<Added> {
  await client.putFlow({ slug, body: new RawBody(JSON.stringify(file), "application/json") });
  return { slug, published: await client.publishFlow({ slug }) };
}

async function flowExists(client: Client, slug: string): Promise<boolean> {
  const { items } = await client.listFlows({ search: slug, limit: 100 });
  return items.some((flow) => flow.slug === slug);
}

function errorFlowOf({ file }: Example): string | null {
  const is = typeof file === "object" && file !== null && "errorFlow" in file;
  return is && typeof file["errorFlow"] === "string" ? file["errorFlow"] : null;
}
