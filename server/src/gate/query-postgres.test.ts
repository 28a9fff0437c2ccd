import { describe, expect, test } from "vitest";
import { postgres } from "../connectors/postgres/connector.ts";
import type { JsonObject } from "../core/json.ts";
import type { FreshSecrets, ReadySecret } from "../core/ports/connections.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { PostgresAnswer, PostgresQuery } from "../core/ports/postgres-client.ts";
import { callOf, connection, connections, openGate, type RecordedCall } from "./gate.testsuite.ts";
import { uuidOf } from "./policy.testsuite.ts";
import { queryPostgres } from "./query-postgres.ts";

const PASSWORD = "canary-of-a-password";
const READY: ReadySecret = {
  kind: "ready",
  mark: "m",
  connector: "postgres",
  authentication: "basic",
  header: null,
  query: null,
  basic: { user: "ann", password: PASSWORD },
  scopes: [],
  hosts: ["db.example.com"],
  address: "postgres://db.example.com:6543/shop",
  forms: [PASSWORD],
};
const DONE: PostgresAnswer = {
  kind: "answer",
  answer: { rows: [{ id: "7" }], rowCount: 1, columns: [{ name: "id", type: "bigint" }] },
};

/** A gate with one connection to a database that answers as it is told. */
function open(
  answer: PostgresAnswer = DONE,
  {
    secret = READY,
    actions = ["postgres.*"],
  }: { secret?: Awaited<ReturnType<FreshSecrets["freshSecret"]>>; actions?: string[] } = {},
) {
  const queries: PostgresQuery[] = [];
  const client = {
    query: async (query: PostgresQuery) => {
      queries.push(query);
      return answer;
    },
    abortAll: () => undefined,
    close: async () => undefined,
  };
  const secrets = { freshSecret: async () => secret };
  const row = { slug: "shop", connector: "postgres", authentication: "basic", hosts: ["db.example.com"] } as const;
  const { gate } = openGate({
    connections: connections([connection(row)]),
    inForce: {
      grants: [
        { connection: uuidOf("connection", 0), form: { to: "project", connection: "shop", lines: [{ actions }] } },
      ],
    },
    actions: queryPostgres({ connector: postgres, client, secrets }),
  });
  return { gate, queries };
}

function call(name: string, given: JsonObject, change: Partial<EffectCall> = {}): RecordedCall {
  const action = `postgres.${name}` as const;
  const effect = { action, connection: "shop", arguments: given, repeat: "never" } as const;
  return callOf({ url: "" }, effect, { written: { action, connection: "shop", arguments: given }, ...change });
}

test("a statement goes to the connection's own database, as its user, and its rows come back", async () => {
  const { gate, queries } = open();
  const asked = call("query", { sql: "select $1::int as id", values: [7] });
  const { outcome, audit } = await gate.perform(asked);
  expect(outcome).toEqual({
    kind: "done",
    result: { rows: [{ id: "7" }], rowCount: 1, columns: [{ name: "id", type: "bigint" }] },
  });
  expect(queries).toMatchObject([
    {
      server: { host: "db.example.com", port: 6543, database: "shop" },
      user: "ann",
      password: PASSWORD,
      statement: { text: "select $1::int as id", values: [7], rowsMax: 1000 },
      mode: "read",
    },
  ]);
  const written = JSON.stringify([asked.intents, audit]);
  expect(written).toContain('"host":"db.example.com"');
  expect(written).not.toMatch(/canary|select|ann\b/);
});

