import { readdirSync, readFileSync } from "node:fs";

/** What a process and all that descend from it use at this moment. */
export interface TreeUse {
  /** Resident, of their own: what they have mapped from files is not counted. */
  readonly memoryBytes: number;
  /** Processor time, of those that have ended too. */
  readonly cpuMs: number;
}

const TICK_MS = 10;
const PROCESSES_MAX = 200;

/**
 * Looks through `/proc`. Pages that processes share since a fork are counted once, which is asked for only where it
 * matters: where more than `memoryMax` seems to be used.  What ends meanwhile counts as nothing.
 */
export function lookAtTree(pid: number, memoryMax: number): TreeUse {
  const open = [pid];
  const seen: number[] = [];
  let memoryBytes = 0;
  let cpuMs = 0;
  for (let next = open.pop(); next !== undefined && seen.length < PROCESSES_MAX; next = open.pop()) {
    seen.push(next);
    try {
      memoryBytes += ownMemory(readFileSync(`/proc/${next}/status`, "latin1"));
      cpuMs += processorTime(readFileSync(`/proc/${next}/stat`, "latin1"));
      open.push(...childrenOf(next));
    } catch {
      // It has ended.
    }
  }
  const shared = memoryBytes > memoryMax ? seen.reduce((sum, one) => sum + shareOf(one), 0) : memoryBytes;
  return { memoryBytes: Math.min(memoryBytes, shared), cpuMs };
}

function ownMemory(status: string): number {
  return kilobytes(status, "RssAnon") + kilobytes(status, "RssShmem");
}

/** Its proportional share of what it has in common with others; of what can't be looked at, all. */
function shareOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    return kilobytes(rollup, "Pss_Anon") + kilobytes(rollup, "Pss_Shmem");
  } catch (error) {
    return isGone(error) ? 0 : Number.POSITIVE_INFINITY;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}

function kilobytes(text: string, name: string): number {
  return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
}

/** utime, stime, cutime and cstime of proc_pid_stat(5), which come after the name in parentheses. */
function processorTime(line: string): number {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return TICK_MS * fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/** Each thread has a list of its own of what it has started. */
function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const line = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").trim();
    return line === "" ? [] : line.split(" ").map(Number);
  });
}

/** Whether nothing of it runs any more; a process that only waits for somebody to read how it ended does not. */
export function hasEnded(pid: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[ZX]/.test(line.slice(line.lastIndexOf(")") + 2));
  } catch {
    return true;
  }
}
