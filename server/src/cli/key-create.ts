import { type ApiKey, type Permission } from "@steward/sdk";
import { type Command, Option } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { findMember } from "./find-member.ts";
import { organizationOf } from "./organization-of.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { readPermission } from "./terminal/read-permission.ts";
import { timeText } from "./terminal/words.ts";

const DAYS_MAX = 3650;

interface Options {
  readonly serviceAccount?: string;
  readonly reach: ApiKey["reach"];
  readonly permission?: readonly Permission[];
  /** False with --no-expiry. */
  readonly days: number;
  readonly expiry: boolean;
}

export function addKeyCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("make an API key and print it, this once; with no permission that you lack")
    .argument("<name>", "what it is for")
    .option("--service-account <name>", "the key of a service account instead of yours, by name or id")
    .addOption(
      new Option("--reach <reach>", "this project, or all that its holder may enter in the organization")
        .choices(["project", "organization"])
        .default("project"),
    )
    .option("--permission <permission>", "nothing but this: run.start; may be repeated", readPermission)
    .option("--days <days>", "how long it works", readCount(DAYS_MAX), 90)
    .option("--no-expiry", "it works until it is revoked")
    .action((name: string, options: Options) => create(cli, name, options));
}

async function create(cli: Cli, name: string, options: Options): Promise<void> {
  const { serviceAccount, reach, permission, days, expiry } = options;
  const client = await connect(cli);
  const member =
    serviceAccount === undefined
      ? undefined
      : (await findMember(client, await organizationOf(cli, client), serviceAccount)).id;
  const permissions = permission === undefined ? null : [...permission];
  const expiresInDays = expiry ? days : null;
  const made = await client.createKey({ body: { name, member, reach, permissions, expiresInDays } });
  show(cli, made, () => [made.key]);
  note(cli, keyRemark(made));
}

/** What a person should know of a key that was just made, whose text stands alone on standard output. */
export function keyRemark({ id, name, expiresAt }: ApiKey): string {
  return `${id}, ${name}: shown this once; works until ${expiresAt === null ? "it is revoked" : timeText(expiresAt)}`;
}