test.each<[string, string, boolean]>([
  ["query", "select 1", true],
  ["query", "with a as (select 1) select * from a", true],
  ["query", "insert into a values (1)", false],
  ["query", "with a as (delete from b returning 1) select * from a", false],
  ["execute", "insert into a values (1)", true],
  ["execute", "select writes()", true],
  ["execute", "delete from a", false],
  ["execute", "alter table a drop column b", false],
  ["execute", "truncate a", false],
  ["delete", "delete from a", true],
  ["delete", "drop table a", true],
  ["query", "select 1; select 2", false],
  ["delete", "set role postgres", false],
  ["delete", "copy a to program 'x'", false],
])("postgres.%s runs %j: %s", async (name, sql, runs) => {
  const { gate, queries } = open();
  const { outcome } = await gate.perform(call(name, { sql }));
  expect(outcome).toMatchObject(runs ? { kind: "done" } : { kind: "refused", code: "sql_not_allowed" });
  expect(queries.map(({ mode }) => mode)).toEqual(runs ? [name === "query" ? "read" : "write"] : []);
});

describe("nothing is asked", () => {
  test.each<[string, () => Promise<unknown>, string]>([
    [
      "without a grant",
      () =>
        open(DONE, { actions: ["postgres.query"] }).gate.perform(call("execute", { sql: "insert into a values (1)" })),
      "not_granted",
    ],
    ["with arguments that are none", () => open().gate.perform(call("query", { sql: 7 })), "arguments_invalid"],
    [
      "with fields that there are not",
      () => open().gate.perform(call("query", { sql: "select 1", user: "bob" })),
      "arguments_invalid",
    ],
    [
      "where the secret is over",
      () =>
        open(DONE, { secret: { kind: "refused", code: "reauth_required", message: "connect it again" } }).gate.perform(
          call("query", { sql: "select 1" }),
        ),
      "reauth_required",
    ],
    [
      "at what is no address",
      () =>
        open(DONE, { secret: { ...READY, address: "postgres://db.example.com" } }).gate.perform(
          call("query", { sql: "select 1" }),
        ),
      "url_invalid",
    ],
    [
      "without a password",
      () => open(DONE, { secret: { ...READY, basic: null } }).gate.perform(call("query", { sql: "select 1" })),
      "not_available",
    ],
  ])("%s", async (_what, perform, code) => {
    expect(await perform()).toMatchObject({ outcome: { kind: "refused", code } });
  });
});

test("in a tainted run the statement has to be the flow's own words", async () => {
  const { gate, queries } = open();
  const given = { sql: "select 1" };
  expect((await gate.perform(call("query", given, { tainted: true }))).outcome.kind).toBe("done");
  const made = { action: "postgres.query", connection: "shop", arguments: { sql: "{{ steps.mail.text }}" } };
  await expect(gate.perform(call("query", given, { tainted: true, written: made }))).rejects.toThrow(
    "held for approval",
  );
  expect(queries).toHaveLength(1);
});

test.each<[PostgresAnswer, string]>([
  [{ kind: "failed", code: "sql_error", message: "no such table" }, "failed"],
  [{ kind: "failed", code: "connect", message: "nobody there" }, "failed"],
  [{ kind: "refused", code: "sql_sign_in", message: "no" }, "refused"],
  [{ kind: "unknown", code: "sql_unknown", message: "lost in the commit" }, "unknown"],
])("%j is told as it is", async (answer, kind) => {
  const { outcome } = await open(answer).gate.perform(call("query", { sql: "select 1" }));
  expect(outcome).toMatchObject({ kind, code: "code" in answer ? answer.code : "" });
});

test("a database that gives the password back has it struck, wherever it stands", async () => {
  const rows = [{ [`a ${PASSWORD}`]: [{ b: `x${PASSWORD}` }], c: Buffer.from(PASSWORD).toString("base64") }];
  const answers: PostgresAnswer[] = [
    { kind: "answer", answer: { rows, rowCount: 1, columns: [{ name: PASSWORD, type: "text" }] } },
    { kind: "failed", code: "sql_error", message: `what is ${PASSWORD}?` },
  ];
  for (const answer of answers) {
    const { outcome } = await open(answer).gate.perform(call("query", { sql: "select 1" }));
    const text = JSON.stringify(outcome);
    expect(text).toContain("[redacted]");
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(Buffer.from(PASSWORD).toString("base64"));
  }
});
