/** The actions `postgres.query`, `postgres.execute` and `postgres.delete`: one statement on a database of the project's own. */
import type { Connector } from "@steward/sdk";
import { invariant } from "../core/invariant.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { FreshSecrets } from "../core/ports/connections.ts";
import type { PostgresAnswer, PostgresClient } from "../core/ports/postgres-client.ts";
import { parsePostgresUrl } from "../core/postgres-url.ts";
import { classOfStatement } from "../core/table/sql-statement.ts";
import type { ActionPerformer, Actions, Check, EffectEnd, EffectRefusal, Matter } from "./action.ts";
import { endedAs } from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import { actOf, type Given, givenTo, hostOf, openWay, usableWith } from "./own-protocol.ts";
import { createEchoSlices } from "./redact-echo.ts";
import { redactJson } from "./redact-json.ts";

/** Of an answer as it comes over the wire. */
const ANSWER_BYTES_MAX = 5_000_000;

export interface QueryPostgresParts {
  readonly connector: Connector;
  readonly client: PostgresClient;
  readonly secrets: FreshSecrets;
}

interface Input {
  readonly sql: string;
  readonly values: readonly Json[];
  readonly rows: number;
}

type StatementClass = "read" | "write" | "delete";
type Subject = Given<Input>;

/** What each may do by its words; beyond them the database's role is the boundary, and of reads the transaction. */
const MAY: Readonly<Record<string, ReadonlySet<StatementClass>>> = {
  query: new Set(["read"]),
  execute: new Set(["read", "write"]),
  delete: new Set(["read", "write", "delete"]),
};

/** One performer for each action of the connector. */
export function queryPostgres(parts: QueryPostgresParts): Actions {
  const { id, actions } = parts.connector;
  return Object.fromEntries(Object.keys(actions).map((name) => [`${id}.${name}`, performer(parts, name)]));
}

function performer(parts: QueryPostgresParts, name: string): ActionPerformer<Subject> {
  const action = parts.connector.actions[name];
  const may = MAY[name];
  invariant(action !== undefined && may !== undefined, `there is nothing to say of the statements of ${name}`);
  return {
    gather: (call) => givenTo<Input>(action, call),
    act: (given, call) => actOf(action, given, call),
    usable: usableWith(parts.connector),
    checks: checks(name, may),
    facts: (_given, connection) => ({ host: hostOf(connection) }),
    intentFacts: (given) => ({ values: given.ok ? given.input.values.length : 0 }),
    perform: (matter) => perform(parts, action.class === "read" ? "read" : "write", matter),
  };
}

function checks(name: string, may: ReadonlySet<StatementClass>): readonly Check<Subject>[] {
  const judge = ({ subject }: Matter<Subject>): EffectRefusal | null => {
    const judged = classOfStatement(subject.ok ? subject.input.sql : "");
    if (!judged.ok) return { code: "sql_not_allowed", message: `this statement is not run: ${judged.message}` };
    if (may.has(judged.class)) return null;
    const other = judged.class === "delete" ? "postgres.delete" : "postgres.execute";
    return { code: "sql_not_allowed", message: `postgres.${name} runs no such statement: use ${other}` };
  };
  return [{ name: "statement_allowed", judge }];
}

async function perform(
  { client, secrets }: QueryPostgresParts,
  mode: "read" | "write",
  matter: Matter<Subject>,
): Promise<EffectEnd> {
  const { call, subject } = matter;
  invariant(subject.ok, "arguments that can't be read were refused");
  const way = await openWay(secrets, matter);
  if ("end" in way) return way.end;
  const server = parsePostgresUrl(way.address);
  if (server === null) return endedAs("refused", { code: "url_invalid", message: "the connection's address is none" });
  const { sql: text, values, rows: rowsMax } = subject.input;
  const answer = await client.query({
    server,
    user: way.user,
    password: way.password,
    statement: { text, values, rowsMax, bytesMax: ANSWER_BYTES_MAX },
    mode,
    timeoutMs: call.effect.timeoutMs,
    signal: call.signal,
    beforeFirstByte: () => judgeCancelled(call) === null,
    partition: call.project,
  });
  return await endOf(answer, way.secret.forms);
}

/** What the answer means to the step (R5), with nothing in it that gives the password away. */
async function endOf(answer: PostgresAnswer, forms: readonly string[]): Promise<EffectEnd> {
  const slices = createEchoSlices(forms);
  if (answer.kind === "answer") {
    const { rows, rowCount, columns } = answer.answer;
    const whole: JsonObject = { rows: [...rows], rowCount, columns: columns.map(({ name, type }) => ({ name, type })) };
    return { outcome: { kind: "done", result: await redactJson(whole, slices) }, facts: { rows: rowCount } };
  }
  const message = await redactJson(answer.message, slices);
  const refusal: EffectRefusal = { code: answer.code, message: typeof message === "string" ? message : "" };
  return endedAs(answer.kind, refusal);
}
