import { readFileSync } from "node:fs";

import { codeOf } from "../../core/thrown.ts";

/**
 * Tells one life of a process id from another: the clock tick in which the process started
 * (field 22 of /proc/<pid>/stat, proc(5)). Null when no such process lives; "" where the system
 * doesn't say, so that only the id can be compared.
 */
export function processStart(pid: number): string | null {
  if (!isAlive(pid)) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return fields[19] ?? "";
  } catch {
    return isAlive(pid) ? "" : null;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
