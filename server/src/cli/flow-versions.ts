import { listAll } from "@steward/sdk";
import { type Cli, note, show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addVersions(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("versions")
      .description(`versions of ${of.one} that were published, newest first`)
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .action((slug: string) => list(of, cli, slug));
}

async function list(of: DefinitionNoun, cli: Cli, slug: string): Promise<void> {
  const client = await connect(cli);
  const versions = (query: { readonly slug: string; readonly limit: number; readonly cursor?: string | undefined }) =>
    of.versions(client, query);
  const items = await Array.fromAsync(listAll(versions, { slug, limit: 100 }));
  show(cli, { items }, () => {
    const titles = [{ title: "VERSION", right: true }, { title: "PUBLISHED" }];
    const rows = items.map(({ version, publishedAt }) => [String(version), timeText(publishedAt)]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, `${slug} was not published yet. Next: steward flow publish ${slug}`);
}
