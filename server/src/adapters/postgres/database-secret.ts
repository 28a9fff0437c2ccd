import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import type { Home } from "../home/home.ts";
import { writeFileWhole } from "../home/write-file.ts";

/** Gives the password of each role of the embedded database. */
export type PasswordOf = (role: string) => string;

function secretFile(home: Home): string {
  return home.file("postgres/secret");
}

/** Makes the secret behind all passwords of a new database, 32 random bytes in a 0600 file; an existing one stays. */
export function makeSecret(home: Home): PasswordOf {
  if (!existsSync(secretFile(home))) writeFileWhole(secretFile(home), `${randomBytes(32).toString("hex")}\n`);
  return readSecret(home);
}

/** Reads the secret of an existing database. Throws `start_refused` when the file is gone. */
export function readSecret(home: Home): PasswordOf {
  if (!existsSync(secretFile(home))) {
    throw new AppError(
      "start_refused",
      `The database of ${home.folder} exists, but the secret of its passwords, ${secretFile(home)}, is missing. Restore that file from a backup of the home.`,
    );
  }
  const secret = readFileSync(secretFile(home), "utf8").trim();
  invariant(/^[0-9a-f]{64}$/.test(secret), `${secretFile(home)} holds 32 bytes in hex`);
  // One secret, a password per role: nothing to store when a role is added.
  return (role) => createHmac("sha256", Buffer.from(secret, "hex")).update(`postgres role ${role}`).digest("base64url");
}
