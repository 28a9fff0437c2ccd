import type { Proof } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { connect } from "./terminal/connect.ts";
import { withProgress } from "./terminal/with-progress.ts";

const PROVE_MS_MAX = 20 * 60_000;
const MARKS = { kept: "kept", broken: "BROKEN", not_applicable: "not applicable" } as const;

/** `steward prove [A1 B1 …]`: tries the promises against the installation; exit 1 when one is broken. */
export function addProve(parent: Command, cli: Cli): void {
  parent
    .command("prove")
    .argument("[promises...]", "only these, for instance A6 B1")
    .description("try the promises against the running installation, with evidence (operators)")
    .action((only: readonly string[]) => prove(cli, only));
}

async function prove(cli: Cli, only: readonly string[]): Promise<void> {
  const client = await connect(cli);
  const body = only.length === 0 ? {} : { only: only.map((id) => id.toUpperCase()) };
  const proof = await withProgress(cli.terminal, "trying the promises", () =>
    client.prove({ body, timeoutMs: PROVE_MS_MAX }),
  );
  show(cli, proof, () => linesOf(proof));
  if (proof.broken > 0)
    throw new CliError(
      EXIT.refused,
      "promise_broken",
      `${proof.broken} of ${proof.promises.length} promises are broken`,
    );
}

function linesOf(proof: Proof): readonly string[] {
  return proof.promises.flatMap(({ id, promise, state, evidence }) => [
    `${id.padEnd(4)}${MARKS[state].padEnd(16)}${promise}`,
    ...evidence.map((line) => `                    ${line}`),
  ]);
}
