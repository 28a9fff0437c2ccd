import { type Client, ProblemError, type EncryptionKeys, listAll, type RetiredKey } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { ownerText } from "./organization-keys.ts";
import { organizationOf } from "./organization-of.ts";
import { confirm } from "./terminal/confirm.ts";
import { connectOutside } from "./terminal/connect.ts";

const ITEMS_MAX = 10_000;

export function addOrganizationRetireKeys(parent: Command, cli: Cli): void {
  parent
    .command("retire-keys")
    .description("destroy keys that were rotated away and that nothing is sealed under any more, for good")
    .argument("[organization]", "its name or id; by default the key's own")
    .option("--yes <organization>", "its name or id once more, where nobody can be asked")
    .action((named: string | undefined, { yes }: { readonly yes?: string }) => retire(cli, named, yes));
}

interface Tried extends RetiredKey {
  readonly of: string;
  /** Null when it is destroyed. */
  readonly because: string | null;
}

async function retire(cli: Cli, named: string | undefined, given: string | undefined): Promise<void> {
  const client = await connectOutside(cli);
  const organization = await organizationOf(cli, client, named);
  const items = await Array.fromAsync(
    listAll(client.listEncryptionKeys, { organization, limit: 100 }, { itemsMax: ITEMS_MAX }),
  );
  if (items.some((one) => retiredOf(one).length > 0)) await ask(cli, client, { organization, named, given, items });
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
      : tried.map(({ because, ...one }) =>
          because === null ? `${keyText(one.of, one)}: destroyed` : `${keyText(one.of, one)}: kept. ${because}`,
        ),
  );
}

interface Asking {
  readonly organization: string;
  readonly named: string | undefined;
  readonly given: string | undefined;
  readonly items: readonly EncryptionKeys[];
}

async function ask(cli: Cli, client: Client, { organization, named, given, items }: Asking): Promise<void> {
  const { name } = await client.getOrganization({ organization });
  const going = items.flatMap((one) => retiredOf(one).map((key) => keyText(ownerText(one), key)));
  const what = `as far as nothing is sealed under them any more, these keys are destroyed, and backups from before their rotation open no more (${going.join("; ")})`;
  const command = ["steward organization retire-keys", ...(named === undefined ? [] : [named])].join(" ");
  await confirm(cli, { what, name, given: given === organization ? name : given, command });
}

function keyText(of: string, { class: kind, epoch }: RetiredKey): string {
  return `${of}: ${kind} key, epoch ${epoch}`;
}

function retiredOf({ project, epochs }: EncryptionKeys): RetiredKey[] {
  return epochs.flatMap(({ class: kind, epoch, state }) =>
    state === "retired" ? [{ ...(project === null ? {} : { project }), class: kind, epoch }] : [],
  );
}
