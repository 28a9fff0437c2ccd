import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { link, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import type { KeyFileName, KeyFiles } from "../../core/ports/key-files.ts";

const FILE_BYTES_MAX = 1024 * 1024;
const WRAPPED = /^(organizations|projects)\/[0-9a-f-]{36}$/;

/**
 * Keys in files of the home: `master.key`, and `keys/` with the wrapped ones. Files are 0600, folders 0700.
 * `user` is the id of who runs this process (null where the system has none): the master key must be theirs alone.
 * Any number of processes may share the home. The file system must know hard links.
 */
export function homeKeyFiles(home: string, user: number | null): KeyFiles {
  const keys = path.join(home, "keys");

  function pathOf(name: KeyFileName): string {
    if (name === "master") return path.join(home, "master.key");
    invariant(name === "check" || WRAPPED.test(name), "key files are named by UUIDs");
    return path.join(keys, `${name}.json`);
  }

  return {
    async read(name) {
      const file = pathOf(name);
      return await readWhole(file, (stats) => {
        if (name === "master") refuseExposed(file, stats, user);
      });
    },

    async create(name, bytes) {
      const file = pathOf(name);
      const folder = path.dirname(file);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const created = await linkWhole(file, bytes);
      // Also when another process was first: what this one seals next must not outlive the key.
      for (const upper of name === "master" ? [home] : [folder, keys, home]) await syncFolder(upper);
      return created;
    },

    async hasWrappedKeys() {
      if (await exists(pathOf("check"))) return true;
      const folders = await Promise.all([list(path.join(keys, "organizations")), list(path.join(keys, "projects"))]);
      return folders.flat().some((entry) => entry.endsWith(".json"));
    },
  };
}

async function readWhole(file: string, check: (stats: Stats) => void): Promise<Uint8Array | null> {
  const handle = await orNull(open(file, "r"));
  if (handle === null) return null;
  try {
    const stats = await handle.stat(); // of what was opened, not of what may stand there next
    check(stats);
    if (!stats.isFile() || stats.size > FILE_BYTES_MAX) {
      throw new AppError("start_refused", `${file} is not a key file: it is no file, or larger than 1 MB`);
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Written beside its place and synced, then linked into it: readers see all of it or nothing, and the first one wins. */
async function linkWhole(file: string, bytes: Uint8Array): Promise<boolean> {
  // Named after the key, so that shredding finds what a crash left behind.
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // has no such call; NTFS journals its folders
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function refuseExposed(file: string, stats: Stats, user: number | null): void {
  if (user === null) return;
  if (stats.uid !== user) {
    throw new AppError(
      "start_refused",
      `the master key ${file} belongs to another user (${stats.uid}, and this is ${user}): give it to the user that runs Steward`,
    );
  }
  if ((stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
    throw new AppError(
      "start_refused",
      `the master key ${file} can be used by others (mode ${mode}): run \`chmod 600\` on it, and replace it if others had access`,
    );
  }
}

async function exists(file: string): Promise<boolean> {
  return (await orNull(stat(file))) !== null;
}

async function list(folder: string): Promise<string[]> {
  return (await orNull(readdir(folder))) ?? [];
}

/** Null when there is no such file or folder. */
async function orNull<Value>(found: Promise<Value>): Promise<Value | null> {
  try {
    return await found;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
