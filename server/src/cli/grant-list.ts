import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";

interface Options {
  readonly principal?: string;
  readonly connection?: string;
  readonly credential?: string;
  readonly ended?: true;
}

export function addGrantList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("grants of the project, in words")
    .option("--principal <principal>", "only those of project, flow:<slug>, agent:<slug> or member:<account id>")
    .option("--connection <connection>", "only those with this connection")
    .option("--credential <credential>", "only those with this credential")
    .option("--ended", "revoked ones too")
    .action((options: Options) => list(cli, options));
}

async function list(cli: Cli, { ended, ...filter }: Options): Promise<void> {
  const { listGrants } = await connect(cli);
  const query = { ...filter, ended: ended === true ? "true" : "false", limit: 100 } as const;
  const items = await Array.fromAsync(listAll(listGrants, query));
  show(cli, { items }, () => {
    const titles = [{ title: "GRANT" }, { title: "STANDS" }, { title: "WHAT" }];
    const rows = items.flatMap(({ id, stands, sentences }) =>
      sentences.map((sentence, line) => [line === 0 ? id : "", line > 0 ? "" : stands ? "yes" : "no", sentence]),
    );
    return items.length === 0 ? [] : tableLines(titles, rows, cli.terminal.columns);
  });
  if (items.length === 0) note(cli, "no such grants. Next: steward grant give @grant.json");
}
