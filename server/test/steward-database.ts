import { randomBytes } from "node:crypto";
import type { ClientConfig } from "pg";
import { openNotifications, type Notifications } from "../src/adapters/postgres/notifications.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { readMigrations } from "../src/open-database.ts";
import { migrate } from "../src/store/migrate.ts";
import { embeddedRolesSql } from "../src/store/roles.ts";
import { testDatabase } from "./database.ts";

const TEMPLATE = "steward_template";
const LOCK = 7_788_099;
let made: Promise<void> | null = null;

export interface StewardDatabase {
  readonly name: string;
  readonly database: Pool;
  readonly dispatch: Pool;
  /** As steward_identity. */
  readonly identity: Pool;
  readonly admin: Pool;
  pool(
    user: "steward_app" | "steward_migrate" | "steward_backup" | "steward_databases" | "postgres",
    options?: string,
  ): Pool;
  config(user: string): ClientConfig;
  notifications(worker: string): Promise<Notifications>;
  drop(): Promise<void>;
}

/** A migrated database of its own, with the program's roles. */
export async function stewardDatabase(): Promise<StewardDatabase> {
  made ??= makeTemplate();
  await made;
  const server = testDatabase();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(async (admin) => {
    await admin.query({
      text: `create database ${name} owner steward_migrate template ${TEMPLATE} strategy file_copy`,
    });
  });
  const pools: Pool[] = [];
  const closers: (() => Promise<void>)[] = [];
  const pool = (user: string, options?: string): Pool => {
    const one = openPool({
      connection: { ...server.config(name, user), ...(options === undefined ? {} : { options }) },
      max: 8,
      applicationName: name,
      log: () => undefined,
    });
    pools.push(one);
    return one;
  };
  return {
    name,
    database: pool("steward_app"),
    dispatch: pool("steward_app", "-c role=steward_dispatch"),
    identity: pool("steward_app", "-c role=steward_identity -c search_path=identity"),
    admin: pool("postgres"),
    pool,
    config: (user) => server.config(name, user),
    async notifications(worker) {
      const one = await openNotifications({
        connection: server.config(name, "steward_app"),
        applicationName: name,
        worker,
        log: () => undefined,
      });
      closers.push(() => one.close());
      return one;
    },
    async drop() {
      await Promise.all(closers.map((close) => close()));
      await Promise.all(pools.map((one) => one.close()));
      await asAdmin(async (admin) => {
        await admin.query({ text: `drop database ${name} with (force)` });
      });
    },
  };
}

async function makeTemplate(): Promise<void> {
  const server = testDatabase();
  await asAdmin(async (admin) => {
    await admin.transaction(async (tx) => {
      await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [LOCK] });
      const { count } = await tx.query({ text: "select from pg_database where datname = $1", values: [TEMPLATE] });
      if (count > 0) return;
      await asAdmin(async (other) => {
        await other.query({
          text: embeddedRolesSql({
            migrate: server.password("steward_migrate"),
            app: server.password("steward_app"),
            databases: server.password("steward_databases"),
            backup: server.password("steward_backup"),
          }),
        });
        await other.query({
          text: `create database ${TEMPLATE}_draft owner steward_migrate template template0 strategy file_copy`,
        });
      });
      const pool = openPool({
        connection: server.config(`${TEMPLATE}_draft`, "steward_migrate"),
        max: 1,
        applicationName: "template",
        log: () => undefined,
      });
      await migrate(pool, readMigrations(), Date.now());
      await pool.query({ text: "select steward.week_partition(now())" });
      await pool.close();
      await asAdmin(
        async (other) => void (await other.query({ text: `alter database ${TEMPLATE}_draft rename to ${TEMPLATE}` })),
      );
    });
  });
}

async function asAdmin(act: (admin: Pool) => Promise<void>): Promise<void> {
  const pool = openPool({ connection: testDatabase().admin, max: 1, applicationName: "tests", log: () => undefined });
  try {
    await act(pool);
  } finally {
    await pool.close();
  }
}
