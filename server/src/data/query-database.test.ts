/** The action `sql.query` of the gate on real databases. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Json } from "../core/json.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import { GRANTED, performPlainly, PLAIN_CALL } from "../core/ports/gate.testsuite.ts";
import type { SqlArguments } from "../core/sql-effect.ts";
import { createGate } from "../gate/create-gate.ts";
import { inForce } from "../gate/policy.testsuite.ts";
import { queryDatabase } from "../gate/query-database.ts";
import { dataWorld, type DataWorld } from "./data.testsuite.ts";
import type { TableCaller } from "./table-parts.ts";

let world: DataWorld;
let by: TableCaller;
let other: TableCaller;
beforeAll(async () => {
  world = await dataWorld();
  by = await world.project();
  other = await world.project();
});
afterAll(() => world.stop());

type Given = Partial<SqlArguments> & { readonly sql: string };

function gate(log: (message: string) => void = () => undefined) {
  return createGate({
    egress: {
      request: () => Promise.reject(new Error("nothing goes out")),
      abortAll: () => undefined,
      close: () => Promise.resolve(),
    } as never,
    findCredential: () => Promise.resolve(null),
    ...inForce(world.clock),
    keysOf: ({ organization, project }) => world.keyring.project(organization, project),
    clock: world.clock,
    log,
    actions: { "sql.query": queryDatabase({ databases: world.parts.databases, log }) },
  });
}

async function ask(given: Given, more: Partial<EffectCall> = {}, who = by) {
  const intents: AuditEntry[] = [];
  const args = { values: [], rows: 1000, mode: "write", ...given } as SqlArguments;
  const { outcome, audit } = await performPlainly(gate(), {
    ...who.scope,
    run: "run_x",
    flow: "f",
    version: 1,
    step: "q",
    path: [],
    attempt: 1,
    effect: { action: "sql.query", arguments: args, credential: null, repeat: "never", timeoutMs: 5000 },
    ...PLAIN_CALL,
    signal: new AbortController().signal,
    intend: async (intent) => {
      intents.push(...intent.audit);
      return GRANTED;
    },
    mayProceed: () => true,
    ...more,
  });
  return { outcome, audit, intents };
}
const resultOf = async (sql: string, values: readonly Json[] = []) => {
  const { outcome } = await ask({ sql, values });
  return outcome.kind === "done" ? outcome.result : outcome;
};
const codeOf = async (given: Given, more: Partial<EffectCall> = {}) => {
  const { outcome } = await ask(given, more);
  return outcome.kind === "done" ? "done" : `${outcome.kind} ${outcome.code}`;
};

test("values of every type come back as JSON that says the same", async () => {
  const { rows, columns } =
    (await resultOf(`select 9007199254740993::bigint as big, 1::int as small, 12.50::numeric as exact,
      0.10000000000000000001::numeric as precise, 'NaN'::float8 as nan, 1.5::float8 as float, true as yes, null::int as none,
      '2026-11-21'::date as day, '2026-11-21 12:30:00.5+02'::timestamptz as at, '2026-11-21 12:30:00'::timestamp as local,
      '\\xdeadbeef'::bytea as bytes, '{"a":[1,"x"]}'::jsonb as doc, array['a','b "c"',null,'NULL','']::text[] as list,
      array[1,2]::int[] as numbers, array[[1],[2]]::int[] as nested, '1 day'::interval as span, 'x' as "__proto__"`)) as unknown as {
      rows: Record<string, Json>[];
      columns: { name: string; type: string }[];
    };
  expect(JSON.parse(JSON.stringify(rows[0]))).toEqual(
    JSON.parse(`{ "big": "9007199254740993", "small": 1, "exact": 12.5, "precise": "0.10000000000000000001", "nan": "NaN",
      "float": 1.5, "yes": true, "none": null, "day": "2026-11-21", "at": "2026-11-21T10:30:00.500Z",
      "local": "2026-11-21T12:30:00", "bytes": "3q2+7w==", "doc": { "a": [1, "x"] }, "list": ["a", "b \\"c\\"", null, "NULL", ""],
      "numbers": [1, 2], "nested": "{{1},{2}}", "span": "P1D", "__proto__": "x" }`),
  );
  expect(columns.slice(0, 3)).toEqual([
    { name: "big", type: "bigint" },
    { name: "small", type: "integer" },
    { name: "exact", type: "numeric" },
  ]);
});

test("values are bound by what the statement makes of them, and never become SQL", async () => {
  await resultOf("create table things (name text, tags jsonb, n integer)");
  const evil = "x'); drop table things; --";
  expect(await resultOf("insert into things values ($1, $2, $3)", [evil, ["a", { b: 1 }], 3])).toMatchObject({
    rows: [],
    rowCount: 1,
  });
  expect(await resultOf("select * from things where name = any($1) and n = $2", [[evil, "y"], 3])).toMatchObject({
    rows: [{ name: evil, tags: ["a", { b: 1 }], n: 3 }],
    rowCount: 1,
  });
  expect(await resultOf("update things set n = n + 1")).toMatchObject({ rowCount: 1, rows: [], columns: [] });
  expect(await codeOf({ sql: "select $1::int", values: [] })).toBe("failed sql_values");
  expect(await codeOf({ sql: "select 1", values: [1] })).toBe("failed sql_values");
  expect(await codeOf({ sql: "select $1::int[]", values: [1] })).toBe("failed sql_values");
  expect(await codeOf({ sql: "select $1::text", values: ["\0"] })).toBe("failed sql_values");
  expect(await codeOf({ sql: "select $1::int", values: ["x"] })).toBe("failed sql_error");
});

test("more rows, bytes or time than allowed fail and are undone", async () => {
  await resultOf("create table much (n integer)");
  const rows = "insert into much select generate_series(1, 11) returning n";
  expect(await codeOf({ sql: rows, rows: 10 })).toBe("failed sql_too_many_rows");
  expect(await codeOf({ sql: "select generate_series(1, 1000000000)", rows: 10 })).toBe("failed sql_too_many_rows");
  const bytes = "with w as (insert into much values (1) returning n) select repeat('x', 6000000) from w";
  expect(await codeOf({ sql: bytes })).toBe("failed sql_too_large");
  expect(await resultOf("select count(*) as n from much")).toMatchObject({ rows: [{ n: "0" }] });
  expect(await codeOf({ sql: "select n from generate_series(1, 10) n", rows: 10 })).toBe("done");
});

test("a statement that reads changes nothing, and says what to do", async () => {
  const { outcome } = await ask({ sql: "insert into much values (1)", mode: "read" });
  expect(outcome).toMatchObject({
    kind: "failed",
    code: "sql_error",
    message: expect.stringContaining('"mode": "write"') as string,
  });
  expect(await codeOf({ sql: "commit" })).toBe("refused sql_not_allowed");
});

test("what a flow names is its own project's, whatever another has by that name", async () => {
  await resultOf("create table mine as select 'first' as text");
  const { outcome } = await ask({ sql: "select * from mine" }, {}, other);
  expect(outcome).toMatchObject({ kind: "failed", code: "sql_error" });
});

test("a cancelled run begins nothing, and one cancelled on its way leaves nothing", async () => {
  expect(await codeOf({ sql: "insert into much values (7)" }, { mayProceed: () => false })).toBe("refused cancelled");
  const stop = new AbortController();
  const slow = ask(
    { sql: "with w as (insert into much values (8) returning n) select pg_sleep(20), n from w" },
    { signal: stop.signal },
  );
  await new Promise((done) => setImmediate(done));
  await expect.poll(() => world.server.projects.faults()).toEqual([]); // a round trip later
  stop.abort();
  expect((await slow).outcome).toMatchObject({ kind: expect.stringMatching(/failed|refused/) as string });
  expect(await resultOf("select n from much")).toMatchObject({ rows: [] });
});

test("the audit has counts and codes, nothing of statement, values and rows", async () => {
  const { audit, intents } = await ask({ sql: "select 'secret' as x, $1::text as y", values: ["secret"] });
  expect([...intents, ...audit].map(({ action, facts }) => [action, facts])).toMatchObject([
    ["effect.intent", { effect: "sql.query", host: null, mode: "write", values: 1 }],
    ["effect.outcome", { outcome: "done", rows: 1 }],
  ]);
  expect(JSON.stringify([...intents, ...audit])).not.toMatch(/secret|select/);
});
