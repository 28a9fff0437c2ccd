import { RawBody } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { FORM } from "./read-form.ts";
import { connect } from "./terminal/connect.ts";
import { readJsonInput } from "./terminal/read-input.ts";

interface Options {
  readonly arguments?: string;
  readonly note?: string;
}

export function addApprovalApprove(parent: Command, cli: Cli): void {
  parent
    .command("approve")
    .description("let it be done, once, as it stands or with other arguments")
    .argument("<approval>", "its id; look at it first: steward approval show <approval>")
    .option("--arguments <json>", `what is to be sent instead, judged anew: ${FORM}`)
    .option("--note <text>", "why, for whoever reads it later")
    .action((named: string, options: Options) => approve(cli, named, options));
}

async function approve(cli: Cli, approval: string, { arguments: given, note }: Options): Promise<void> {
  const how = `steward approval approve ${approval} --arguments`;
  const changed = given === undefined ? {} : { arguments: await readJsonInput(cli, given, "the arguments", how) };
  const client = await connect(cli);
  const { digest } = await client.getApproval({ approval });
  const body = new RawBody(JSON.stringify({ decision: "approve", digest, note, ...changed }), "application/json");
  const decided = await client.decideApproval({ approval, body });
  show(cli, decided, () => [decided.status === "open" ? `${approval}: it waits for others` : `${approval}: approved`]);
}
