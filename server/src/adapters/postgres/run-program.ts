import { execFile } from "node:child_process";

import type { DatabaseUser } from "./database-user.ts";

/** What a PostgreSQL program sees of our environment: nothing of ours, above all no key. */
export const PROGRAM_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  ...(process.platform === "win32" ? { SystemRoot: process.env["SystemRoot"] } : {}),
};

/** Runs a program to its end and gives what it printed. Throws with its last output when it fails or takes longer than `msMax`. */
export async function runProgram(
  program: string,
  programArguments: readonly string[],
  user: DatabaseUser | null,
  msMax: number,
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const options = { ...user, cwd: "/", env: PROGRAM_ENVIRONMENT, timeout: msMax, maxBuffer: 1024 * 1024 };
    execFile(program, [...programArguments], options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout + stderr);
      const said = (stderr || stdout || error.message).trim().slice(-2000);
      return reject(new Error(`${program} failed: ${said}`, { cause: error }));
    });
  });
}
