import { accessSync, chmodSync, constants, mkdirSync, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

import { AppError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";

/** The folder in which one Steward keeps everything it owns on this machine. */
export interface Home {
  /** Absolute, without symbolic links. */
  readonly folder: string;
  /** The path of a file or folder inside. */
  file(name: string): string;
}

/** Present in every folder that Steward made its home; `lock-home.ts` keeps its lock in it. */
export const HOME_MARK = "home.lock";

/**
 * Gives the home at `folder`, made if missing. A folder that is new, empty or already a home gets
 * its mode: 0700, or 0711 for root, whose database runs as another user and must pass through
 * (files inside are 0600 on their own). The mode of any other folder is left alone, so that a
 * mistaken STEWARD_HOME harms nothing. Throws `start_refused` when Steward can't write there.
 */
export function openHome(folder: string): Home {
  const absolute = path.resolve(folder);
  try {
    mkdirSync(absolute, { recursive: true });
    if (!statSync(absolute).isDirectory()) throw new Error("it is not a folder");
    const inside = readdirSync(absolute);
    if (inside.length === 0 || inside.includes(HOME_MARK)) giveMode(absolute);
    accessSync(absolute, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new AppError(
      "start_refused",
      `Steward can't use ${absolute} as its home: ${messageOf(error)}. Make it writable for this user, or set STEWARD_HOME to another folder.`,
      { folder: absolute },
    );
  }
  const real = realpathSync(absolute);
  return { folder: real, file: (name) => path.join(real, name) };
}

function giveMode(folder: string): void {
  const user = process.getuid?.();
  if (user === undefined || statSync(folder).uid !== user) return;
  chmodSync(folder, user === 0 ? 0o711 : 0o700);
}
