import { z } from "zod";
import type { SqlArguments } from "../core/sql-effect.ts";
import type { EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";
import { judgeStatement } from "../core/table/sql-statement.ts";
import { anyJson } from "./any-json.ts";

const TIMEOUT_MS = 10_000;
const TIMEOUT_MS_MAX = 60_000;
const ROWS = 1000;
const ROWS_MAX = 10_000;
const VALUES_MAX = 1000;
const SQL_LENGTH_MAX = 100_000;

const Input = z.strictObject({
  values: z
    .array(anyJson(), { error: "give the values as a list" })
    .max(VALUES_MAX)
    .default([])
    .describe(
      "What $1, $2, … stand for, in order. They are bound, never pasted. A list becomes an SQL array, or JSON where the statement wants JSON; an object becomes JSON.",
    ),
  rows: z
    .int({ error: "give a whole number" })
    .min(1)
    .max(ROWS_MAX)
    .default(ROWS)
    .describe("How many rows the statement may give, at most 10000. One that gives more fails and is undone."),
});
type Input = z.output<typeof Input>;

const Deferred = z.object({
  sql: z
    .string({ error: "give the statement as text" })
    .min(1)
    .max(SQL_LENGTH_MAX)
    .describe(
      "One SQL statement, for the project's own database. It holds no expressions: what changes from run to run goes into values.",
    ),
  mode: z
    .enum(["read", "write"], { error: "use read or write" })
    .optional()
    .describe(
      "read: it runs in a transaction that can't change anything, and is repeated when nobody can tell whether it was done; write: it may change things, and ifUnknown decides. By default read for select, values, table, explain and with (unless it holds insert, update, delete or merge), else write.",
    ),
});

interface Prepared {
  readonly sql: string;
  readonly mode: "read" | "write";
  readonly timeoutMs: number;
}

/** Failures that another attempt may help with. */
const PASSING: ReadonlySet<string> = new Set(["sql_timeout", "sql_unavailable", "overloaded"]);

/** Runs one SQL statement in the project's own database, through the gate. */
export const sql: StepKind<Input, Prepared> = {
  kind: "sql",
  title: "SQL",
  summary:
    "Runs one SQL statement in the project's own database. The output is { rows, rowCount, columns }; a bigint is text, as is a numeric that JSON can't hold exactly, times are ISO 8601, bytes are base64. It is a transaction of its own: one that fails leaves nothing.",
  schema: Input,
  deferred: Deferred,
  example: {
    sql: "select name, amount from orders where state = $1 order by amount desc limit 10",
    values: ["{{ trigger.body.state }}"],
  },
  ports: () => ["out"],
  prepare(step, _compile, problem) {
    const written = Deferred.safeParse({ sql: step.input["sql"], mode: step.input["mode"] });
    const text = written.data?.sql ?? "";
    const judged = judgeStatement(text);
    if (text.includes("{{"))
      problem("input.sql", "a statement holds no expressions: write $1, $2, … and put them into values");
    else if (written.success && !judged.ok) problem("input.sql", judged.message);
    return {
      sql: text,
      mode: written.data?.mode ?? (judged.ok ? judged.mode : "read"),
      timeoutMs: Math.min(step.timeoutMs ?? TIMEOUT_MS, TIMEOUT_MS_MAX),
    };
  },
  run(input, _context, { sql: text, mode, timeoutMs }) {
    const given: SqlArguments = { sql: text, values: input.values, rows: input.rows, mode };
    const repeat = mode === "read" ? "safe" : "never";
    return { kind: "effect", effect: { action: "sql.query", arguments: given, credential: null, repeat, timeoutMs } };
  },
  conclude: (_input, outcome) => concludeSql(outcome),
};

function concludeSql(outcome: EffectOutcome): StepOutcome {
  if (outcome.kind === "done") return { kind: "output", output: outcome.result };
  const { code, message } = outcome;
  const again = outcome.kind === "failed" && PASSING.has(code);
  return { kind: "fail", error: { code, message }, retry: again ? "policy" : "never" };
}
