/** CPU time by /proc: of a process, and of those it started. */
import { readdirSync, readFileSync } from "node:fs";

/** Linux counts in hundredths of a second for whoever asks. */
const TICK_MS = 10;

/** What a process and its children have used so far, those that have ended included; null where /proc does not tell. */
export function cpuMsOf(pid: number): number | null {
  try {
    // The name before it, in parentheses, may hold spaces: state, then utime and its three neighbours at 12.
    const [, rest = ""] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = rest.split(" ").slice(11, 15).map(Number);
    return fields.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
  } catch {
    return null;
  }
}

/** The processes that a process started, and theirs. */
export function descendants(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(Number(entry));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  const look = [pid];
  for (let one = look.pop(); one !== undefined; one = look.pop()) {
    const own = children.get(one) ?? [];
    found.push(...own);
    look.push(...own);
  }
  return found;
}

/** Of a process and all below it. Null where /proc does not tell. */
export function treeCpuMs(pid: number): number | null {
  const own = cpuMsOf(pid);
  return own === null ? null : descendants(pid).reduce((sum, child) => sum + (cpuMsOf(child) ?? 0), own);
}

function parentOf(pid: number): number | null {
  try {
    // The name before it, in parentheses, may hold spaces.
    const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return parent === undefined ? null : Number(parent);
  } catch {
    return null; // it has ended
  }
}
