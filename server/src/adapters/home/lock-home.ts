/**
 * The lock on a home.
 *
 * L1 The lock is the operating system's, on `home.lock`, through SQLite, which brings file locks
 *    to every platform Node runs on. The kernel drops it with the process, however that ended: a
 *    stale lock can't exist, so none needs to be recovered and no two recoveries can race.
 * L2 `home.json` only says who holds it, for messages and for the CLI. It is written after the lock
 *    is taken and believed only while that very process lives.
 * L3 No code of this process may open `home.lock` otherwise: closing any descriptor of a file drops
 *    all POSIX locks that the process has on it (fcntl(2)). A backup of the home leaves it out.
 * L4 What holds the lock is kept in `held`: a lock that nothing refers to would be collected, and
 *    dropped, by the garbage collector.
 */
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import { messageOf } from "../../core/thrown.ts";
import { HOME_MARK, type Home } from "./home.ts";
import { processStart } from "./process-start.ts";
import { writeFileWhole } from "./write-file.ts";

export interface HomeLock {
  readonly home: Home;
  readonly held: boolean;
  /** Tells others where this Steward answers. */
  describe(address: string): Promise<void>;
  /** Frees the home; may be repeated. */
  release(): Promise<void>;
}

export interface HomeHolder {
  readonly pid: number;
  readonly address?: string;
}

const HOLDER = z.object({ pid: z.int(), start: z.string(), address: z.string().optional() });
const SQLITE_BUSY = 5;
const held = new Set<DatabaseSync>();
/** A killed process keeps its locks until the kernel has taken it down. */
const DYING_MS_MAX = 1000;
const DYING_STEP_MS = 20;

/**
 * Takes the home for this process, until `release` or the end of the process. Throws `home_in_use`
 * naming the holder's pid, address and what to do, and `start_refused` where the file system has
 * no locks. `now` is the time in epoch milliseconds that the holder file shows as the start.
 */
export async function lockHome(home: Home, now: number): Promise<HomeLock> {
  let lock = takeLock(home);
  for (let waited = 0; lock === null && waited < DYING_MS_MAX; waited += DYING_STEP_MS) {
    if (readHomeLock(home) !== null) break;
    await sleep(DYING_STEP_MS);
    lock = takeLock(home);
  }
  if (lock === null) throw inUse(home);
  try {
    return holdLock(home, lock, now);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Who runs on this home now, or null. For the CLI and for workers beside the server. */
export function readHomeLock(home: Home): HomeHolder | null {
  try {
    const { pid, start, address } = HOLDER.parse(JSON.parse(readFileSync(holderFile(home), "utf8")));
    if (processStart(pid) !== start) return null;
    return address === undefined ? { pid } : { pid, address };
  } catch {
    return null; // not there, or not whole: then nobody is known
  }
}

function holderFile(home: Home): string {
  return home.file("home.json");
}

function takeLock(home: Home): DatabaseSync | null {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(home.file(HOME_MARK));
    lock.exec("pragma journal_mode = off");
    lock.exec("begin exclusive");
    chmodSync(home.file(HOME_MARK), 0o600);
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return null;
    throw new AppError(
      "start_refused",
      `Steward can't lock its home ${home.folder}: ${messageOf(error)}. Set STEWARD_HOME to a folder on a local disk.`,
      { folder: home.folder },
    );
  }
}

function holdLock(home: Home, lock: DatabaseSync, now: number): HomeLock {
  const holder = { pid: process.pid, start: processStart(process.pid), since: new Date(now).toISOString() };
  const write = (more: { address?: string }): void =>
    writeFileWhole(holderFile(home), `${JSON.stringify({ ...holder, ...more })}\n`);
  write({});
  held.add(lock);
  return {
    home,
    get held() {
      return held.has(lock);
    },
    describe: async (address) => {
      invariant(held.has(lock), "only the holder describes itself");
      write({ address });
    },
    release: async () => {
      if (!held.delete(lock)) return;
      rmSync(holderFile(home), { force: true });
      lock.close();
    },
  };
}

function inUse(home: Home): AppError {
  const holder = readHomeLock(home);
  const who = holder === null ? "Another Steward is starting" : `Steward already runs as process ${holder.pid}`;
  const where = holder?.address === undefined ? "" : ` and answers at ${holder.address}`;
  const stop = holder === null ? "Wait for it" : `Stop it (kill ${holder.pid})`;
  return new AppError(
    "home_in_use",
    `${who} on ${home.folder}${where}. ${stop}, or set STEWARD_HOME to another folder.`,
    { folder: home.folder, ...holder },
  );
}
