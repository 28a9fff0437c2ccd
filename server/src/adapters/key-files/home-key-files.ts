import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import type { KeyFileName, KeyFiles } from "../../core/ports/key-files.ts";

const FILE_BYTES_MAX = 1024 * 1024;
const FILE = /^[0-9a-f-]{36}\.json$/;
const OWNED = /^(organizations|projects)\/[0-9a-f-]{36}$/;
const INSTALLATION = ["check", "signing", "installation"] as const;

/**
 * Keys in files of the home: `master.key`, `master.next.key` while it is rotated, and `keys/` with the wrapped ones.
 * Files are 0600, folders 0700.
 * `user` is the id of who runs this process (null where the system has none): the master key must be theirs alone.
 * Any number of processes may share the home. The file system must know hard links.
 */
export function homeKeyFiles(home: string, user: number | null): KeyFiles {
  const keys = path.join(home, "keys");

  function pathOf(name: KeyFileName): string {
    if (name === "master") return path.join(home, "master.key");
    if (name === "master-next") return path.join(home, "master.next.key");
    invariant(INSTALLATION.some((own) => own === name) || OWNED.test(name), "key files are named by UUIDs");
    return path.join(keys, `${name}.json`);
  }

  async function read(name: KeyFileName): Promise<Uint8Array | null> {
    const file = pathOf(name);
    return await readWhole(file, (stats) => {
      if (isMaster(name)) refuseExposed(file, stats, user);
    });
  }

  /** Its folder, and the folders above it that were perhaps just made. */
  async function syncAbove(name: KeyFileName): Promise<void> {
    for (const upper of isMaster(name) ? [home] : [path.dirname(pathOf(name)), keys, home]) await syncFolder(upper);
  }

  return {
    read,

    async create(name, bytes) {
      const file = pathOf(name);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const created = await linkWhole(file, bytes);
      await syncAbove(name); // also when another process was first: what is sealed next must not outlive the key
      return created;
    },

    async replace(name, expected, bytes) {
      const kept = await read(name);
      if (kept === null || !Buffer.from(kept).equals(expected)) return false;
      await renameWhole(pathOf(name), bytes);
      await syncAbove(name);
      return true;
    },

    async remove(name) {
      await rm(pathOf(name), { force: true });
      await syncAbove(name);
    },

    async sweep(name) {
      const file = pathOf(name);
      const folder = path.dirname(file);
      const left = (await list(folder)).filter((entry) => isLeftover(entry, file));
      for (const entry of left) await rm(path.join(folder, entry), { force: true });
      if (left.length > 0) await syncFolder(folder);
    },

    async list(folder) {
      const entries = (await list(path.join(keys, folder))).filter((entry) => FILE.test(entry)).toSorted();
      return entries.map((entry) => `${folder}/${entry.slice(0, -".json".length)}` as const);
    },

    async hasWrappedKeys() {
      for (const name of INSTALLATION) if (await exists(pathOf(name))) return true;
      const folders = await Promise.all([list(path.join(keys, "organizations")), list(path.join(keys, "projects"))]);
      return folders.flat().some((entry) => entry.endsWith(".json"));
    },
  };
}

function isMaster(name: KeyFileName): boolean {
  return name === "master" || name === "master-next";
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

/** Readers see all of it or nothing, and the first one wins. */
async function linkWhole(file: string, bytes: Uint8Array): Promise<boolean> {
  const temporary = temporaryOf(file);
  try {
    await writeSynced(temporary, bytes);
    await link(temporary, file);
    return true;
  } catch (error) {
    // ENOENT: whoever made the file has swept it, and this one's temporary with it.
    if (codeOf(error) === "EEXIST" || (codeOf(error) === "ENOENT" && (await exists(file)))) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Readers see all of the old one or all of the new one. */
async function renameWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryOf(file);
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Beside its file and named after it, so that shredding finds what a crash left behind. */
function temporaryOf(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
}

function isLeftover(entry: string, file: string): boolean {
  return entry.startsWith(`.${path.basename(file)}.`) && entry.endsWith(".tmp");
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
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
