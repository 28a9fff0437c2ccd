/** Stewards as processes of their own that a test may kill: `main.ts up` and `main.ts worker` on one home. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Client } from "@steward/sdk";
import { openHome } from "../src/adapters/home/home.ts";
import { processStart } from "../src/adapters/home/process-start.ts";
import { connectEmbedded, type EmbeddedConnection } from "../src/adapters/postgres/embedded.ts";

export type Role = "up" | "worker";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StewardProcess {
  readonly pid: number;
  readonly role: Role;
  /** Settles when it says that it is ready; rejects with its last words when it ends before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<Exit>;
  /** What it wrote on both outputs, line by line. */
  readonly lines: readonly string[];
  kill(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface StewardHome {
  readonly folder: string;
  readonly address: string;
  readonly key: string;
  readonly client: Client;
  /** Starts a process on this home; not awaited: see `ready`. */
  start(role: Role, env?: Readonly<Record<string, string>>): StewardProcess;
  /** The process of the home's database server, or null. */
  postmaster(): number | null;
  database(): EmbeddedConnection;
  /** Ends whatever still runs, in order, and takes the folder away. */
  close(): Promise<void>;
}

const MAIN = path.resolve(import.meta.dirname, "..", "src", "main.ts");
const KEY = "sk_test_of_kills_0123456789";
const PREFIX = `steward-test-${process.pid}-home-`; // see global-setup.ts
const LINES_MAX = 2000;
const STOP_MS_MAX = 30_000;

/** A home of its own, on a port that stays the same; nothing runs yet. What a killed test leaves, the next run sweeps. */
export async function stewardHome(folder = mkdtempSync(path.join(tmpdir(), PREFIX))): Promise<StewardHome> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const started: StewardProcess[] = [];
  const env = {
    PATH: process.env["PATH"] ?? "",
    STEWARD_HOME: folder,
    STEWARD_PORT: String(port),
    STEWARD_API_KEY: KEY,
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
    NO_COLOR: "1",
  };
  const postmaster = (): number | null => {
    const file = path.join(folder, "postgres", "data", "postmaster.pid");
    return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : null;
  };
  return {
    folder,
    address,
    key: KEY,
    client: createClient({ baseUrl: address, apiKey: KEY }),
    start(role, more = {}) {
      const one = startProcess(role, { ...env, ...more });
      started.push(one);
      return one;
    },
    postmaster,
    database: () => connectEmbedded(openHome(folder)),
    async close() {
      for (const one of started.toReversed()) await stop(one);
      const database = postmaster();
      if (database !== null) await untilGone(database, STOP_MS_MAX);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function startProcess(role: Role, env: Readonly<Record<string, string>>): StewardProcess {
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", MAIN, role];
  const [program = "", ...rest] = [...dieWithTest(), ...command];
  const child = spawn(program, rest, {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const exited = new Promise<Exit>((done) => void child.once("exit", (code, signal) => done({ code, signal })));
  const ready = new Promise<void>((done, lost) => {
    const hear = (line: string): void => {
      lines.push(line);
      if (lines.length > LINES_MAX) lines.shift();
      if (/^(?:Steward|Worker) is ready/.test(line)) done();
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", hear);
    void exited.then(({ code, signal }) =>
      lost(new Error(`steward ${role} ended (${signal ?? code}): ${lines.slice(-30).join("\n")}`)),
    );
  });
  ready.catch(() => undefined); // whoever awaits it hears of it
  if (child.pid === undefined) throw new Error("the process did not start");
  return {
    pid: child.pid,
    role,
    ready,
    exited,
    lines,
    async kill(signal = "SIGKILL") {
      child.kill(signal);
      return await exited;
    },
  };
}

/** Nothing is left behind by a test that is itself killed or over its time; util-linux 2.33 and newer. */
function dieWithTest(): string[] {
  const option = ["--pdeathsig", "KILL", "--"];
  return spawnSync("setpriv", [...option, "true"]).status === 0 ? ["setpriv", ...option] : [];
}

async function stop(one: StewardProcess): Promise<void> {
  if (!isAlive(one.pid)) return;
  const late = sleep(STOP_MS_MAX, null, { ref: false });
  if ((await Promise.race([one.kill("SIGTERM"), late])) === null) await one.kill("SIGKILL");
}

/** Whether a process of this id is there. */
export function isAlive(pid: number): boolean {
  return processStart(pid) !== null;
}

async function untilGone(pid: number, msMax: number): Promise<void> {
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited > msMax) throw new Error(`process ${pid} is still there after ${msMax} ms`);
    await sleep(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const bound = server.address();
  await new Promise<void>((done) => void server.close(() => done()));
  if (bound === null || typeof bound === "string") throw new Error("no port was bound");
  return bound.port;
}

/** Asks again every 20 ms until the answer is not null, at most `msMax`. */
export async function eventually<T>(what: string, msMax: number, look: () => Promise<T | null> | T | null): Promise<T> {
  const until = performance.now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > until) throw new Error(`after ${msMax} ms there is still not: ${what}`);
    await sleep(20);
  }
}
