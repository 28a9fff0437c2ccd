import { ProblemError, type EncryptionKeys, listAll, type RetiredKey } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { ownerText } from "./organization-keys.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";

const ITEMS_MAX = 10_000;

export function addOrganizationRetireKeys(parent: Command, cli: Cli): void {
  parent
    .command("retire-keys")
    .description("destroy keys that were rotated away and that nothing is sealed under any more, for good")
    .argument("[organization]", "its name or id; by default the key's own")
    .action((named: string | undefined) => retire(cli, named));
}

interface Tried extends RetiredKey {
  readonly of: string;
  /** Null when it is destroyed. */
  readonly because: string | null;
}

async function retire(cli: Cli, named: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client, named);
  const items = await Array.fromAsync(
    listAll(client.listEncryptionKeys, { organization, limit: 100 }, { itemsMax: ITEMS_MAX }),
  );
  const tried: Tried[] = [];
  for (const one of items) {
    for (const body of retiredOf(one)) {
      const because = await client.retireEncryptionKey({ organization, body }).then(
        () => null,
        (error: unknown) => {
          if (error instanceof ProblemError && error.code === "conflict") return error.message;
          throw error;
        },
      );
      tried.push({ ...body, of: ownerText(one), because });
    }
  }
  show(cli, { items: tried }, () =>
    tried.length === 0
      ? ["no key is retired: they are rotated with steward organization rotate-keys"]
      : tried.map(({ of, class: kind, epoch, because }) => {
          const key = `${of}: ${kind} key, epoch ${epoch}`;
          return because === null ? `${key}: destroyed` : `${key}: kept. ${because}`;
        }),
  );
}

function retiredOf({ project, epochs }: EncryptionKeys): RetiredKey[] {
  return epochs.flatMap(({ class: kind, epoch, state }) =>
    state === "retired" ? [{ ...(project === null ? {} : { project }), class: kind, epoch }] : [],
  );
}
