import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { consentLines } from "./consent-lines.ts";
import { connect } from "./terminal/connect.ts";
import { repeated } from "./terminal/repeated.ts";

interface Options {
  readonly for?: readonly string[];
  readonly device?: true;
}

export function addConnectionConsent(parent: Command, cli: Cli): void {
  parent
    .command("consent")
    .description("ask for more, or anew when the provider no longer accepts it; what was granted is kept")
    .argument("<connection>", "its slug")
    .option("--for <action>", "an action or trigger that it is for too; may be repeated", repeated)
    .option("--device", "by a code that is entered on another device")
    .action(async (slug: string, options: Options) => {
      const client = await connect(cli);
      const body = { actions: [...(options.for ?? [])], device: options.device === true };
      const consent = await client.askConsent({ slug, body });
      show(cli, consent, () => consentLines(cli, consent));
    });
}
