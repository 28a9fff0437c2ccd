import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { processStart } from "../home/process-start.ts";
import type { DatabasePlace } from "./database-place.ts";
import type { NativePrograms } from "./native-programs.ts";
import { runProgram } from "./run-program.ts";

const STEP_MS = 10;
const CHILDREN_MS_MAX = 500;
/** Fast, immediate, by force. */
const STOPS = [
  { name: "SIGINT", msMax: 20_000 },
  { name: "SIGQUIT", msMax: 5_000 },
  { name: "SIGKILL", msMax: 5_000 },
] as const;
const KILLED_MS_MAX = 5_000;

/**
 * Ends what an earlier Steward left running on this data: a server that outlived it, or the
 * children of a server that was killed, which would keep its shared memory and so the next start
 * from succeeding. Call it only while holding the home's lock. A process is touched only when it
 * stands in the data folder, where every PostgreSQL process stands, so a reused pid in
 * postmaster.pid harms nobody. Gives how many were found; throws when some don't end.
 */
export async function endLeftovers(place: DatabasePlace, programs: NativePrograms): Promise<number> {
  if (!existsSync(place.data) || process.platform === "win32") return 0;
  const data = realpathSync(place.data);
  const hasProc = existsSync("/proc/self/stat");
  const found = hasProc ? standingIn(data) : await shownByPs(data);
  if (found.length === 0) forgetReusedPid(data);
  else if (hasProc) await endThoseStandingIn(data, found);
  else await stopByControl(place, programs);
  return found.length;
}

async function endThoseStandingIn(data: string, found: readonly number[]): Promise<void> {
  const isOver = (): boolean => standingIn(data).length === 0;
  const postmaster = found.find((pid) => pid === recordedPid(data));
  if (postmaster !== undefined) await endProcess(postmaster);
  // Children end with their postmaster; one that doesn't notice within a moment is killed.
  if (await waitUntil(isOver, CHILDREN_MS_MAX)) return;
  for (const pid of standingIn(data)) signal(pid, "SIGKILL");
  if (await waitUntil(isOver, KILLED_MS_MAX)) return;
  throw new Error(`processes ${standingIn(data).join(", ")} of an earlier database server don't end`);
}

function recordedPid(data: string): number | null {
  try {
    return Number.parseInt(readFileSync(path.join(data, "postmaster.pid"), "utf8"), 10);
  } catch {
    return null;
  }
}

function standingIn(data: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && folderOf(pid) === data && isPostgres(pid));
}

function folderOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null; // gone, a zombie, or another user's
  }
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "latin1").startsWith("postgres");
  } catch {
    return false;
  }
}

async function endProcess(pid: number): Promise<void> {
  for (const { name, msMax } of STOPS) {
    signal(pid, name);
    if (await waitUntil(() => processStart(pid) === null, msMax)) return;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in between.
  }
}

async function waitUntil(condition: () => boolean, msMax: number): Promise<boolean> {
  for (let waited = 0; waited < msMax; waited += STEP_MS) {
    if (condition()) return true;
    await sleep(STEP_MS);
  }
  return condition();
}

/**
 * PostgreSQL takes any living process of its user under the recorded pid for its former self and
 * refuses to start. With nobody left on this data, one that lives is a stranger. Else the file
 * stays: it also guards the shared memory.
 */
function forgetReusedPid(data: string): void {
  const pid = recordedPid(data);
  if (pid !== null && processStart(pid) !== null) rmSync(path.join(data, "postmaster.pid"));
}

/** Without /proc: the recorded process, if it is a server on this data. */
async function shownByPs(data: string): Promise<number[]> {
  const pid = recordedPid(data);
  if (pid === null || processStart(pid) === null) return [];
  const command = await runProgram("/bin/ps", ["-p", `${pid}`, "-o", "command="], null, KILLED_MS_MAX);
  return command.includes(`-D ${data}`) ? [pid] : [];
}

async function stopByControl(place: DatabasePlace, programs: NativePrograms): Promise<void> {
  const stop = ["stop", "-D", place.data, "-m", "fast", "-w", "-t", `${STOPS[0].msMax / 1000}`];
  await runProgram(programs.program("pg_ctl"), stop, place.user, STOPS[0].msMax + 1000);
}
