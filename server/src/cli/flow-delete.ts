import { show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { stoppedLines } from "./stopped-lines.ts";
import { asCalled } from "./terminal/as-called.ts";
import { connect } from "./terminal/connect.ts";

export function addDelete(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("delete")
      .description(`delete the ${of.noun} and cancel its runs; it can be restored for 30 days`)
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .action(async (slug: string) => {
        const { stopped } = await of.delete(await connect(cli), slug);
        show(cli, { slug, deleted: true, stopped }, () => [
          asCalled(cli, `${slug}: deleted. To bring it back: steward ${of.noun} restore ${slug}`),
          ...stoppedLines(stopped),
        ]);
      });
}
