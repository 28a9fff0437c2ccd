import { array, assert, asyncProperty, constantFrom, integer } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { freshDatabase, type FreshDatabase } from "../../../test/database.ts";
import {
  isConnectionLost,
  isContention,
  isTimedOut,
  isUniqueViolation,
  type SqlValue,
  type Statement,
} from "../../core/ports/database.ts";
import { checkRole, checkServer, refusalOf } from "./check-server.ts";
import { openPool, type Pool } from "./pool.ts";

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase();
  pool = database.pool();
  await pool.query({
    text: "create table item (id int primary key, note text, constraint short check (length(note) < 10))",
  });
});
afterAll(async () => await database.drop());

const own = { max: 1, applicationName: "x", log: () => undefined };
const role = (suffix: string): string => `${database.name}_${suffix}`;
const one = async (text: string, ...values: SqlValue[]): Promise<unknown> => {
  const { rows } = await pool.query({ text: `select ${text} as x`, values });
  return rows[0]?.["x"];
};
const itemIds = async (): Promise<unknown> =>
  (await pool.query({ text: "select id from item order by id" })).rows.map((row) => row["id"]);
const insert = (id: number, note = ""): { name: string; text: string; values: SqlValue[] } => ({
  name: "item.insert",
  text: "insert into item values ($1, $2) returning id",
  values: [id, note],
});

