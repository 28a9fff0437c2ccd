/** What a project's code tries to get out of its database: promise B2. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatabaseAccess, ForeignStatement } from "../../core/ports/project-databases.ts";
import { asRole, newAccess, ownServer, type OwnServer } from "./project-server.testsuite.ts";

const REFUSED = "42501"; // insufficient_privilege
const statement = (text: string, more: Partial<ForeignStatement> = {}): ForeignStatement => ({
  text,
  values: [],
  rowsMax: 1000,
  bytesMax: 5_000_000,
  ...more,
});

let server: OwnServer;
let mine: DatabaseAccess;
let other: DatabaseAccess;

beforeAll(async () => {
  server = await ownServer();
  mine = newAccess();
  other = newAccess();
  await server.projects.make(mine);
  await server.projects.make(other);
  await run(other, "create table secrets as select 'of the other project'::text as text");
  await run(mine, "create table things (n integer)");
});
afterAll(() => server.stop());

async function run(access: DatabaseAccess, text: string, more: Partial<ForeignStatement> = {}, timeoutMs = 10_000) {
  return await server.projects.use(access, { mode: "write", timeoutMs }, (session) =>
    session.run(statement(text, more)),
  );
}
const codeOf = async (act: Promise<unknown>): Promise<string> =>
  await act.then(
    () => "done",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
/** Over a connection of its own, with the role's password, past all that Steward does. */
const tryAs = (access: DatabaseAccess, texts: readonly string[]) =>
  asRole(server.config(access.name, access.name, access.password), texts);

test("no other database lets a project's role in", async () => {
  for (const database of [other.name, "steward", "postgres", "template1", "steward_project"]) {
    const attempt = asRole(server.config(database, mine.name, mine.password), ["select 1"]);
    expect([database, await codeOf(attempt)]).toEqual([database, database === "steward_project" ? "55000" : REFUSED]);
  }
});

test("a project's role becomes nobody else and makes itself no mightier", async () => {
  const texts = [
    "set role steward_databases",
    "set role steward_app",
    "set role postgres",
    `set role ${other.name}`,
    "set session authorization postgres",
    `alter role ${mine.name} superuser`,
    `alter role ${mine.name} createrole`,
    `alter role ${mine.name} connection limit 1000`,
    `alter role ${other.name} password 'x'`,
    `alter role ${mine.name} set temp_file_limit = -1`,
    `grant ${other.name} to ${mine.name}`,
    "grant pg_read_server_files to current_user",
    "create role mine",
    "create database mine",
    `alter database ${mine.name} connection limit 1000`,
    `alter database ${mine.name} set log_statement = 'all'`,
    `alter database ${mine.name} owner to ${mine.name}`,
    `drop database ${other.name}`,
    "reassign owned by current_user to steward_databases",
    "alter table things owner to steward_databases",
    "set session_replication_role = replica",
    "alter system set fsync = off",
    "alter default privileges for role steward_databases grant all on tables to public",
  ];
  expect(await tryAs(mine, texts)).toEqual(texts.map(() => ({ rows: [], code: REFUSED })));
});

test("a project reads and writes no file and runs no program", async () => {
  const texts = [
    "copy things from program 'id'",
    "copy things to program 'cat'",
    "copy things from '/etc/passwd'",
    "copy things to '/tmp/stolen'",
    "select pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('PG_VERSION')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('PG_VERSION')",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/stolen')",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
    "load 'plpgsql'",
    "create function f() returns int language c as '/lib/x86_64-linux-gnu/libc.so.6', 'system'",
    "create function f() returns int language internal as 'pg_read_file'",
    "create tablespace mine location '/tmp'",
    "show data_directory",
    "show hba_file",
    "select * from pg_hba_file_rules",
    "select * from pg_file_settings",
  ];
  const outcomes = await tryAs(mine, texts);
  expect(outcomes.map(({ code }, at) => [texts[at], code])).toEqual(
    texts.map((text) => [text, text.startsWith("load") ? expect.stringMatching(/^(42501|58P01)$/) : REFUSED]),
  );
});

test("a project makes no language, extension, event trigger, server, schema or temporary table", async () => {
  const texts = [
    "create language plperl",
    "create extension dblink",
    "create extension postgres_fdw",
    "create extension pgcrypto",
    "create event trigger e on ddl_command_start execute function pg_catalog.tsvector_update_trigger()",
    "create foreign data wrapper f",
    "create schema mine",
    "create table public.mine (n int)",
    "create table pg_catalog.mine (n int)",
    "create temp table mine (n int)",
    "create publication mine for all tables",
    "create subscription mine connection 'dbname=steward' publication p",
    "alter function pg_catalog.now() owner to current_user",
    "create or replace function pg_catalog.now() returns timestamptz language sql as 'select null::timestamptz'",
    "alter schema data owner to current_user",
    "alter schema data rename to mine",
    "drop schema data cascade",
    "drop extension plpgsql cascade",
  ];
  const outcomes = await tryAs(mine, texts);
  expect(outcomes.map(({ code }, at) => [texts[at], code])).toEqual(
    texts.map((text) => [text, text.includes("public.") ? "3F000" : REFUSED]),
  );
});

