import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

import { AppError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";
import { syncFolder } from "../home/write-file.ts";
import type { DatabasePlace } from "./database-place.ts";
import type { NativePrograms } from "./native-programs.ts";
import { runProgram } from "./run-program.ts";

const INITDB_MS_MAX = 120_000;

/**
 * Makes the data folder with `initdb`, unless it exists: superuser `postgres` with this password,
 * SCRAM on every way in, UTF-8, checksums, and the built-in C.UTF-8 collation, which no upgrade of
 * the system changes. It grows under another name and is renamed when whole, so a crash in the
 * middle leaves nothing half-made. Throws `start_refused` when initdb fails or the folder is of
 * another PostgreSQL version.
 */
export async function makeCluster(place: DatabasePlace, programs: NativePrograms, password: string): Promise<void> {
  if (existsSync(place.data)) return checkVersion(place, programs);
  for (const name of readdirSync(place.folder)) {
    if (name.startsWith("draft-")) rmSync(path.join(place.folder, name), { recursive: true });
  }
  const draft = path.join(place.folder, `draft-${process.pid}`);
  const passwordFile = path.join(place.folder, `draft-password-${process.pid}`);
  try {
    mkdirSync(draft);
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    chmodSync(draft, 0o700);
    if (place.user !== null) for (const made of [draft, passwordFile]) chownSync(made, place.user.uid, place.user.gid);
    const settings = [
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--data-checksums",
    ];
    await runProgram(programs.program("initdb"), [...settings, draft], place.user, INITDB_MS_MAX);
    renameSync(draft, place.data);
    syncFolder(place.folder);
  } catch (error) {
    throw new AppError("start_refused", `Steward could not make its database in ${place.data}. ${messageOf(error)}`);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function checkVersion(place: DatabasePlace, programs: NativePrograms): void {
  const made = readVersion(place);
  const brought = programs.version.split(".")[0];
  if (made === brought) return;
  throw new AppError(
    "start_refused",
    `The database in ${place.data} is of PostgreSQL ${made}; this Steward brings ${brought}. Start the Steward that made it and move the content with \`steward backup\` and \`steward restore\`.`,
  );
}

function readVersion(place: DatabasePlace): string {
  try {
    return readFileSync(path.join(place.data, "PG_VERSION"), "utf8").trim();
  } catch (error) {
    throw new AppError(
      "start_refused",
      `Steward can't read its database in ${place.data}: ${messageOf(error)}. Start it as the user that made it.`,
    );
  }
}
