import type { ResolveEffect } from "@steward/sdk";
import { type Command, InvalidArgumentError } from "commander";
import { type Cli, show } from "./cli.ts";
import { asCalled } from "./terminal/as-called.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readJsonInput } from "./terminal/read-input.ts";
import { stepText } from "./terminal/words.ts";

interface Options {
  readonly done?: boolean;
  readonly repeat?: boolean;
  readonly fail?: boolean;
  readonly step?: string;
  readonly path?: number[];
  readonly result?: string;
}

export function addRunResolve(parent: Command, cli: Cli): void {
  parent
    .command("resolve")
    .description("say what became of a request that nobody knows the end of, or let a parked run go on")
    .argument("<run>", "the run's id")
    .option("--done", "it arrived; --result is what the step gives")
    .option("--repeat", "send it again")
    .option("--fail", "let the step fail")
    .option("--step <step>", "which step, when several stand in doubt")
    .option("--path <indexes>", "which iteration of it, outermost first: 3 or 3,17", pathOf)
    .option("--result <json>", "the step's output: JSON, @file, or - for standard input")
    .action((id: string, options: Options) => resolve(cli, id, options));
}

async function resolve(cli: Cli, id: string, options: Options): Promise<void> {
  const how = howOf(id, options);
  const { step, path, result } = options;
  if (result !== undefined && how !== "done") {
    throw new CliError(EXIT.usage, "usage", "--result goes with --done only");
  }
  const body: ResolveEffect = {
    how,
    ...(step === undefined ? {} : { step }),
    ...(path === undefined ? {} : { path }),
    ...(result === undefined ? {} : { result: await readJsonInput(cli, result, "the result", "--result") }),
  };
  const run = await (await connect(cli)).resolveEffect({ id, body });
  const which = step === undefined ? "" : ` ${stepText(step, path ?? [])}`;
  show(cli, run, () => [asCalled(cli, `${id}${which}: ${how}. Next: steward run tail ${id}`)]);
}

function howOf(id: string, { done, repeat, fail }: Options): ResolveEffect["how"] {
  const chosen = [done === true && "done", repeat === true && "repeat", fail === true && "fail"] as const;
  const [how, ...others] = chosen.filter((one) => one !== false);
  if (how !== undefined && others.length === 0) return how;
  const message = `${id} needs exactly one of --done, --repeat and --fail`;
  throw new CliError(EXIT.usage, "usage", message, `steward run show ${id}`);
}

function pathOf(text: string): number[] {
  if (/^\d{1,9}(?:,\d{1,9}){0,31}$/.test(text)) return text.split(",").map(Number);
  throw new InvalidArgumentError("Give whole numbers from 0, with commas between them.");
}
