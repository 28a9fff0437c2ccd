import { describe, expect, test } from "vitest";

import { transactionPipelined, type DriverResult, type PipelineClient } from "./pipeline.ts";

const answer = (command: string): DriverResult => ({ command, rowCount: null, rows: [] });
const sqlError = (code: string): Error => Object.assign(new Error(`sql ${code}`), { code, severity: "ERROR" });
const reset = (): Error => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

/** A connection whose answers to begin, one statement and commit are given by hand. */
const client = (...answers: (DriverResult | Error)[]): PipelineClient => ({
  query: async () => {
    const next = answers.shift() ?? new Error("one answer too few");
    if (next instanceof Error) throw next;
    return next;
  },
});
const run = async (...answers: (DriverResult | Error)[]): Promise<unknown> =>
  await transactionPipelined(client(...answers), [{ text: "insert" }]).catch((error: unknown) => error);

describe("transactionPipelined", () => {
  test("gives the results between begin and commit", async () => {
    const insert = { command: "INSERT", rowCount: 3, rows: [{ id: 1 }] };
    expect(await run(answer("BEGIN"), insert, answer("COMMIT"))).toEqual([{ rows: [{ id: 1 }], count: 3 }]);
  });

  test("throws the statement's error although the commit is answered", async () => {
    expect(await run(answer("BEGIN"), sqlError("23505"), answer("ROLLBACK"))).toMatchObject({ code: "23505" });
  });

  test("a connection lost before any error leaves open whether the commit stands", async () => {
    expect(await run(answer("BEGIN"), answer("INSERT"), reset())).toMatchObject({
      name: "ConnectionLostError",
      committed: "unknown",
    });
    expect(await run(reset(), reset(), reset())).toMatchObject({ committed: "unknown" });
  });

  test("a connection that the server ends on a statement has committed nothing", async () => {
    expect(await run(answer("BEGIN"), sqlError("57P01"), reset())).toMatchObject({
      name: "ConnectionLostError",
      committed: "no",
    });
  });

  test("a commit that the server ends may stand", async () => {
    expect(await run(answer("BEGIN"), answer("INSERT"), sqlError("57P01"))).toMatchObject({ committed: "unknown" });
  });

  test("statements whose begin was refused may each have stood alone", async () => {
    expect(await run(sqlError("57014"), answer("INSERT"), answer("COMMIT"))).toMatchObject({ committed: "unknown" });
  });
});
