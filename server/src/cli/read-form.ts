import { RawBody } from "@steward/sdk";
import type { Cli } from "./cli.ts";
import { readJsonInput } from "./terminal/read-input.ts";

export const FORM = "JSON, @file, or - for standard input";

/** A form from the command line as the body of a call, alone or beside the version it is of. Steward says what is wrong with it. */
export async function readForm(
  cli: Cli,
  given: string,
  how: string,
  version?: number,
  example?: string,
): Promise<RawBody> {
  const form = await readJsonInput(cli, given, "the form", how, example);
  return new RawBody(JSON.stringify(version === undefined ? form : { version, form }), "application/json");
}
