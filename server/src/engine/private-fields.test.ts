import { afterEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";

let it: TestEngine;
afterEach(() => it.close());

const CANARY = "canary-4f1c";

test("a private field is there for later steps, also after the run was let go, shown to nobody, and gone with the end", async () => {
  it = await testEngine();
  const version = it.flow({
    format: 1,
    name: "private",
    steps: [
      {
        id: "secret",
        kind: "set",
        input: { token: `{{ '${CANARY.slice(0, 3)}' + '${CANARY.slice(3)}' }}`, open: 1 },
        private: ["input.token", "output.token"],
        next: ["go"],
      },
      { id: "go", kind: "wait", input: { event: "go" }, next: ["use"] },
      { id: "use", kind: "set", input: { length: "{{ steps.secret.token.length }}", open: "{{ steps.secret.open }}" } },
    ],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  const steps = await it.engine.listSteps(it.scope, run, 0, 10, "secret");
  expect(steps?.items[0]).toMatchObject({ input: { token: null, open: 1 } });
  expect(JSON.stringify(steps)).not.toContain(CANARY);
  const count = async (): Promise<number> => {
    const { rows } = await it.db.admin.query<{ count: number }>({
      text: "select count(*) as count from steward.private_values",
    });
    return rows[0]!.count;
  };
  expect(await count()).toBe(1);
  const end = it.engine.waitForEnd(it.scope, run, 10_000);
  await it.engine.sendEvent(it.scope, run, "go", null, "ann");
  expect(await end).toMatchObject({ status: "completed", output: { length: CANARY.length, open: 1 } });
  expect(await count()).toBe(0);
  expect(it.logs).toEqual([]);
});

test("a private output that is the run's result is not stored as the run's output", async () => {
  it = await testEngine();
  const version = it.flow({
    format: 1,
    name: "result",
    steps: [{ id: "only", kind: "set", input: { token: CANARY, open: 1 }, private: ["input.token", "output.token"] }],
  });
  const { run, settled } = await it.run(version);
  expect(settled?.output).toEqual({ token: CANARY, open: 1 }); // who called gets it
  expect((await it.engine.readRun(it.scope, run))?.output).toEqual({ token: null, open: 1 });
});
