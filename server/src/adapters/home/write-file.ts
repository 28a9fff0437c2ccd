import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";

/**
 * Replaces a file as a whole, mode 0600: a reader, and a start after a crash, find the old text or
 * the new, never a part. Durable when it returns.
 */
export function writeFileWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  try {
    const handle = openSync(draft, "w", 0o600);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Makes renames inside a folder durable. Windows can't open folders and needs no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
