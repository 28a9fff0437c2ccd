import { show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { connect } from "./terminal/connect.ts";

export function addPause(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("pause")
      .description(`stop the ${of.noun}'s webhooks and schedules; runs under way go on`)
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .action(async (slug: string) => {
        const flow = await of.pause(await connect(cli), slug);
        show(cli, flow, () => [`${slug}: paused`]);
      });
}
