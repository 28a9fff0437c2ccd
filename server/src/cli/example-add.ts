import { type Client, type Example, FlowFile, type Published, RawBody } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { needsLine, readNeeds } from "./example-needs.ts";
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
  const needs = needsLine(example);
  if (needs !== null) note(cli, needs);
  for (const line of await readNeeds(client, slug, example.file)) note(cli, line);
  note(cli, nextLine(slug, example, added.at(-1)?.published.webhooks[0]?.url));
}

/** How it is started: by hand, by a delivery, or by another flow's failure. */
function nextLine(slug: string, { file }: Example, url: string | undefined): string {
  const triggers = FlowFile.safeParse(file).data?.triggers ?? [];
  const webhook = triggers.find((one) => one.kind === "webhook");
  const byHand = triggers.length === 0 || triggers.some((one) => one.kind === "manual");
  if (byHand || url === undefined) {
    if (byHand || triggers.some((one) => one.kind === "schedule")) return `Next: steward flow run ${slug} --follow`;
    return `It starts by itself when a flow fails whose file has "errorFlow": "${slug}".`;
  }
  if (webhook?.signature === undefined) return `Next: curl -d '{}' -H 'content-type: application/json' ${url}`;
  const { kind, credential } = webhook.signature;
  const sender = kind === "github" ? "a repository on GitHub, content type application/json," : "the sender";
  return `Next: give the webhook's address to ${sender} with the secret in the credential ${credential}`;
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
