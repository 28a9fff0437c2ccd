import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProjectServer } from "../core/ports/project-databases.ts";
import { findProjectDatabase, moveProjectDatabase } from "../store/project-databases.ts";
import { queryInScope, type Scope } from "../store/scope.ts";
import { dataWorld, type DataWorld } from "./data.testsuite.ts";
import type { ProjectDatabases } from "./project-databases.ts";

let world: DataWorld;
beforeAll(async () => {
  world = await dataWorld();
});
afterAll(() => world.stop());

const one = (databases: ProjectDatabases, scope: Scope, text = "select 1 as one", mode: "read" | "write" = "write") =>
  databases.use(scope, { mode, timeoutMs: 10_000 }, (session) => session.query({ text }));

async function onServer(pattern: string): Promise<{ databases: number; roles: number }> {
  const { rows } = await world.server.admin("postgres").query<{ databases: number; roles: number }>({
    text: `select (select count(*) from pg_database where datname like $1) as databases,
      (select count(*) from pg_roles where rolname like $1) as roles`,
    values: [pattern],
  });
  return rows[0]!;
}

async function actsOf(scope: Scope): Promise<readonly string[]> {
  const rows = await queryInScope<{ action: string }>(world.database, scope, {
    text: `select e->>'action' as action from steward.audit_batches b, json_array_elements(b.entries::json) e
      where organization = $1 order by b.seq`,
    values: [scope.organization],
  });
  return rows.map((row) => row.action);
}

test("a project has no database until it needs one, and then one of an opaque name", async () => {
  const { scope } = await world.project();
  const databases = world.process();
  expect(await databases.useIfThere(scope, { mode: "read", timeoutMs: 1000 }, () => Promise.resolve(1))).toBeNull();
  expect(await databases.measure(scope)).toBeNull();
  await one(databases, scope);
  const row = await findProjectDatabase(world.database, scope);
  expect(row).toMatchObject({ state: "ready", name: expect.stringMatching(/^project_[0-9a-z]{26}$/) as string });
  expect(row?.name).not.toContain(scope.project.replaceAll("-", "").slice(0, 8));
  expect(row?.password.toString("latin1")).not.toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(await actsOf(scope)).toEqual(["database.created"]);
});

test("of many first uses, in several processes, one makes the database (D1)", async () => {
  const { scope } = await world.project();
  const servers = [world.server.open(), world.server.open(), world.server.open()];
  const results = await Promise.all(
    servers.flatMap((server) => {
      const databases = world.process({}, server);
      return Array.from({ length: 4 }, () => one(databases, scope));
    }),
  );
  expect(results.map(({ rows }) => rows)).toEqual(Array.from({ length: 12 }, () => [{ one: 1 }]));
  const row = await findProjectDatabase(world.database, scope);
  expect(await onServer(row!.name)).toEqual({ databases: 1, roles: 1 });
  expect((await actsOf(scope)).filter((action) => action === "database.created")).toHaveLength(1);
  await Promise.all(servers.map((server) => server.close()));
});

test("one that was half made when its maker died is finished by the next use (D2)", async () => {
  for (const step of ["before", "after"] as const) {
    const { scope } = await world.project();
    const dying: ProjectServer = {
      ...world.server.projects,
      async make(access) {
        if (step === "after") await world.server.projects.make(access);
        throw new Error("killed");
      },
    };
    await expect(one(world.process({}, dying), scope)).rejects.toThrow("killed");
    expect((await findProjectDatabase(world.database, scope))?.state).toBe("making");
    expect((await one(world.process(), scope)).rows).toEqual([{ one: 1 }]);
  }
});

test("dropping leaves nothing: no database, no role, no row; and again does nothing", async () => {
  const { scope } = await world.project();
  const databases = world.process();
  await one(databases, scope, "create table things (n int)");
  const { name } = (await findProjectDatabase(world.database, scope))!;
  const other = world.process({}, world.server.open());
  const held = other.use(scope, { mode: "write", timeoutMs: 20_000 }, (session) =>
    session.query({ text: "select pg_sleep(10)" }),
  );
  held.catch(() => undefined);
  await expect.poll(() => world.server.projects.measure(name).then((size) => size?.connections)).toBe(2);
  expect(await databases.drop(scope)).toBe(true);
  await expect(held).rejects.toThrow(/connection/);
  expect(await onServer(name)).toEqual({ databases: 0, roles: 0 });
  expect(await findProjectDatabase(world.database, scope)).toBeNull();
  expect(await databases.drop(scope)).toBe(false);
  expect(await actsOf(scope)).toEqual(["database.created", "database.dropped"]);
});

test("a drop that was interrupted is finished by the next, without the project's keys", async () => {
  const { scope } = await world.project();
  await one(world.process(), scope);
  await moveProjectDatabase(world.database, scope, [["ready"], "dropping"]);
  await expect(one(world.process(), scope)).rejects.toMatchObject({ code: "conflict" });
  const keyless = world.process({ keysOf: () => Promise.reject(new Error("shredded")) });
  const page = await keyless.list({ after: null, limit: 100 });
  expect(page.filter((row) => row.project === scope.project)).toMatchObject([{ ...scope, state: "dropping" }]);
  expect(await keyless.drop(scope)).toBe(true);
  expect(await keyless.drop(scope)).toBe(false);
});

test("a full database takes nothing more until something is deleted from it", async () => {
  const { scope } = await world.project();
  const databases = world.process({ bytesMax: 9_000_000 });
  await one(databases, scope, "create table things as select repeat('x', 100) as text from generate_series(1, 30000)");
  expect((await databases.measure(scope))!.bytes).toBeGreaterThan(9_000_000);
  await expect(one(databases, scope, "insert into things values ('y')")).rejects.toMatchObject({
    code: "quota_exceeded",
  });
  expect((await one(databases, scope, "select count(*) as n from things", "read")).rows).toEqual([{ n: 30_000 }]);
  await databases.use(scope, { mode: "write", timeoutMs: 5000, shrinks: true }, (session) =>
    session.query({ text: "drop table things" }),
  );
  expect((await databases.measure(scope))!.bytes).toBeLessThan(9_000_000);
  await one(databases, scope, "create table things (n int)");
});

test("projects that outnumber the connections take turns", async () => {
  const server = world.server.open({ limits: { totalMax: 3, eachMax: 2 } });
  const databases = world.process({}, server);
  const scopes = await Promise.all(Array.from({ length: 6 }, async () => (await world.project()).scope));
  const results = await Promise.all(
    scopes.flatMap((scope) => [1, 2, 3].map(() => one(databases, scope, "select current_database() as name"))),
  );
  expect(new Set(results.map(({ rows }) => rows[0]?.["name"])).size).toBe(6);
  await server.close();
});
