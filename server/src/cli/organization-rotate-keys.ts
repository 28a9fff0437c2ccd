import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { withProgress } from "./terminal/with-progress.ts";
import { countText } from "./terminal/words.ts";

const ROTATE_MS_MAX = 600_000;

export function addOrganizationRotateKeys(parent: Command, cli: Cli): void {
  parent
    .command("rotate-keys")
    .description("give an organization and its projects new encryption keys, while work goes on; no API key ends")
    .argument("[organization]", "its name or id; by default the key's own")
    .action(async (named: string | undefined) => {
      const client = await connectOutside(cli);
      const organization = await organizationOf(cli, client, named);
      const rotated = await withProgress(cli.terminal, "rotating", () =>
        client.rotateOrganizationKeys({ organization, timeoutMs: ROTATE_MS_MAX }),
      );
      show(cli, { organization, ...rotated }, () => [
        `new keys for the organization and ${countText(rotated.projects, "project")}`,
      ]);
    });
}
