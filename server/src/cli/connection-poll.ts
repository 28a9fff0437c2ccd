import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connectionLines } from "./connection-show.ts";
import { connect } from "./terminal/connect.ts";

export function addConnectionPoll(parent: Command, cli: Cli): void {
  parent
    .command("poll")
    .description("ask whether the code was entered on the other device")
    .argument("<connection>", "its slug")
    .action(async (slug: string) => {
      const said = await (await connect(cli)).pollDeviceConsent({ slug });
      show(cli, said, () =>
        said.state === "connected" ? connectionLines(said.connection) : [`${slug}: ${said.state}`],
      );
      if (said.againMs !== null)
        note(cli, `again in ${Math.ceil(said.againMs / 1000)} s: steward connection poll ${slug}`);
      else if (said.state !== "connected") note(cli, `to ask anew: steward connection consent ${slug} --device`);
    });
}
