import { type EncryptionKeys, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { countText, timeText } from "./terminal/words.ts";

const ITEMS_MAX = 10_000;

export function addOrganizationKeys(parent: Command, cli: Cli): void {
  parent
    .command("keys")
    .description("the encryption keys of an organization and its projects, and what is still sealed under old ones")
    .argument("[organization]", "its name or id; by default the key's own")
    .action((named: string | undefined) => list(cli, named));
}

async function list(cli: Cli, named: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client, named);
  const items = await Array.fromAsync(
    listAll(client.listEncryptionKeys, { organization, limit: 100 }, { itemsMax: ITEMS_MAX }),
  );
  show(cli, { items }, () => [
    ...tableLines(
      ["OF", "KEY", "EPOCH", "STATE", "MADE"].map((title) => ({ title })),
      items.flatMap((one) =>
        one.epochs.map((key) => [ownerText(one), key.class, String(key.epoch), key.state, timeText(key.createdAt)]),
      ),
      cli.terminal.columns,
    ),
    ...items.flatMap(leftLines),
  ]);
  const hasOld = items.some(({ epochs }) => epochs.some(({ state }) => state === "retired"));
  if (hasOld) note(cli, "Retired keys are destroyed with: steward organization retire-keys");
}

export function ownerText({ slug }: EncryptionKeys): string {
  return slug ?? "the organization";
}

/** What of a project is not under its newest keys; nothing of what is empty. */
function leftLines(one: EncryptionKeys): string[] {
  return one.parts
    .filter(({ left }) => left > 0)
    .map(({ part, state, left, appendOnly }) => {
      const count = countText(left, "value");
      if (state === "waiting") return `${ownerText(one)}: ${part}: ${count} to look at, begins within ten minutes`;
      if (state === "under_way") return `${ownerText(one)}: ${part}: ${count} to look at`;
      return appendOnly
        ? `${ownerText(one)}: ${part}: ${count} under old keys, which go with their runs`
        : `${ownerText(one)}: ${part}: ${count} could not be opened`;
    });
}
