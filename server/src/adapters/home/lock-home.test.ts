import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { openHome, type Home } from "./home.ts";
import { lockHome, readHomeLock } from "./lock-home.ts";
import { processStart } from "./process-start.ts";

const scratch = mkdtempSync(path.join(tmpdir(), `steward-test-${process.pid}-`));
afterAll(() => rmSync(scratch, { recursive: true }));
const NOW = Date.UTC(2026, 10, 21);
let homes = 0;
const newHome = (): Home => openHome(path.join(scratch, `home${(homes += 1)}`));

const at = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

/** A process that takes the home's lock, lets go of all it has in hand, and tells so. */
async function holder(home: Home): Promise<{ pid: number; kill: () => Promise<void> }> {
  const script = path.join(scratch, "holder.mjs");
  writeFileSync(
    script,
    `import { openHome } from ${at("./home.ts")}; import { lockHome } from ${at("./lock-home.ts")};
     await lockHome(openHome(process.argv[2]), 0).then((lock) => lock.describe("http://127.0.0.1:1"));
     for (let n = 0; n < 5; n += 1) { await new Promise(setImmediate); gc(); } process.on("message", () => {}); process.send("held");`,
  );
  const child = fork(script, [home.folder], { execArgv: ["--expose-gc"] });
  await once(child, "message");
  const ended = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

describe("lockHome", () => {
  test("L4 refuses a second holder, naming the first, its address and what to do", async () => {
    const home = newHome();
    const other = await holder(home);
    const refusal = await lockHome(home, NOW).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "home_in_use", details: { pid: other.pid, address: "http://127.0.0.1:1" } });
    expect(String(refusal)).toMatch(new RegExp(`process ${other.pid} .*127.0.0.1:1.*kill ${other.pid}.*STEWARD_HOME`));
    await other.kill();
  });

  test("L1 a killed holder leaves nothing to recover", async () => {
    const home = newHome();
    const other = await holder(home);
    await other.kill();
    expect(readHomeLock(home)).toBeNull();
    const lock = await lockHome(home, NOW);
    expect(readHomeLock(home)).toEqual({ pid: process.pid });
    await lock.release();
  });

  test("L2 a holder file that names a reused pid is not believed", async () => {
    const home = newHome();
    expect(processStart(process.ppid)).not.toBeNull();
    writeFileSync(home.file("home.json"), JSON.stringify({ pid: process.ppid, start: "1" }));
    expect(readHomeLock(home)).toBeNull();
    const lock = await lockHome(home, NOW);
    await lock.release();
  });

  test("of many at once exactly one gets it", async () => {
    const home = newHome();
    const tries = await Promise.allSettled(Array.from({ length: 20 }, async () => await lockHome(home, NOW)));
    const won = tries.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
  });

  test("after release the next one gets it, and a repeated release takes nothing from it", async () => {
    const home = newHome();
    const first = await lockHome(home, NOW);
    await first.release();
    expect(readHomeLock(home)).toBeNull();
    const second = await lockHome(home, NOW);
    await first.release();
    expect(first.held).toBe(false);
    expect(readHomeLock(home)).toEqual({ pid: process.pid });
    await expect(lockHome(home, NOW)).rejects.toMatchObject({ code: "home_in_use" });
    await second.release();
  });
});

describe("processStart", () => {
  test("tells a living process from one that never was", () => {
    expect(processStart(process.pid)).toMatch(/^\d*$/);
    expect(processStart(2 ** 30)).toBeNull();
    expect(processStart(-1)).toBeNull();
  });
});
