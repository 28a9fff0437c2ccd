import { RawBody, type Simulated } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { FORM } from "./read-form.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readJsonInput } from "./terminal/read-input.ts";

interface Options {
  readonly principal: string;
  readonly connection?: string;
  readonly credential?: string;
  readonly tainted?: true;
  readonly at?: string;
}

export function addGrantTry(parent: Command, cli: Cli): void {
  parent
    .command("try")
    .description("what would be said to an effect, and which line decides; nothing is done")
    .argument("<action>", "gmail.send, http.request, …")
    .argument("<arguments>", `what it would be done with: ${FORM}`)
    .requiredOption(
      "--principal <principal>",
      "who would do it: project, flow:<slug>, agent:<slug> or member:<account id>",
    )
    .option("--connection <connection>", "with which connection")
    .option("--credential <credential>", "with which credential")
    .option("--tainted", "as if the run had read what others can write")
    .option("--at <time>", "as if it were then: 2026-11-21T12:00:00Z")
    .action((action: string, given: string, options: Options) => tryOut(cli, action, given, options));
}

async function tryOut(cli: Cli, action: string, given: string, options: Options): Promise<void> {
  const how = `steward grant try ${action}`;
  const asked = { ...options, action, arguments: await readJsonInput(cli, given, "the arguments", how) };
  const body = new RawBody(JSON.stringify(asked), "application/json");
  const answer = await (await connect(cli)).simulate({ body });
  show(cli, answer, () => linesOf(answer));
  if (!answer.allowed) throw new CliError(EXIT.refused, "not_allowed", `${action} would be refused`);
}

function linesOf({ allowed, code, reason, decidedBy, approval, reserves }: Simulated): string[] {
  const asks = approval?.parties.map(({ approvers, quorum }) => `${quorum} of ${approvers.join(", ")}`) ?? [];
  return [
    allowed ? (approval === null ? "allowed" : "allowed once it is approved") : `refused: ${code}`,
    ...(reason === null ? [] : [reason]),
    ...(decidedBy === null ? [] : [`by line ${decidedBy.line + 1} of ${decidedBy.id}: ${decidedBy.sentence}`]),
    ...asks.map((who) => `must approve: ${who}`),
    ...reserves.map(
      ({ cap, unit, currency, period, amount, left, fits }) =>
        `counts ${amount} ${currency ?? unit} (${period}) against ${cap}: ${left} left${fits ? "" : ", too little"}`,
    ),
  ];
}
