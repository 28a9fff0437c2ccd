/**
 * One real database server for a whole test run, in a folder of its own, gone at its end. When the
 * run is killed the server dies with it, and the next run sweeps the folder.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { TestProject } from "vitest/node";

import { openHome } from "../src/adapters/home/home.ts";
import { lockHome } from "../src/adapters/home/lock-home.ts";
import { processStart } from "../src/adapters/home/process-start.ts";
import { startEmbedded } from "../src/adapters/postgres/embedded.ts";

const PREFIX = "steward-test-";

declare module "vitest" {
  export interface ProvidedContext {
    /** The home of the run's database server; `server/test/database.ts` connects to it. */
    databaseHome: string;
  }
}

/** Called by vitest once per run; gives what is to be done at its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweep();
  const home = openHome(mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`)));
  const lock = await lockHome(home, Date.now());
  const lines: string[] = [];
  const server = await startEmbedded({ home, lock, log: (line) => lines.push(line) });
  server.onExit((reason) => {
    throw new Error(`the tests' database server is gone: ${reason}\n${lines.slice(-20).join("\n")}`);
  });
  project.provide("databaseHome", home.folder);
  return async () => {
    await server.stop();
    await lock.release();
    rmSync(home.folder, { recursive: true, force: true });
  };
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || processStart(pid) !== null) continue;
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}
