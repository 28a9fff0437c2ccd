import { show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { connect } from "./terminal/connect.ts";

export function addRestore(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("restore")
      .description(`bring a deleted ${of.noun} back`)
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .action(async (slug: string) => {
        const flow = await of.restore(await connect(cli), slug);
        show(cli, flow, () => [`${slug}: restored`]);
      });
}
