import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import { messageOf } from "../../core/thrown.ts";

const run = promisify(execFile);
const MS_MAX = 5000;

/**
 * Limits the memory of server processes of this machine by `prlimit` (util-linux): what takes more is refused it, as
 * "out of memory", instead of bringing the whole server down. Where there is no prlimit, says so once and does nothing.
 */
export function memoryLimiter(bytesMax: number, log: (line: string) => void): (processId: number) => Promise<void> {
  let missing = process.platform !== "linux";
  return async (processId) => {
    if (missing) return;
    try {
      // As the server's own user: root may lack the right to limit another's processes.
      const { uid, gid } = await stat(`/proc/${processId}`);
      const user = process.getuid?.() === 0 ? { uid, gid } : {};
      await run("prlimit", ["--pid", String(processId), `--as=${bytesMax}`, "--core=0"], { timeout: MS_MAX, ...user });
    } catch (error) {
      missing = true;
      log(`the memory of projects' databases is not limited: ${messageOf(error)}`);
    }
  };
}
