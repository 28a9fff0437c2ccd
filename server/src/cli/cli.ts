/** What every command works with; built once in `steward.ts`. */
import type { ReadStream } from "node:tty";
import type { App, AppOptions } from "../app.ts";
import { asCalled } from "./terminal/as-called.ts";
import type { Terminal } from "./terminal/terminal.ts";

/** What `up` and `worker` start, and what the home says about the one that runs. */
export interface LocalSteward {
  readonly home: string;
  /** Whether the operator set the first API key, so that it needs no showing. */
  readonly keyIsGiven: boolean;
  start(role: AppOptions["role"], log: AppOptions["log"]): Promise<App>;
  /** Where this home's Steward answers and its first key; null for what is not known. */
  access(): { readonly address: string | null; readonly apiKey: string | null };
  /** Keeps the first key in the home; gives the file. */
  keepApiKey(apiKey: string): string;
  /** Gives the home's own master key file a successor, see `rotateMasterFile`. */
  readonly rotateMaster?: (log: AppOptions["log"]) => Promise<{ readonly rewrapped: number }>;
  /** Gives the audit log's heads a new signing key, see `rotateSigningKey`. */
  readonly rotateSigning?: (log: AppOptions["log"]) => Promise<{ readonly keyId: string; readonly publicKey: string }>;
  /** Ends the enforcement of sign-on in the organization `org_…`, see `liftEnforcement`; gives whether there was one. */
  readonly liftSignOn?: (organization: string, log: AppOptions["log"]) => Promise<boolean>;
}

export interface CliParts {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The person's home folder, where the login is kept. */
  readonly userHome: string;
  readonly stdin: ReadStream;
  readonly terminal: Terminal;
  /** Reads the settings when it is first needed; throws what is wrong with them. */
  readonly local: () => Promise<LocalSteward>;
  /** Runs `act` at SIGINT and SIGTERM, until the function it gives is called. */
  readonly onSignal: (act: (signal: string) => void) => () => void;
  /** Ends the process at once. */
  readonly exitNow: (code: number) => void;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly key?: string;
  /** A slug or an id. */
  readonly project?: string;
  /** A name or an id. */
  readonly organization?: string;
}

export interface Cli extends CliParts {
  /** The options that every command takes. */
  options(): GlobalOptions;
}

/** The result of a command: one JSON document on a line with `--json`, else the lines for a person. */
export function show(cli: Cli, value: unknown, lines: () => readonly string[]): void {
  if (cli.options().json === true) cli.terminal.out(JSON.stringify(value));
  else for (const line of lines()) cli.terminal.out(line);
}

/** A remark for a person; with `--json` there is none. */
export function note(cli: Cli, line: string): void {
  if (cli.options().json !== true) cli.terminal.err(asCalled(cli, line));
}
