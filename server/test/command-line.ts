/** The command line within the test's own process, against any Steward, with its lines gathered. */
import { Readable } from "node:stream";
import type { CliParts, LocalSteward } from "../src/cli/cli.ts";
import { runCli } from "../src/cli/run-cli.ts";

export interface Place {
  /** Where it works, and where it keeps a login. */
  readonly cwd: string;
  readonly address: string;
  readonly key: string;
}

export interface Given {
  /** Another key than the place's; null for none. */
  readonly key?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed at a terminal. */
  readonly typed?: string;
  /** What comes through a pipe. */
  readonly piped?: string;
  readonly local?: Partial<LocalSteward>;
}

export interface Said {
  readonly code: number;
  readonly out: string[];
  readonly err: string[];
}

export async function commandLine(place: Place, given: Given, argv: readonly string[]): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []];
  const { key = place.key, env, typed, piped = "", local } = given;
  const stdin = Object.assign(Readable.from([typed ?? piped]), {
    isTTY: typed !== undefined,
    setRawMode: () => undefined,
  });
  const parts: CliParts = {
    version: "0.0.0",
    env: { STEWARD_URL: place.address, ...(key === null ? {} : { STEWARD_API_KEY: key }), ...env },
    cwd: place.cwd,
    userHome: place.cwd,
    stdin: stdin as unknown as CliParts["stdin"],
    terminal: {
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      bytes: async (pieces) => {
        for await (const piece of pieces) out.push(Buffer.from(piece).toString("latin1"));
      },
      status: () => undefined,
      paint: (_, text) => text,
      live: false,
      columns: null,
    },
    local: () =>
      Promise.resolve({ access: () => ({ address: null, apiKey: null }), ...local } as unknown as LocalSteward),
    onSignal: () => () => undefined,
    exitNow: () => undefined,
  };
  return { code: await runCli(parts, argv), out, err };
}
