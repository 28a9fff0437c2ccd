/** Steward on a PostgreSQL that is not its own: the oldest version it takes, as Debian packages it. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, chmodSync, chownSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "@steward/sdk";
import { openPool } from "../src/adapters/postgres/pool.ts";
import { startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { ROLES_SQL } from "../src/store/roles.ts";

const BIN = "/usr/lib/postgresql/15/bin";
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const here = existsSync(BIN) || process.env["CI"] === "true";
if (!here) console.log(`no ${BIN}: the tests on PostgreSQL 15 are skipped. On Debian: apt-get install postgresql-15`);

describe.runIf(here)("PostgreSQL 15 by DATABASE_URL", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "steward-pg15-"));
  const data = path.join(folder, "data");
  let stop = async (): Promise<void> => undefined;

  beforeAll(async () => {
    if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
    chmodSync(folder, 0o711);
    const made = spawnSync(
      path.join(BIN, "initdb"),
      ["-D", data, "-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8"],
      { ...NOBODY, encoding: "utf8", cwd: folder },
    );
    if (made.status !== 0) throw new Error(made.stderr);
    const server = spawn(path.join(BIN, "postgres"), ["-D", data, "-k", folder, "-c", "listen_addresses="], {
      ...NOBODY,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((done, fail) => {
      server.on("exit", (code) => fail(new Error(`postgres ended with ${code}`)));
      server.stderr.on("data", (text: Buffer) => text.includes("ready to accept connections") && done());
    });
    stop = () =>
      new Promise((done) => {
        server.on("exit", () => done());
        server.kill("SIGINT");
      });
    const admin = openPool({ url: url("postgres", "postgres"), max: 1, applicationName: "test", log: () => undefined });
    await admin.query({ text: ROLES_SQL });
    await admin.query({ text: "create database steward owner steward_migrate template template0" });
    await admin.close();
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const url = (role: string, database: string): string =>
    `postgres://${role}@${encodeURIComponent(folder)}/${database}`;
  const start = (env: Record<string, string>) => {
    const home = path.join(folder, "home");
    const config = readConfig(
      { STEWARD_HOME: home, STEWARD_PORT: "0", STEWARD_API_KEY: "sk_test_0123456789", ...env },
      folder,
    );
    return startApp({ config, role: "server", log: () => undefined });
  };

  test("a flow runs, and goes on after the server was started again", async () => {
    const env = {
      DATABASE_URL: url("steward_app", "steward"),
      DATABASE_MIGRATE_URL: url("steward_migrate", "steward"),
    };
    const file = {
      format: 1 as const,
      name: "wait",
      steps: [
        { id: "go", kind: "wait", input: { event: "go" }, next: ["out"] },
        { id: "out", kind: "set", input: { got: "{{ steps.go }}" } },
      ],
    };
    const first = await start(env);
    const client = createClient({ baseUrl: first.address, apiKey: "sk_test_0123456789" });
    await client.putFlow({ slug: "wait", body: file });
    await client.publishFlow({ slug: "wait" });
    const run = await client.startRun({ slug: "wait", body: {} });
    await first.stop(1000);
    const second = await start(env);
    const again = createClient({ baseUrl: second.address, apiKey: "sk_test_0123456789" });
    await again.sendEvent({ id: run.id, body: { name: "go", data: 7 } });
    await expect.poll(async () => (await again.getRun({ id: run.id })).status, { timeout: 10_000 }).toBe("completed");
    expect((await again.getRun({ id: run.id })).output).toEqual({ got: 7 });
    await second.stop(1000);
  });

  test("a superuser is refused, with the statements that make the right roles", async () => {
    await expect(start({ DATABASE_URL: url("postgres", "steward") })).rejects.toMatchObject({
      code: "start_refused",
      message: expect.stringContaining("create role steward_app"),
    });
  });

  test("without a role that may migrate an empty database is refused, saying which setting is missing", async () => {
    const admin = openPool({ url: url("postgres", "postgres"), max: 1, applicationName: "test", log: () => undefined });
    await admin.query({ text: "create database empty owner steward_migrate template template0" });
    await admin.close();
    await expect(start({ DATABASE_URL: url("steward_app", "empty") })).rejects.toMatchObject({
      code: "start_refused",
      message: expect.stringContaining("DATABASE_MIGRATE_URL"),
    });
  });

  test("a server that does not answer is refused by name", async () => {
    const gone = `postgres://steward_app@${encodeURIComponent(path.join(folder, "nowhere"))}/steward`;
    await expect(start({ DATABASE_URL: gone })).rejects.toMatchObject({ code: "start_refused" });
  });
});
