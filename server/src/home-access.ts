/** What a home tells the command line on the same machine: where its Steward answers, and with which key. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Home } from "./adapters/home/home.ts";
import { readHomeLock } from "./adapters/home/lock-home.ts";
import { writeFileWhole } from "./adapters/home/write-file.ts";

export interface HomeAccess {
  /** Where this home's Steward answers now; null when none runs. */
  readonly address: string | null;
  /** The first API key, null when it is not kept here or not ours to read. */
  readonly apiKey: string | null;
}

/** Never makes the folder: a home that isn't there gives nulls. */
export function readHomeAccess(folder: string): HomeAccess {
  return { address: readHomeLock(homeAt(folder))?.address ?? null, apiKey: readKey(keyFile(folder)) };
}

/** Keeps the first API key for `readHomeAccess`, mode 0600, durably; gives the file's path. The folder must exist. */
export function keepApiKey(folder: string, apiKey: string): string {
  writeFileWhole(keyFile(folder), `${apiKey}\n`);
  return keyFile(folder);
}

function keyFile(folder: string): string {
  return path.join(folder, "api-key");
}

function homeAt(folder: string): Home {
  return { folder, file: (name) => path.join(folder, name) };
}

function readKey(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim() || null;
  } catch {
    return null; // a home of another user, or one whose first key came from elsewhere
  }
}
