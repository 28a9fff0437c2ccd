import type { Published } from "@steward/sdk";
import { type Cli, show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { eventLines } from "./event-lines.ts";
import { connect } from "./terminal/connect.ts";

export function addPublish(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("publish")
      .description("make the draft the version that runs")
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .action((slug: string) => publish(of, cli, slug));
}

async function publish(of: DefinitionNoun, cli: Cli, slug: string): Promise<void> {
  const published = await of.publish(await connect(cli), slug);
  show(cli, { slug, ...published }, () => publishedLines(cli, slug, published));
}

/** What a person needs after publishing: the version, where the webhooks are, and what events still lack. */
export function publishedLines(
  { terminal }: Cli,
  slug: string,
  { version, webhooks, events, hints = [] }: Published & { readonly hints?: readonly string[] },
): readonly string[] {
  return [
    `${slug}: version ${version} published`,
    ...webhooks.map(({ trigger, url }) => `${terminal.paint("dim", `webhook ${trigger}`)}  ${url}`),
    ...eventLines(events),
    ...hints,
  ];
}
