import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { z } from "zod";

import { AppError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";
import type { Home } from "../home/home.ts";
import { writeFileWhole } from "../home/write-file.ts";
import { databaseUser, firstClosedFolder, mayReach, type DatabaseUser } from "./database-user.ts";

/** Where the files of a home's database lie, and which user its server runs as. */
export interface DatabasePlace {
  readonly folder: string;
  readonly data: string;
  readonly user: DatabaseUser | null;
}

/** Where root keeps databases whose home lies below a folder that only root may enter. */
const STATE_FOLDER = "/var/lib/steward";

const ELSEWHERE = z.object({ folder: z.string() });

/**
 * Finds or chooses the place: `<home>/postgres`, or, where the server's user can't reach that, a
 * folder under `stateFolder` that `<home>/postgres/elsewhere.json` names from then on. Throws
 * `start_refused` when existing data can't be reached or no folder can be made.
 */
export function findDatabasePlace(home: Home, stateFolder = STATE_FOLDER): DatabasePlace {
  const inHome = home.file("postgres");
  makeFolder(inHome);
  const folder = recordedFolder(home) ?? chooseFolder(home, inHome, stateFolder);
  const data = path.join(folder, "data");
  const user = databaseUser(existsSync(data) ? data : null);
  const closed = firstClosedFolder(data, user);
  if (closed !== null) {
    throw new AppError(
      "start_refused",
      `The database of ${home.folder} lies in ${data}, but its server runs as user ${user?.uid} and can't enter ${closed}. Let others pass through (chmod o+x ${closed}) or move the home.`,
      { folder: closed },
    );
  }
  return { folder, data, user };
}

/** Makes a folder through which the server's user can pass, whatever the umask. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder);
  chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
}

function elsewhereFile(home: Home): string {
  return home.file("postgres/elsewhere.json");
}

function recordedFolder(home: Home): string | null {
  if (!existsSync(elsewhereFile(home))) return null;
  const { folder } = ELSEWHERE.parse(JSON.parse(readFileSync(elsewhereFile(home), "utf8")));
  if (!existsSync(folder)) {
    throw new AppError(
      "start_refused",
      `The database of ${home.folder} should lie in ${folder}, as ${elsewhereFile(home)} says, but nothing is there. Put it back, or delete that file to begin with an empty database.`,
    );
  }
  claimFolder(home, folder);
  return folder;
}

function chooseFolder(home: Home, inHome: string, stateFolder: string): string {
  const data = path.join(inHome, "data");
  if (existsSync(data) || mayReach(data, databaseUser(null))) return inHome;
  const name = createHash("sha256").update(home.folder).digest("hex").slice(0, 16);
  const folder = path.join(stateFolder, name);
  try {
    makeFolder(stateFolder);
    makeFolder(folder);
  } catch (error) {
    throw new AppError(
      "start_refused",
      `The database server runs as an ordinary user and can't reach ${home.folder}; its files would go to ${folder}, which can't be made: ${messageOf(error)}. Set STEWARD_HOME to a folder that others may pass through.`,
      { folder },
    );
  }
  const why = `The database server runs as an ordinary user and can't enter ${firstClosedFolder(data, databaseUser(null))}.`;
  claimFolder(home, folder);
  // Recorded before anything is stored there, so that no data is ever without a way back to it.
  writeFileWhole(elsewhereFile(home), `${JSON.stringify({ folder, why })}\n`);
  return folder;
}

/**
 * Marks the folder as this home's. A moved home takes its database along; of a copied home, the
 * copy is refused: two servers on one database would end each other.
 */
function claimFolder(home: Home, folder: string): void {
  const claim = path.join(folder, "home");
  const owner = existsSync(claim) ? readFileSync(claim, "utf8").trim() : home.folder;
  if (
    owner !== home.folder &&
    existsSync(path.join(owner, "postgres", "elsewhere.json")) &&
    !isSame(owner, home.folder)
  ) {
    throw new AppError(
      "start_refused",
      `${home.folder} is a copy of ${owner}, and both name the database in ${folder}. Delete ${elsewhereFile(home)} to begin with an empty database, or remove ${owner}.`,
      { folder },
    );
  }
  writeFileWhole(claim, `${home.folder}\n`);
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [statSync(one), statSync(other)];
  return first.dev === second.dev && first.ino === second.ino;
}
