/** Writes server/src/store/schema.sql, what the migrations make. Run it after adding one; a test asserts that it was. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openHome } from "../server/src/adapters/home/home.ts";
import { lockHome } from "../server/src/adapters/home/lock-home.ts";
import { startEmbedded } from "../server/src/adapters/postgres/embedded.ts";
import { openPool } from "../server/src/adapters/postgres/pool.ts";
import { readMigrations } from "../server/src/open-database.ts";
import { DATABASE, makeDatabase } from "../server/src/store/make-database.ts";
import { migrate } from "../server/src/store/migrate.ts";
import { dumpSchema } from "../server/test/dump-schema.ts";

const folder = mkdtempSync(path.join(tmpdir(), "steward-schema-"));
const home = openHome(folder);
const lock = await lockHome(home, Date.now());
const server = await startEmbedded({ home, lock, log: () => undefined });
const open = (database: string, user: string) =>
  openPool({ connection: server.config(database, user), max: 1, applicationName: "schema", log: console.error });
try {
  const admin = open("postgres", "postgres");
  await makeDatabase(admin, {
    migrate: server.password("steward_migrate"),
    app: server.password("steward_app"),
    databases: server.password("steward_databases"),
    backup: server.password("steward_backup"),
  });
  await admin.close();
  const database = open(DATABASE, "steward_migrate");
  await migrate(database, readMigrations(), Date.now());
  const file = path.resolve(import.meta.dirname, "..", "server", "src", "store", "schema.sql");
  writeFileSync(file, await dumpSchema(database));
  await database.close();
  console.log("wrote server/src/store/schema.sql");
} finally {
  await server.stop();
  await lock.release();
  rmSync(folder, { recursive: true, force: true });
}
