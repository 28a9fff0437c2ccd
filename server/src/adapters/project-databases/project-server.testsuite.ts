/** A database server of a test's own, with the program's roles: what projects do to it disturbs no other test. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, type ClientConfig } from "pg";
import type { DatabaseAccess, ProjectServer } from "../../core/ports/project-databases.ts";
import { base32 } from "../../core/id.ts";
import { makeDatabase } from "../../store/make-database.ts";
import { openHome } from "../home/home.ts";
import { lockHome } from "../home/lock-home.ts";
import { startEmbedded } from "../postgres/embedded.ts";
import { openPool, type Pool } from "../postgres/pool.ts";
import { systemClock } from "../system/system-clock.ts";
import { createProjectServer, type ProjectServerOptions } from "./create-project-server.ts";
import { memoryLimiter } from "./limit-memory.ts";
import { makeTemplate } from "./template.ts";

export interface OwnServer {
  readonly projects: ProjectServer;
  readonly logs: string[];
  /** As the superuser, or as another role. */
  config(database: string, user?: string, password?: string): ClientConfig;
  /** As a role of the program. */
  roleConfig(database: string, user: string): ClientConfig;
  admin(database: string): Pool;
  open(more?: Partial<ProjectServerOptions>): ProjectServer;
  stop(): Promise<void>;
}

/** Makes it in 1.2 s. */
export async function ownServer({ template = true } = {}): Promise<OwnServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "steward-projects-"));
  const home = openHome(folder);
  const lock = await lockHome(home, Date.now());
  const logs: string[] = [];
  const log = (line: string): void => void logs.push(line);
  const server = await startEmbedded({ home, lock, log });
  const pools: { close(): Promise<void> }[] = [];
  const admin = (database: string): Pool => {
    const pool = openPool({
      connection: server.config(database, "postgres"),
      max: 2,
      applicationName: "test",
      log,
    });
    pools.push(pool);
    return pool;
  };
  await makeDatabase(admin("postgres"), {
    migrate: server.password("steward_migrate"),
    app: server.password("steward_app"),
    databases: server.password("steward_databases"),
    backup: server.password("steward_backup"),
  });
  if (template) await makeTemplate(closing(admin));
  else
    await admin("postgres").query({
      text: "revoke all on database postgres, template1 from public; grant connect on database postgres to steward_databases",
    });
  const open = (more: Partial<ProjectServerOptions> = {}): ProjectServer => {
    const one = createProjectServer({
      way: { connection: server.config("postgres", "steward_databases") },
      applicationName: "steward test",
      clock: systemClock,
      log: (message, error) => log(`${message} ${error instanceof Error ? error.message : ""}`),
      limitMemory: memoryLimiter(512 * 2 ** 20, log),
      ...more,
    });
    pools.push(one);
    return one;
  };
  return {
    projects: open(),
    logs,
    config: (database, user = "postgres", password?) => server.config(database, user, password),
    roleConfig: (database, user) => server.config(database, user),
    admin,
    open,
    async stop() {
      await Promise.all(pools.map((pool) => pool.close()));
      await server.stop();
      await lock.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function closing(admin: (database: string) => Pool): Parameters<typeof makeTemplate>[0] {
  return async (name, act) => {
    const pool = admin(name);
    await act(pool);
    await pool.close();
  };
}

/** A database's name and password as `data` makes them. */
export function newAccess(): DatabaseAccess {
  return { name: `project_${base32(randomBytes(16))}`, password: randomBytes(32).toString("base64url") };
}

export interface Outcome {
  readonly rows: readonly unknown[];
  /** SQLSTATE or the code of the connection's error; null when it was done. */
  readonly code: string | null;
}

/** Runs texts over a connection of one's own, as somebody who got hold of the password would. */
export async function asRole(config: ClientConfig, texts: readonly string[]): Promise<Outcome[]> {
  const client = new Client(config);
  client.on("error", () => undefined);
  await client.connect();
  try {
    const outcomes: Outcome[] = [];
    for (const text of texts) {
      outcomes.push(
        await client.query<Record<string, unknown>>(text).then(
          ({ rows }) => ({ rows, code: null }),
          (error: { code?: string }) => ({ rows: [], code: error.code ?? "lost" }),
        ),
      );
    }
    return outcomes;
  } finally {
    await client.end().catch(() => undefined);
  }
}
