import { randomFillSync } from "node:crypto";
import type { KeyFileName, KeyFiles } from "../core/ports/key-files.ts";
import { formatKeyFile, parseProjectKeyFile, type ProjectKeyFile } from "./key-file.ts";
import type { Keyring } from "./keyring.ts";
import { localMasterKey } from "./local-master-key.ts";
import { MasterKeys } from "./master-keys.ts";
import type { FillRandom } from "./nonce-pool.ts";
import { openKeyring } from "./open-keyring.ts";

export const ORGANIZATION = "01234567-89ab-7cde-8f01-23456789abcd";
export const PROJECT = "01234567-89ab-7cde-8f01-0000000000aa";
export const OTHER_PROJECT = "01234567-89ab-7cde-8f01-0000000000bb";
export const RUN = "01234567-89ab-7cde-8f01-0000000000cc";
export const MASTER = "ab".repeat(32);
export const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** Key files in memory, with the files themselves to look at and to damage. */
export function memoryKeyFiles(): KeyFiles & { files: Map<KeyFileName, Uint8Array> } {
  const files = new Map<KeyFileName, Uint8Array>();
  return {
    files,
    read: async (name) => files.get(name) ?? null,
    create: async (name, bytes) => {
      if (files.has(name)) return false;
      files.set(name, Uint8Array.from(bytes));
      return true;
    },
    replace: async (name, expected, bytes) => {
      const kept = files.get(name);
      if (kept === undefined || !Buffer.from(kept).equals(expected)) return false;
      files.set(name, Uint8Array.from(bytes));
      return true;
    },
    remove: async (name) => void files.delete(name),
    sweep: async () => {},
    list: async <Folder extends "organizations" | "projects">(folder: Folder) =>
      [...files.keys()].filter((name): name is `${Folder}/${string}` => name.startsWith(`${folder}/`)).toSorted(),
    hasWrappedKeys: async () => [...files.keys()].some((name) => name !== "master" && name !== "master-next"),
  };
}

/** A keyring on these files, as another process or a restarted one would open it. */
export function keyringOn(
  files: KeyFiles,
  { master = MASTER, fillRandom = randomFillSync }: { master?: string; fillRandom?: FillRandom } = {},
): Keyring {
  const key = localMasterKey(master, "the test", fillRandom);
  return openKeyring({ files, master: new MasterKeys(key), fillRandom, nowMs: () => NOW_MS, projectsMax: 100 });
}

/** A keyring with one organization and two projects. */
export async function newKeyring() {
  const files = memoryKeyFiles();
  const keyring = keyringOn(files);
  await keyring.createOrganization(ORGANIZATION);
  await keyring.createProject(ORGANIZATION, PROJECT);
  await keyring.createProject(ORGANIZATION, OTHER_PROJECT);
  const keys = await keyring.project(ORGANIZATION, PROJECT);
  return { files, keyring, keys };
}

/** Edits a project's key file in place. */
export async function editProjectFile(
  { files }: { files: Map<KeyFileName, Uint8Array> },
  edit: (file: ProjectKeyFile) => ProjectKeyFile | Promise<ProjectKeyFile>,
): Promise<void> {
  const name = `projects/${PROJECT}` as const;
  files.set(name, formatKeyFile(await edit(parseProjectKeyFile(files.get(name)!, name))));
}

/** 0, 1, 2, … 255, 0, …: makes every byte of the format predictable. */
export function countingRandom(): FillRandom {
  let next = 0;
  return (bytes) => {
    for (let index = 0; index < bytes.length; index++) bytes[index] = next++ & 0xff;
  };
}
