import { unknownSettings } from "../config.ts";
import { type Cli, note } from "./cli.ts";

/** Tells of variables that look like settings and are none, before Steward starts without what they were to say. */
export function warnOfUnknown(cli: Cli): void {
  for (const name of unknownSettings(cli.env))
    note(cli, `${name} is no setting of Steward: see the README for their names`);
}
