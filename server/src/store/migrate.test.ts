import { afterEach, beforeEach, expect, test } from "vitest";
import { freshDatabase, testDatabase, type FreshDatabase } from "../../test/database.ts";
import { readMigrations } from "../open-database.ts";
import { migrate, parseMigrations, PROGRAM } from "./migrate.ts";
import { embeddedRolesSql } from "./roles.ts";

let db: FreshDatabase;
beforeEach(async () => {
  db = await freshDatabase();
  const server = testDatabase();
  const passwords = {
    databases: "x".repeat(24),
    backup: "x".repeat(24),
    migrate: server.password("steward_migrate"),
    app: server.password("steward_app"),
  };
  await db.pool().query({ text: embeddedRolesSql(passwords) });
});
afterEach(() => db.drop());

const migrations = readMigrations();

test("two that start at once apply each migration once", async () => {
  const [one, two] = [db.pool(), db.pool()];
  const applied = await Promise.all([migrate(one, migrations, 0), migrate(two, migrations, 0)]);
  expect(applied.flatMap((each) => each.applied).toSorted()).toEqual(migrations.map((each) => each.name));
  expect((await migrate(one, migrations, 0)).applied).toEqual([]);
});

test("a later migration is applied alone, and an older program goes on beside it", async () => {
  const later = [
    ...migrations,
    { version: 9000, name: "9000_more", sql: "alter table steward.flows add column more text" },
  ];
  expect((await migrate(db.pool(), migrations, 0)).applied).toHaveLength(migrations.length);
  expect((await migrate(db.pool(), later, 0)).applied).toEqual(["9000_more"]);
  expect((await migrate(db.pool(), migrations, 0)).applied).toEqual([]);
});

test("a schema for newer programs only is refused and left alone", async () => {
  const contract = { version: 9000, name: "9000_contract", sql: `--! min_program ${PROGRAM + 1}\nselect 1` };
  await migrate(db.pool(), [...migrations, contract], 0);
  await expect(migrate(db.pool(), migrations, 0)).rejects.toMatchObject({ code: "start_refused" });
});

test("a migration whose text has changed since it was applied is refused", async () => {
  await migrate(db.pool(), migrations, 0);
  const changed = migrations.map((each) => ({ ...each, sql: `${each.sql}\n-- changed` }));
  await expect(migrate(db.pool(), changed, 0)).rejects.toMatchObject({ code: "start_refused" });
});

test("a migration that fails leaves nothing behind", async () => {
  const broken = { version: 9000, name: "9000_broken", sql: "create table steward.half (); select nonsense" };
  await expect(migrate(db.pool(), [...migrations, broken], 0)).rejects.toThrow("nonsense");
  const { count } = await db.pool().query({ text: "select from pg_namespace where nspname = 'steward'" });
  expect(count).toBe(0);
});

test("files are numbered words in order", () => {
  const file = (name: string): { name: string; sql: string } => ({ name, sql: "" });
  expect(parseMigrations([file("0002_b.sql"), file("0001_a.sql")]).map((each) => each.version)).toEqual([1, 2]);
  expect(() => parseMigrations([file("1_a.sql")])).toThrow("0001_word.sql");
});
