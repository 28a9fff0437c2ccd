import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { findKey } from "./find-key.ts";
import { keyRemark } from "./key-create.ts";
import { connect } from "./terminal/connect.ts";
import { readHours } from "./terminal/read-hours.ts";

const OVERLAP_HOURS_MAX = 720;

export function addKeyRotate(parent: Command, cli: Cli): void {
  parent
    .command("rotate")
    .description("make a key's successor and print it, this once; the old one goes on for a while")
    .argument("<key>", "its name, its beginning or its id")
    .option("--overlap <hours>", "how long the old one goes on beside it", readHours(0, OVERLAP_HOURS_MAX), 24)
    .action(async (named: string, { overlap: overlapHours }: { readonly overlap: number }) => {
      const client = await connect(cli);
      const { id } = await findKey(client, named, Date.now());
      const made = await client.rotateKey({ key: id, body: { overlapHours } });
      show(cli, made, () => [made.key]);
      note(cli, keyRemark(made));
      note(cli, overlapHours === 0 ? `${id} is over` : `${id} goes on for ${overlapHours} h`);
    });
}
