/** The binary as people run it: `steward up` as a process of its own, and single commands. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { createClient, type Client } from "@steward/sdk";

export type Env = Readonly<Record<string, string>>;

export interface UpProcess {
  readonly address: string;
  /** At the first start only. */
  readonly apiKey: string | null;
  readonly link: string;
  readonly client: Client;
  /** What it printed on standard error so far. */
  readonly errors: () => string;
  /** Sends the signal and gives the exit code, null when the signal ended it. */
  end(signal: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<number | null>;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const MAIN = path.resolve(import.meta.dirname, "../src/main.ts");

/**
 * Starts `steward up` and waits for its line: a document with `--json`, else what a person reads. `key` is used by the
 * client from the second start on.
 */
export async function startUp(
  env: Env,
  key: string | null = null,
  args: readonly string[] = ["--json"],
): Promise<UpProcess> {
  const child = launch(["up", ...args], env);
  let errors = "";
  child.stderr?.on("data", (piece: Buffer) => (errors += piece.toString()));
  const ended = once(child, "exit");
  const ready = await Promise.race([firstLine(child), ended.then(() => null)]);
  if (ready === null) throw new Error(`steward up ended: ${errors}`);
  const { address, apiKey, link } = args.includes("--json") ? (JSON.parse(ready) as Ready) : readyOf(ready);
  return {
    address,
    apiKey,
    link,
    client: createClient({ baseUrl: address, apiKey: key ?? apiKey ?? "" }),
    errors: () => errors,
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

type Ready = Pick<UpProcess, "address" | "apiKey" | "link">;

function readyOf(line: string): Ready {
  const [, link = "", address = ""] = /^Steward is ready; open (\S+) \(works once\), or call (\S+)$/.exec(line) ?? [];
  return { address, apiKey: null, link };
}

/** Runs one command to its end. */
export async function runCommand(args: readonly string[], env: Env, input = ""): Promise<Ended> {
  const child = launch(args, env);
  child.stdin?.end(input);
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
  return { code: child.exitCode, out, err };
}

/** Nothing of this machine's own Steward reaches it: only what is named here. */
function launch(args: readonly string[], env: Env): ChildProcess {
  const { PATH = "", TMPDIR = "" } = process.env;
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args], {
    env: { PATH, ...(TMPDIR === "" ? {} : { TMPDIR }), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  return line;
}
