import { FlowFile } from "@steward/sdk";
import { expect, test } from "vitest";
import { compileFlow } from "../core/flow/compile-flow.ts";
import { stepKinds } from "./kinds.ts";
import { sql } from "./sql.ts";
import { concludeKind, effectOf, tryKind } from "./try-kind.testsuite.ts";
import type { StepKind } from "../core/step-kind.ts";

const kind = sql as StepKind;
const KINDS = stepKinds({ checkCode: (_language, source) => ({ source }) });
const problemsOf = (input: Record<string, unknown>): readonly (readonly [string, string])[] =>
  compileFlow(FlowFile.parse({ format: 1, name: "f", steps: [{ id: "q", kind: "sql", input }] }), KINDS).problems.map(
    ({ field, message }) => [field, message] as const,
  );

test("the statement stands as it was written, and values are bound beside it", () => {
  const scope = { trigger: { body: { name: "x'); drop table t; --", more: ["{{ 1 + 1 }}"] } } };
  const input = {
    sql: "select * from t where a = $1 and b = any($2)",
    values: ["{{ trigger.body.name }}", "{{ trigger.body.more }}"],
  };
  expect(effectOf(tryKind(kind, input, scope))).toEqual({
    action: "sql.query",
    arguments: { sql: input.sql, values: ["x'); drop table t; --", ["{{ 1 + 1 }}"]], rows: 1000, mode: "read" },
    credential: null,
    repeat: "safe",
    timeoutMs: 10_000,
  });
});

test("what writes is not repeated blindly, and its mode may be said", () => {
  expect(effectOf(tryKind(kind, { sql: "delete from t" }))).toMatchObject({
    repeat: "never",
    arguments: { mode: "write" },
  });
  expect(effectOf(tryKind(kind, { sql: "select f()", mode: "write" }))).toMatchObject({ repeat: "never" });
  expect(effectOf(tryKind(kind, { sql: "select 1" }, {}, { timeoutMs: 500_000 })).timeoutMs).toBe(60_000);
});

test("an expression in the statement is refused at publish, as is what is no single statement", () => {
  expect(problemsOf({ sql: "select * from {{ trigger.body.table }}" })).toEqual([
    ["steps[0].input.sql", "a statement holds no expressions: write $1, $2, … and put them into values"],
  ]);
  for (const text of ["", "select 1; select 2", "commit", 7]) expect(problemsOf({ sql: text })).toHaveLength(1);
  expect(problemsOf({ sql: "select 1", mode: "{{ trigger.body.mode }}" })).toHaveLength(1);
  expect(problemsOf({ sql: "select 1", values: { a: 1 } })).toHaveLength(1);
  expect(problemsOf({ sql: "select $1", values: ["{{ trigger.body.x }}"] })).toEqual([]);
});

test("what was undone for want of time or place may be tried again, what is wrong is not", () => {
  const retryOf = (code: string, outcome: "failed" | "refused" | "unknown" = "failed") =>
    concludeKind(kind, { sql: "select 1" }, { kind: outcome, code, message: "m" });
  expect(retryOf("sql_unavailable")).toMatchObject({ kind: "fail", retry: "policy" });
  expect(retryOf("sql_error")).toMatchObject({ kind: "fail", retry: "never" });
  expect(retryOf("sql_unknown", "unknown")).toMatchObject({ kind: "fail", retry: "never" });
  const result = { rows: [{ a: 1 }], rowCount: 1, columns: [{ name: "a", type: "integer" }] };
  expect(concludeKind(kind, { sql: "select 1" }, { kind: "done", result })).toEqual({ kind: "output", output: result });
});
