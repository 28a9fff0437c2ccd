import { type AuditEntry, type Client, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { findProject } from "./find-project.ts";
import { organizationOf } from "./organization-of.ts";
import { connectOutside } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

const ENTRIES_MAX = 100_000;
const PAGE_MAX = 100;
/** Minutes: a year. */
const OPEN_MAX = 525_600;
const OPEN_MINUTES = 10;

interface Options {
  readonly installation?: boolean;
  readonly actor?: string;
  readonly flow?: string;
  readonly agent?: string;
  readonly action?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
  readonly open?: number | true;
  readonly limit: number;
}

export function addAuditList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("entries of the audit log, newest first; with --project only those in it")
    .option("--actor <id>", "what this member (with all their keys), key or account did")
    .option("--flow <flow>", "what this flow did, and what was done to it")
    .option("--agent <agent>", "what this agent did, and what was done to it")
    .option("--action <action>", "only this action, or those that begin so: flow.")
    .option("--target <id>", "what was done to this")
    .option("--from <time>", "recorded from then on: 2026-11-21T12:00:00Z")
    .option("--to <time>", "recorded before then")
    .option(
      "--open [minutes]",
      "only what was begun so long ago and has no outcome: an effect, a change of keys (10)",
      readCount(OPEN_MAX),
    )
    .option("--limit <count>", "how many at most", readCount(ENTRIES_MAX), 50)
    .option("--installation", "of the installation itself, for its operators")
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { installation, limit, open, ...filter }: Options): Promise<void> {
  const client = await connectOutside(cli);
  const query = { ...filter, open: open === true ? OPEN_MINUTES : open, limit: Math.min(limit, PAGE_MAX) };
  const items: AuditEntry[] =
    installation === true
      ? await Array.fromAsync(listAll(client.listInstallationAudit, query, { itemsMax: limit }))
      : await Array.fromAsync(
          listAll(client.listAudit, { ...query, ...(await placeOf(cli, client)) }, { itemsMax: limit }),
        );
  show(cli, { items }, () => {
    const titles = [
      { title: "TIME" },
      { title: "ACTOR" },
      { title: "ACTION" },
      { title: "TARGET" },
      { title: "FACTS" },
    ];
    const rows = items.map(({ at, actor, action, target, facts }) => [
      timeText(at),
      actor,
      action,
      target,
      Object.entries(facts)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(" "),
    ]);
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no such entries");
}

/** The organization and, where `--project` names one, the project. */
async function placeOf(cli: Cli, client: Client): Promise<{ organization: string; project: string | undefined }> {
  const organization = await organizationOf(cli, client);
  const named = cli.options().project;
  return {
    organization,
    project: named === undefined ? undefined : (await findProject(client, organization, named)).id,
  };
}
