import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import type { DatabasePlace } from "./database-place.ts";
import type { NativePrograms } from "./native-programs.ts";
import { PROGRAM_ENVIRONMENT, runProgram } from "./run-program.ts";
import { EMBEDDED_SETTINGS } from "./settings.ts";
import type { ListenAddress } from "./socket-folder.ts";

/** One life of the server process. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves with the reason when the process ends, however that came. */
  readonly ended: Promise<string>;
  /** Ends it: fast (transactions are rolled back), then immediate, then by force. Bounded. */
  stop(): Promise<void>;
}

export interface PostmasterOptions {
  readonly place: DatabasePlace;
  readonly programs: NativePrograms;
  readonly address: ListenAddress;
  readonly log: (line: string) => void;
  /** Settings beside or above `EMBEDDED_SETTINGS`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Includes redoing up to 1 GB of log after a crash. */
const READY_MS_MAX = 120_000;
const FAST_STOP_MS_MAX = 20_000;
const IMMEDIATE_STOP_MS_MAX = 5_000;
const LAST_LINES = 20;

/**
 * Starts the server on existing data and resolves when it accepts connections (30 to 40 ms; after
 * a crash longer). It stands in a session of its own, so that Ctrl-C on the terminal leaves it to
 * us, and dies with the thread that called where the system can do that. Rejects with the
 * server's last words when it ends before it is ready.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { place, programs, log } = options;
  const command = [programs.program("postgres"), "-D", place.data, ...settingArguments(options)];
  const [program = "", ...rest] = [...dieWithParent(), ...command];
  const child = spawn(program, rest, {
    ...place.user,
    cwd: "/",
    env: PROGRAM_ENVIRONMENT,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const lastLines: string[] = [];
  const ready = new Promise<"ready">((resolve) => {
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on("line", (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      log(line);
      if (line.includes("database system is ready to accept connections")) resolve("ready");
    });
  });
  const late = sleep(READY_MS_MAX, `not ready after ${READY_MS_MAX / 1000} s`, { ref: false });
  const outcome = await Promise.race([ready, ended, late]);
  const { pid } = child;
  if (outcome === "ready" && pid !== undefined) {
    return { pid, ended, stop: async () => await stopPostmaster(child, ended, options) };
  }
  child.kill("SIGQUIT");
  throw new Error(`the database server did not start (${outcome}): ${lastLines.join(" | ")}`);
}

function settingArguments({ address, settings }: PostmasterOptions): string[] {
  const where: Record<string, string | number> = address.socket
    ? { listen_addresses: "", unix_socket_directories: address.host, port: address.port }
    : { listen_addresses: address.host, unix_socket_directories: "", port: address.port };
  return Object.entries({ ...EMBEDDED_SETTINGS, ...where, ...settings }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
}

/** Busybox brings a setpriv without this option, so it is tried, not looked up. */
function dieWithParent(): string[] {
  const setpriv = "/usr/bin/setpriv";
  if (process.platform !== "linux" || !existsSync(setpriv)) return [];
  const option = ["--no-new-privs", "--pdeathsig", "INT", "--"];
  return spawnSync(setpriv, [...option, "/bin/true"]).status === 0 ? [setpriv, ...option] : [];
}

async function stopPostmaster(child: ChildProcess, ended: Promise<string>, options: PostmasterOptions): Promise<void> {
  const endedWithin = async (ms: number): Promise<boolean> =>
    await Promise.race([ended.then(() => true), sleep(ms, false, { ref: false })]);
  if (process.platform === "win32") {
    const { programs, place } = options;
    const seconds = FAST_STOP_MS_MAX / 1000;
    const stop = ["stop", "-D", path.resolve(place.data), "-m", "fast", "-w", "-t", `${seconds}`];
    await runProgram(programs.program("pg_ctl"), stop, null, FAST_STOP_MS_MAX + 1000).catch((error: Error) =>
      options.log(error.message),
    );
  } else {
    child.kill("SIGINT");
  }
  if (await endedWithin(FAST_STOP_MS_MAX)) return;
  child.kill("SIGQUIT");
  if (await endedWithin(IMMEDIATE_STOP_MS_MAX)) return;
  child.kill("SIGKILL");
  await endedWithin(IMMEDIATE_STOP_MS_MAX);
}