test("a project sees no passwords, and not even which other projects, roles and sessions there are", async () => {
  const texts = [
    "select * from pg_authid",
    "select * from pg_shadow",
    "select * from pg_user_mapping",
    "select * from pg_database",
    "select * from pg_roles",
    "select * from pg_user",
    "select * from pg_stat_activity",
    "select * from pg_stat_get_activity(null)",
    "select * from pg_stat_database",
    "select * from pg_db_role_setting",
    "select * from pg_auth_members",
    "select * from pg_shdescription",
    "select * from pg_shdepend",
    "select * from pg_tablespace",
    "select * from pg_locks",
    "select * from pg_lock_status()",
    "select * from pg_prepared_xact()",
    "select pg_tablespace_databases(1663)",
    "select pg_get_userbyid(10)",
    "select pg_notification_queue_usage()",
    `select pg_database_size('${other.name}')`,
    "select pg_export_snapshot()",
    "select pg_logical_emit_message(false, 'a', 'b')",
  ];
  const outcomes = await tryAs(mine, texts);
  expect(outcomes.map(({ code }, at) => [texts[at], code])).toEqual(texts.map((text) => [text, REFUSED]));
});

test("a project takes no locks, sends no notifications and ends no sessions", async () => {
  const listener = server.admin("steward");
  await listener.query({ text: "listen words" });
  const texts = [
    "select pg_advisory_lock(7788003)",
    "select pg_try_advisory_xact_lock(i) from generate_series(1, 1000000) i",
    "select pg_notify('words', 'x')",
    "select pg_terminate_backend(1)",
    "select pg_cancel_backend(1)",
  ];
  expect((await tryAs(mine, texts)).map(({ code }) => code)).toEqual(texts.map(() => REFUSED));
  // NOTIFY itself can't be taken away: it stays in its own database.
  expect((await tryAs(mine, ["listen words", "notify words, 'x'"])).map(({ code }) => code)).toEqual([null, null]);
});

test("a function that runs with its owner's rights has the project's rights and no more", async () => {
  const texts = [
    "create function peek() returns text language plpgsql security definer as $$ begin return (select rolpassword from pg_authid limit 1); end $$",
    "select peek()",
    "create function me() returns text language sql security definer as 'select current_user::text || session_user::text'",
    "select me()",
    "alter function me() owner to steward_databases",
  ];
  const outcomes = await tryAs(mine, texts);
  expect(outcomes.map(({ code }) => code)).toEqual([null, REFUSED, null, null, REFUSED]);
  expect(outcomes[3]?.rows).toEqual([{ me: `${mine.name}${mine.name}` }]);
});

test("granting what it may not grant changes nothing, and opening its database to others doesn't work", async () => {
  await tryAs(mine, [`grant connect on database ${mine.name} to public`, `grant create on schema data to public`]);
  await expect(asRole(server.config(mine.name, other.name, other.password), ["select 1"])).rejects.toMatchObject({
    code: REFUSED,
  });
  expect(await server.projects.faults()).toEqual([]);
});

test("sessions are few: the rest of ten thousand is turned away, and Steward and others go on", async () => {
  const attempts = await Promise.all(
    Array.from({ length: 60 }, async () => await codeOf(tryAs(other, ["select pg_sleep(1)"]))),
  );
  const turnedAway = attempts.filter((code) => code === "53300").length;
  expect(turnedAway).toBeGreaterThanOrEqual(60 - 24);
  expect((await run(mine, "select 1 as one")).rows).toEqual([{ one: 1 }]);
});

