import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { BlobStore } from "../../core/ports/blob-store.ts";
import { codeOf } from "../../core/thrown.ts";
import { blobFileName } from "./blob-file-name.ts";

/** Blobs as files of the home: `blobs/<project>/<first byte>/<address>`, written whole or not at all. */
export function diskBlobs(folder: string, random: () => string): BlobStore {
  const fileOf = (project: string, address: Buffer): string => path.join(folder, blobFileName(project, address));
  return {
    async put(project, address, bytes) {
      const file = fileOf(project, address);
      if (!(await exists(file))) await write(file, bytes, random());
    },
    replace: (project, address, bytes) => write(fileOf(project, address), bytes, random()),
    async get(project, address) {
      try {
        return await readFile(fileOf(project, address));
      } catch (error) {
        if (codeOf(error) === "ENOENT") return null;
        throw error;
      }
    },
    remove: (project, address) => rm(fileOf(project, address), { force: true }),
  };
}

async function write(file: string, bytes: Uint8Array, word: string): Promise<void> {
  await makeFolder(path.dirname(file));
  const draft = `${file}.${word}`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Makes a folder and those above it, each durably named in the one above. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) await syncFolder(path.dirname(made));
}

/** Makes a file's name durable; Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
