import { GrantForm } from "@steward/sdk";
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
    databases: server.password("steward_databases"),
    backup: server.password("steward_backup"),
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

/** A home as program 1 left it: a first key, and one that was revoked. */
const OLD = `
  insert into steward.organizations values ('00000000-0000-7000-8000-000000000001', 'Steward', now());
  insert into steward.projects values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 'default', 'Default', 'UTC', now());
  insert into steward.members values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003', 'owner@localhost', 'Owner', 'owner', now());
  insert into steward.api_keys (organization, project, id, name, prefix, hash, member, created_at, revoked_at)
    select '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', gen_random_uuid(), name, 'sk', name::bytea,
      '00000000-0000-7000-8000-000000000003', now(), revoked_at from (values ('first', null), ('over', now())) as k (name, revoked_at)`;
const UNFORCED = `select relname from pg_class where relnamespace = 'steward'::regnamespace and relrowsecurity and not relforcerowsecurity`;

test("the first key of an older home reaches what a new home's does, and the older program is refused from then on", async () => {
  const admin = db.pool();
  await migrate(admin, migrations.slice(0, 1), 0);
  await admin.query({ text: OLD });
  const later = migrations.map(({ name }) => name).slice(1);
  expect((await migrate(admin, migrations, 0)).applied).toEqual(later);
  const { rows } = await admin.query({ text: "select name, reach, second_factor from steward.api_keys order by name" });
  expect(rows).toEqual([
    { name: "first", reach: "organization", second_factor: true },
    { name: "over", reach: "project", second_factor: true },
  ]);
  const least = await admin.query({ text: "select value from steward.settings where name = 'min_program'" });
  expect(least.rows).toEqual([{ value: PROGRAM }]);
});

test("each credential of an older home gets the grant that setting one makes, and one that is never sent gets none", async () => {
  const admin = db.pool();
  await migrate(admin, migrations.slice(0, 1), 0);
  await admin.query({ text: OLD });
  await admin.query({
    text: `insert into steward.credentials (organization, project, id, slug, kind, hosts, secret, set_at, set_by)
      select '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', gen_random_uuid(), slug, kind,
        '{api.example.com}', 'sealed', '2026-11-21T12:00:00Z', '00000000-0000-7000-8000-000000000003' from (values ('crm', 'bearer'), ('hook', 'secret')) as c (slug, kind)`,
  });
  await migrate(admin, migrations, 0);
  const { rows } = await admin.query({
    text: `select g.kind, g.principal, g.credential, g.given_by, g.created_at, g.revoked_at, g.form, v.form = g.form as same, v.by
      from steward.grants g join steward.grant_versions v on v.project = g.project and v.of_grant = g.id and v.version = g.version`,
  });
  const form = {
    to: "project",
    credential: "crm",
    note: "",
    lines: [{ actions: ["http.request"], when: [], rate: [], money: [] }],
  };
  expect(rows).toEqual([
    {
      kind: "grant",
      principal: "project",
      credential: "crm",
      given_by: null,
      created_at: Date.parse("2026-11-21T12:00:00Z"),
      revoked_at: null,
      form,
      same: true,
      by: "system",
    },
  ]);
  expect(GrantForm.parse(form)).toEqual(form);
});

test("row-level security that a migration lifts stands again, and does too when what follows fails", async () => {
  const admin = db.pool();
  const lifting = migrations.filter(({ sql }) => / no force row level security/.test(sql));
  expect(lifting.map(({ name }) => name)).toEqual(expect.arrayContaining(["0011_session_origin", "0013_first_key"]));
  for (const { version } of lifting) {
    const broken = migrations
      .filter((each) => each.version <= version)
      .map((each) =>
        each.version < version
          ? each
          : { ...each, sql: each.sql.replace(/^alter table \w+ force /m, "select nonsense; $&") },
      );
    await migrate(admin, broken.slice(0, -1), 0);
    await expect(migrate(admin, broken, 0)).rejects.toThrow("nonsense");
    expect((await admin.query({ text: UNFORCED })).rows).toEqual([]);
  }
  await migrate(admin, migrations, 0);
  expect((await admin.query({ text: UNFORCED })).rows).toEqual([]);
});

test("files are numbered words in order", () => {
  const file = (name: string): { name: string; sql: string } => ({ name, sql: "" });
  expect(parseMigrations([file("0002_b.sql"), file("0001_a.sql")]).map((each) => each.version)).toEqual([1, 2]);
  expect(() => parseMigrations([file("1_a.sql")])).toThrow("0001_word.sql");
});
