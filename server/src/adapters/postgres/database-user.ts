import { readFileSync, statSync, type Stats } from "node:fs";
import path from "node:path";

import { AppError } from "../../core/errors.ts";

/** The operating system's user under which the database server runs. */
export interface DatabaseUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user for the server, or null for "the same as this process". PostgreSQL refuses to run as
 * root and needs a user with an entry in /etc/passwd, so root gets the owner of an existing data
 * folder, else `nobody`. Throws `start_refused` where there is no such user.
 */
export function databaseUser(dataFolder: string | null): DatabaseUser | null {
  if (process.getuid?.() !== 0) return null;
  if (dataFolder !== null) {
    const { uid, gid } = statSync(dataFolder);
    if (uid !== 0) return { uid, gid };
  }
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
  if (entry === null) {
    throw new AppError(
      "start_refused",
      "PostgreSQL doesn't run as root, and this system has no user `nobody` to run it. Add one, start Steward as an ordinary user, or set DATABASE_URL.",
    );
  }
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

/** Whether the user may enter every folder above `target`, which need not exist yet. */
export function mayReach(target: string, user: DatabaseUser | null): boolean {
  return firstClosedFolder(target, user) === null;
}

/** The topmost folder above `target` that the user may not enter, or null. */
export function firstClosedFolder(target: string, user: DatabaseUser | null): string | null {
  if (user === null) return null;
  const above: string[] = [];
  for (let folder = path.dirname(target); above[0] !== folder; folder = path.dirname(folder)) above.unshift(folder);
  for (const folder of above) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found !== undefined && !mayEnter(found, user)) return folder;
  }
  return null;
}

function mayEnter(folder: Stats, user: DatabaseUser): boolean {
  if (folder.uid === user.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === user.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}
