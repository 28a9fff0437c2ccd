import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import path from "node:path";

import { z } from "zod";

import type { DatabasePlace } from "./database-place.ts";

/** Where the server listens: a unix socket's folder as host, or 127.0.0.1 where there are none. */
export const LISTEN_ADDRESS = z.object({ host: z.string(), port: z.int(), socket: z.boolean() });
export type ListenAddress = Readonly<z.infer<typeof LISTEN_ADDRESS>>;

const PORT = 5432; // part of the socket's name only
/** PostgreSQL refuses a socket path over 107 bytes: `<folder>/.s.PGSQL.5432.lock` has to fit. */
const FOLDER_BYTES_MAX = 107 - "/.s.PGSQL.5432.lock".length;

/**
 * Chooses the address: a private folder beside the data, or, where that path is too long, one
 * under /tmp. A stranger who took that name there gets nothing: then the name is a random one.
 */
export async function chooseAddress(place: DatabasePlace): Promise<ListenAddress> {
  if (process.platform === "win32") return { host: "127.0.0.1", port: await freePort(), socket: false };
  const beside = path.join(place.folder, "socket");
  if (Buffer.byteLength(beside) <= FOLDER_BYTES_MAX) return { host: makeOwn(beside, place), port: PORT, socket: true };
  const temporary = realpathSync("/tmp");
  const name = `steward-${createHash("sha256").update(place.folder).digest("hex").slice(0, 16)}`;
  const named = path.join(temporary, name);
  if (existsSync(named) && !isOwn(named, place)) {
    return { host: makeOwn(mkdtempSync(`${named}-`), place), port: PORT, socket: true };
  }
  return { host: makeOwn(named, place), port: PORT, socket: true };
}

function makeOwn(folder: string, { user }: DatabasePlace): string {
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  chmodSync(folder, 0o700);
  if (user !== null) chownSync(folder, user.uid, user.gid);
  return folder;
}

function isOwn(folder: string, { user }: DatabasePlace): boolean {
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === (user?.uid ?? process.getuid?.()) && (found.mode & 0o077) === 0;
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : PORT));
    });
  });
}
