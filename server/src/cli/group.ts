import type { Command } from "commander";
import type { Cli } from "./cli.ts";

/** Adds one command to its parent. */
export type Add = (parent: Command, cli: Cli) => void;

/** A noun with its verbs. */
export interface Group {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Add[];
}
