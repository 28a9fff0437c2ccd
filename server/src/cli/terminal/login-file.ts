/** The login of this person: one address and its key, in a file that only they can read. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CliParts } from "../cli.ts";

export interface Login {
  readonly address: string;
  readonly key: string;
}

type Place = Pick<CliParts, "env" | "userHome">;

/** Below XDG_CONFIG_HOME (XDG Base Directory Specification: only when it is absolute), else `~/.config`. */
export function loginFile({ env, userHome }: Place): string {
  const given = env["XDG_CONFIG_HOME"] ?? "";
  const config = path.isAbsolute(given) ? given : path.join(userHome, ".config");
  return path.join(config, "steward", "credentials.json");
}

/** Null when nobody has logged in here, or the file is not one of ours. */
export function readLogin(place: Place): Login | null {
  try {
    const login: unknown = JSON.parse(readFileSync(loginFile(place), "utf8"));
    return isLogin(login) ? login : null;
  } catch {
    return null;
  }
}

/** Replaces the login as a whole, mode 0600 in a folder 0700; gives the file. */
export function writeLogin(place: Place, { address, key }: Login): string {
  const file = loginFile(place);
  const draft = `${file}.${process.pid}.new`;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  chmodSync(path.dirname(file), 0o700);
  try {
    writeFileSync(draft, `${JSON.stringify({ address, key }, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return file;
}

function isLogin(value: unknown): value is Login {
  if (typeof value !== "object" || value === null || !("address" in value) || !("key" in value)) return false;
  return typeof value.address === "string" && typeof value.key === "string";
}
