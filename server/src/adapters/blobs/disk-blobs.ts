import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { BlobStore } from "../../core/ports/blob-store.ts";

/** Blobs as files of the home: `blobs/<project>/<first byte>/<address>`, written whole or not at all. */
export function diskBlobs(folder: string, random: () => string): BlobStore {
  const fileOf = (project: string, address: Buffer): string => {
    const name = address.length === 32 ? address.toString("hex") : createHash("sha256").update(address).digest("hex");
    return path.join(folder, project, name.slice(0, 2), name);
  };
  return {
    async put(project, address, bytes) {
      const file = fileOf(project, address);
      if (await exists(file)) return;
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const draft = `${file}.${random()}`;
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
    },
    async get(project, address) {
      try {
        return await readFile(fileOf(project, address));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    remove: (project, address) => rm(fileOf(project, address), { force: true }),
  };
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
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

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
