import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeStatement } from "./sql-statement.ts";

test("what only reads is told from what writes, whatever its texts and comments say", () => {
  for (const sql of [
    "select 1",
    "  -- insert\n/* update /* nested */ delete */ SELECT 'insert; update', \"delete\", $$drop; $$, $t$ ; $t$, e'\\'; x'",
    "(select 1) union (select 2);",
    "with a as (select 1) select * from a",
    "values (1), (2)",
    "table orders",
    "explain select 1",
    "select deleted_at, updates from t; -- done",
  ])
    expect([sql, judgeStatement(sql)]).toEqual([sql, { ok: true, mode: "read" }]);
  for (const sql of [
    "insert into t values (1)",
    "With a as (delete from t returning *) select * from a",
    "explain analyze update t set n = 1",
    "create table t (n int)",
    "drop table t",
  ])
    expect([sql, judgeStatement(sql)]).toEqual([sql, { ok: true, mode: "write" }]);
});

test("what controls transactions and sessions, several statements and halves are refused", () => {
  for (const sql of [
    "",
    "  -- nothing",
    ";",
    "select 1; select 2",
    "select 1;;drop table t",
    "commit",
    "BEGIN",
    "/* x */ prepare transaction 'a'",
    "set role x",
    "copy t from stdin",
    "listen x",
    "do $$ begin end $$",
    "vacuum",
    "select 'open",
    'select "open',
    "select /* open",
    "select $a$ open $b$",
  ])
    expect([sql, judgeStatement(sql).ok]).toEqual([sql, false]);
});

test("any text is judged, and in time that grows with its length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (sql) => typeof judgeStatement(sql).ok === "boolean"),
  );
  const began = performance.now();
  for (const piece of ["'", "/*", "$a$", "$", "((", "a ", "e'\\", "--\n", '"']) judgeStatement(piece.repeat(50_000));
  expect(performance.now() - began).toBeLessThan(2000);
});