describe("what takes long or much", () => {
  test("time is over for a statement, and for one that catches its cancellation", async () => {
    expect(await codeOf(run(mine, "select pg_sleep(60)", {}, 300))).toBe("sql_timeout");
    const stubborn = `do $$ begin
        loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop;
      end $$`;
    const began = performance.now();
    expect(await codeOf(run(mine, stubborn, {}, 300))).toBe("sql_timeout");
    expect(performance.now() - began).toBeLessThan(5000);
    await expect.poll(() => sessionsOf(mine.name, "active"), { timeout: 5000 }).toBe(0);
  });

  test("switching the limits off from inside changes nothing", async () => {
    await run(mine, `alter role ${mine.name} set statement_timeout = 0`);
    await run(mine, "select set_config('statement_timeout', '0', false)");
    expect(await codeOf(run(mine, "select set_config('statement_timeout', '0', false), pg_sleep(60)", {}, 300))).toBe(
      "sql_timeout",
    );
    expect(await codeOf(run(mine, "select pg_sleep(60)", {}, 300))).toBe("sql_timeout");
  });

  test("endless recursion and large sorts end at time or space", async () => {
    const endless = "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r";
    expect(await codeOf(run(mine, endless, {}, 500))).toBe("sql_timeout");
    const small = server.open({ temporaryBytesMax: 1_000_000 });
    const access = newAccess();
    await small.make(access);
    const sorted = "select i from generate_series(1, 2000000) i order by md5(i::text) limit 1 offset 1999999";
    const sort = small.use(access, { mode: "read", timeoutMs: 20_000 }, (session) => session.run(statement(sorted)));
    await expect(sort).rejects.toThrow(/space for sorting/);
    await small.drop(access.name);
  });

  test("memory is limited for one session and the server lives on", async () => {
    const greedy = "select length(string_agg(repeat('x', 1000000), '')) from generate_series(1, 900)";
    expect(await codeOf(run(mine, greedy, {}, 30_000))).toBe("sql_unavailable");
    const pieces = "select array_length(array_agg(repeat(i::text, 1000000)), 1) from generate_series(1, 5000) i";
    expect(await codeOf(run(mine, pieces, {}, 30_000))).toBe("sql_unavailable");
    expect((await run(mine, "select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(server.logs.filter((line) => /crash|not limited/.test(line))).toEqual([]);
  });

  test("a huge answer breaks the connection before it fills Steward's memory", async () => {
    const before = process.memoryUsage().rss;
    expect(await codeOf(run(mine, "select repeat('x', 80000000) as text"))).toBe("sql_too_large");
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
    expect((await run(mine, "select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

test("nothing a statement leaves in the session reaches the next one", async () => {
  const single = server.open({ limits: { eachMax: 1 } });
  const use = (text: string) =>
    single.use(mine, { mode: "write", timeoutMs: 5000 }, (session) => session.run(statement(text)));
  const [first] = (await use("select pg_backend_pid() as pid")).rows;
  for (const text of [
    "set search_path = pg_catalog",
    "set session characteristics as transaction read only",
    "set default_transaction_read_only = on",
    "set datestyle = 'German'",
    "set standard_conforming_strings = off",
    "prepare mine as select 1",
    "declare c cursor with hold for select 1",
    "listen words",
  ])
    await use(text);
  const { rows } = await use(
    `select pg_backend_pid() as pid, current_setting('search_path') as path, current_setting('DateStyle') as style,
       current_setting('transaction_read_only') as read_only, current_setting('standard_conforming_strings') as strings,
       (select count(*)::int from pg_prepared_statements) + (select count(*)::int from pg_cursors where name <> '') as left`,
  );
  expect(rows).toEqual([{ ...first, path: "data", style: "ISO, MDY", read_only: "off", strings: "on", left: 0 }]);
  await single.close();
});

test("a transaction can't be ended from inside, and what is read only stays it", async () => {
  for (const text of ["commit", "rollback", "prepare transaction 'x'", "begin; select 1", "savepoint s; select 1"])
    expect([text, await codeOf(run(mine, text))]).toEqual([text, "sql_error"]);
  const read = (text: string) =>
    server.projects.use(mine, { mode: "read", timeoutMs: 5000 }, (session) => session.run(statement(text)));
  for (const text of [
    "insert into things values (1)",
    "with w as (insert into things values (1) returning n) select n from w",
    "create table more (n int)",
    "do $$ begin perform set_config('transaction_read_only', 'off', true); insert into things values (1); end $$",
    "do $$ begin set transaction read write; insert into things values (1); end $$",
    "do $$ begin commit; insert into things values (1); end $$",
    "drop table things",
    "select nextval('s')",
  ])
    expect([text, await codeOf(read(text))]).toEqual([text, "sql_error"]);
  expect((await read("select count(*) as n from things")).rows).toEqual([{ n: "0" }]);
});

test("a role that changed its own password and settings gets its own back", async () => {
  const fresh = server.open();
  const access = newAccess();
  await fresh.make(access);
  await tryAs(access, ["alter role current_user password 'mine now'", "alter role current_user set work_mem = '1TB'"]);
  const later = server.open();
  const { rows } = await later.use(access, { mode: "read", timeoutMs: 5000 }, (session) =>
    session.run(statement("select current_setting('work_mem') as memory")),
  );
  expect(rows).toEqual([{ memory: "8MB" }]);
  await fresh.drop(access.name);
});

async function sessionsOf(name: string, state: string): Promise<number> {
  const { rows } = await server.admin("postgres").query<{ n: number }>({
    text: "select count(*) as n from pg_stat_activity where usename = $1 and state = $2",
    values: [name, state],
  });
  return rows[0]?.n ?? 0;
}