describe("values", () => {
  test("int8 is a number, and one that no number holds throws", async () => {
    expect(await one("$1::int8", 2 ** 53 - 1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(await one("array[1, null, 3]::int8[]")).toEqual([1, null, 3]);
    await expect(one("9007199254740993::int8")).rejects.toThrow(/no safe integer/);
    expect(await one("(select count(*) from generate_series(1, 5))")).toBe(5);
  });

  test("a time written as a Date is read as the same epoch millisecond, in every session zone", async () => {
    const time = integer({ min: Date.UTC(1000), max: Date.UTC(9999) });
    const zone = constantFrom("UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/Amsterdam", "Pacific/Apia");
    await assert(
      asyncProperty(array(time, { minLength: 1, maxLength: 50 }), zone, async (times, name) => {
        const [, read] = await pool.pipeline([
          { text: "select set_config('timezone', $1, true)", values: [name] },
          {
            text: "select array_agg(t order by at) as x from unnest($1::timestamptz[]) with ordinality as u (t, at)",
            values: [times.map((ms) => new Date(ms))],
          },
        ]);
        expect(read.rows[0]?.["x"]).toEqual(times);
      }),
      { numRuns: 30 },
    );
    expect(await one("'infinity'::timestamptz")).toBe(Number.POSITIVE_INFINITY);
    expect(await one("'2026-11-21 10:00:00.123999+00'::timestamptz")).toBe(Date.UTC(2026, 10, 21, 10, 0, 0, 123));
  });

  test("bytes, uuid, date, json and text come as promised", async () => {
    expect(await one("$1::bytea", Buffer.from([0, 255, 92]))).toEqual(Buffer.from([0, 255, 92]));
    expect(await one("$1::uuid", "00000000-0000-7000-8000-000000000000")).toBe("00000000-0000-7000-8000-000000000000");
    expect(await one("date '2026-03-29'")).toBe("2026-03-29");
    expect(await one("$1::jsonb", '{"a":[1]}')).toEqual({ a: [1] });
    expect(await one("$1::text[]", ["a,b", 'q"', null])).toEqual(["a,b", 'q"', null]);
  });

  test("what the database can't take is a bug, found before anything is sent", async () => {
    const bad: Statement = {
      text: "select $1",
      // @ts-expect-error an object is no parameter
      values: [{}],
    };
    await expect(pool.query(bad)).rejects.toThrow(/none the database can take/);
    await expect(pool.pipeline([insert(900), bad])).rejects.toThrow(/none the database can take/);
    await expect(pool.pipeline([insert(900), { ...insert(901), text: "select 1" }])).rejects.toThrow(/two texts/);
    expect(await itemIds()).not.toContain(900);
  });
});

describe("pipeline", () => {
  test("commits all statements and gives each one's rows", async () => {
    const [first, second] = await pool.pipeline([insert(1), { text: "update item set note = 'x' where id = 1" }]);
    expect(first).toEqual({ rows: [{ id: 1 }], count: 1 });
    expect(second).toEqual({ rows: [], count: 1 });
  });

  test("a failing statement undoes all, its own error is thrown, and the connection stays good", async () => {
    const before = await itemIds();
    for (let round = 0; round < 20; round += 1) {
      const error: unknown = await pool.pipeline([insert(2), insert(1), insert(3)]).catch((reason: unknown) => reason);
      expect(isUniqueViolation(error, "item_pkey")).toBe(true);
      expect(isUniqueViolation(error, "other")).toBe(false);
    }
    expect(await itemIds()).toEqual(before);
    expect(pool.open).toBeLessThanOrEqual(4);
  });

  test("settings of one pipeline don't reach the next", async () => {
    const scope = { text: "select current_setting('app.project', true) as x" };
    const [, inside] = await pool.pipeline([{ text: "select set_config('app.project', 'p', true)" }, scope]);
    expect(inside.rows).toEqual([{ x: "p" }]);
    for (let n = 0; n < 8; n += 1) expect((await pool.query(scope)).rows[0]?.["x"] ?? "").toBe("");
  });

  test("a connection ended by the server is told apart from a refused statement, nothing stays, and the pool recovers", async () => {
    const kill = { text: "select pg_terminate_backend(pg_backend_pid())" };
    const error: unknown = await pool.pipeline([insert(50), kill]).catch((reason: unknown) => reason);
    expect(isConnectionLost(error)).toBe(true);
    expect(await itemIds()).not.toContain(50);
  });
});

describe("transaction", () => {
  test("commits what its callback did and gives its value", async () => {
    const value = await pool.transaction(async (tx) => (await tx.query(insert(10))).rows);
    expect(value).toEqual([{ id: 10 }]);
    expect(await itemIds()).toContain(10);
  });

  test("rolls back on any throw and throws it on", async () => {
    const thrown = new Error("mine");
    const run = pool.transaction(async (tx) => {
      await tx.query(insert(11));
      throw thrown;
    });
    await expect(run).rejects.toBe(thrown);
    expect(await itemIds()).not.toContain(11);
  });

  test("fails when a statement failed, also when the callback swallowed it", async () => {
    const run = pool.transaction(async (tx) => {
      await tx.query(insert(12));
      await tx.query(insert(10)).catch(() => undefined);
    });
    await expect(run).rejects.toThrow(/rolled back/);
    expect(await itemIds()).not.toContain(12);
  });

  test("can't be used after its end", async () => {
    const tx = await pool.transaction(async (inner) => inner);
    await expect(tx.query({ text: "select 1" })).rejects.toThrow(/only while its callback runs/);
  });

  test("a connection left inside a transaction doesn't come back", async () => {
    const small = openPool({ connection: database.admin, max: 1, applicationName: "x", log: () => undefined });
    await small.query({ text: "begin; set app.project = 'leak'" });
    expect((await small.query({ text: "select current_setting('app.project', true) as x" })).rows).toEqual([
      { x: null },
    ]);
    await small.close();
  });

  test("a deadlock is contention for one and a commit for the other", async () => {
    const meet = Promise.withResolvers<void>();
    let arrived = 0;
    const lockBoth = async (first: number, second: number): Promise<void> =>
      await pool.transaction(async (tx) => {
        await tx.query({ text: "update item set note = 'd' where id = $1", values: [first] });
        if ((arrived += 1) === 2) meet.resolve();
        await meet.promise;
        await tx.query({ text: "update item set note = 'd' where id = $1", values: [second] });
      });
    const results = await Promise.allSettled([lockBoth(1, 10), lockBoth(10, 1)]);
    const lost = results.filter((result) => result.status === "rejected");
    expect(lost).toHaveLength(1);
    expect(isContention(lost[0]?.reason)).toBe(true);
  });
});

describe("limits", () => {
  test("a statement beyond its time is cancelled", async () => {
    const hasty = openPool({
      connection: database.admin,
      max: 1,
      applicationName: "x",
      log: () => undefined,
      statementMsMax: 20,
    });
    const error: unknown = await hasty.query({ text: "select pg_sleep(5)" }).catch((reason: unknown) => reason);
    expect(isTimedOut(error)).toBe(true);
    await hasty.close();
  });

  test("callers beyond the queue's limit are refused at once", async () => {
    const narrow = openPool({
      connection: database.admin,
      max: 1,
      waitingMax: 2,
      applicationName: "x",
      log: () => undefined,
    });
    const calls = Array.from({ length: 5 }, async () => await narrow.query({ text: "select 1" }));
    const results = await Promise.allSettled(calls);
    expect(results.map((result) => result.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    expect(results[3]).toMatchObject({ reason: { code: "overloaded" } });
    await narrow.close();
  });
});

describe("DATABASE_URL", () => {
  test("a server that isn't there is refused with what to do and without the password", async () => {
    const absent = openPool({
      url: "postgres://me:s3cret@127.0.0.1:1/x",
      max: 1,
      applicationName: "x",
      log: () => undefined,
    });
    const error: unknown = await checkServer(absent).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "start_refused" });
    expect(String(error)).toMatch(/DATABASE_URL.*ECONNREFUSED.*Check/);
    expect(String(error)).not.toContain("s3cret");
    await absent.close();
  });

  test("a wrong password is refused the same way", async () => {
    const wrong = openPool({
      connection: { ...database.admin, password: "no" },
      max: 1,
      applicationName: "x",
      log: () => undefined,
    });
    await expect(checkServer(wrong)).rejects.toMatchObject({ code: "start_refused" });
    await wrong.close();
  });

  test("our own server passes", async () => {
    await expect(checkServer(pool)).resolves.toBeUndefined();
  });

  test("another encoding is refused", async () => {
    const latin = `${database.name}_latin`;
    await pool.query({
      text: `create database ${latin} encoding 'LATIN1' locale_provider libc locale 'C' template template0`,
    });
    const there = openPool({ ...own, connection: { ...database.admin, database: latin } });
    await expect(checkServer(there)).rejects.toThrow(/LATIN1.*UTF8/);
    await there.close();
    await pool.query({ text: `drop database ${latin}` });
  });

  test("15 is new enough, 14 isn't", () => {
    expect(refusalOf({ version: 150_000, shown: "15.0", encoding: "UTF8" })).toBeNull();
    expect(refusalOf({ version: 140_011, shown: "14.11", encoding: "UTF8" })).toMatch(
      /PostgreSQL 14.11; Steward needs 15/,
    );
  });
});

const makeRole = async (suffix: string, attributes = ""): Promise<Pool> => {
  await pool.query({
    text: `create role "${role(suffix)}" login ${attributes} password '${database.server.password(role(suffix))}'`,
  });
  return database.pool(role(suffix));
};

describe("checkRole", () => {
  afterAll(async () => {
    await pool.query({ text: `drop owned by "${role("Owner")}"` });
    for (const suffix of ["plain", "bypass", "member", "Owner"])
      await pool.query({ text: `drop role if exists "${role(suffix)}"` });
  });

  test("an ordinary role passes", async () => {
    await expect(checkRole(await makeRole("plain"), "ROLES")).resolves.toBeUndefined();
  });

  test("a superuser, BYPASSRLS, membership in such a role and ownership of tables are refused with the SQL that helps", async () => {
    await expect(checkRole(pool, "ROLES")).rejects.toThrow(/postgres is a superuser.*\nROLES$/);
    await expect(checkRole(await makeRole("bypass", "bypassrls"), "ROLES")).rejects.toThrow(/has BYPASSRLS/);
    await expect(checkRole(await makeRole("member", `in role "${role("bypass")}"`), "ROLES")).rejects.toThrow(
      /belongs to .*_bypass, which has BYPASSRLS/,
    );
    const owner = await makeRole("Owner");
    await checkRole(owner, "ROLES");
    await pool.query({ text: `create table owned (); alter table owned owner to "${role("Owner")}"` });
    await expect(checkRole(owner, "ROLES")).rejects.toThrow(/owns tables/);
  });
});
