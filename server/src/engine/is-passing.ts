import { isConnectionLost, isContention, isOutOfDisk, isTimedOut } from "../core/ports/database.ts";
import { codeOf } from "../core/thrown.ts";

/** Of the operating system: no room on the disk, or none for this user (errno(3)). */
const NO_ROOM = new Set(["ENOSPC", "EDQUOT"]);

/** Whether a failure is the machine's and not the run's: it passes by itself or with the disk's being cleared, and counts as no crash. */
export function isPassing(error: unknown): boolean {
  return (
    isConnectionLost(error) ||
    isOutOfDisk(error) ||
    isContention(error) ||
    isTimedOut(error) ||
    NO_ROOM.has(codeOf(error) ?? "")
  );
}
