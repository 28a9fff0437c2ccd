import { show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { connect } from "./terminal/connect.ts";

export function addResume(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("resume")
      .description(`start the ${of.noun}'s webhooks and schedules again`)
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .action(async (slug: string) => {
        const flow = await of.resume(await connect(cli), slug);
        show(cli, flow, () => [`${slug}: resumed`]);
      });
}
