import { afterEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import type { CodeOutcome, CodeProgram } from "../core/ports/code-runner.ts";

let engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
  engines = [];
});

const flowOf = (input: object) => ({
  format: 1 as const,
  name: "code",
  steps: [
    { id: "calc", kind: "code", input: { language: "python", source: "def main(input):\n  return 1", ...input } },
  ],
});

test("code without hosts goes to the runner as it was published, and is no effect", async () => {
  const ran: (CodeProgram & { readonly input: string })[] = [];
  const it = await testEngine({
    code: (pool) => ({
      run: async (program, input): Promise<CodeOutcome> => {
        ran.push({ ...program, input });
        return { ok: true, output: { n: 1 }, logs: [] };
      },
      close: () => pool.close(),
    }),
  });
  engines.push(it);
  const { settled } = await it.run(it.flow(flowOf({})), { a: 1 });
  expect(settled).toMatchObject({ status: "completed", output: { n: 1 } });
  expect(ran).toMatchObject([{ runtime: "python", source: "def main(input):\n  return 1" }]);
  expect(JSON.parse(ran[0]!.input)).toMatchObject({ trigger: { body: { a: 1 } } });
});

test("where there is no jail the step fails and is not tried again", async () => {
  let tries = 0;
  const it = await testEngine({
    code: (pool) => ({
      run: async (): Promise<CodeOutcome> => {
        tries++;
        return { ok: false, reason: "unavailable", message: "The jail needs bubblewrap." };
      },
      close: () => pool.close(),
    }),
  });
  engines.push(it);
  const flow = flowOf({});
  const again = { ...flow, steps: flow.steps.map((step) => ({ ...step, retry: { times: 3 } })) };
  const { settled } = await it.run(it.flow(again));
  expect(settled).toMatchObject({
    status: "failed",
    error: { code: "code_unavailable", message: expect.stringContaining("bubblewrap") as string },
  });
  expect(tries).toBe(1);
});

test("R5: code with hosts of which nobody knows how it ended stands in doubt, unless it is safe to run again", async () => {
  const calls: EffectCall[] = [];
  const gate: Gate = {
    async perform(call) {
      await call.intend({ audit: [], reservations: [] });
      calls.push(call);
      const unknown = { kind: "unknown", code: "code_timeout", message: "it took too long" } as const;
      const done = { kind: "done", result: { output: "second" } } as const;
      return { outcome: calls.length === 2 ? done : unknown, audit: [], settle: [], usage: null };
    },
  };
  const it = await testEngine({ gate });
  engines.push(it);
  const safe = flowOf({ hosts: ["api.test"], repeat: "safe" });
  const again = { ...safe, steps: safe.steps.map((step) => ({ ...step, retry: { times: 1 } })) };
  const asks = it.flow(flowOf({ hosts: ["api.test"] }), "asks");
  const repeats = it.flow(again, "repeats");
  expect((await it.run(repeats)).settled).toMatchObject({ status: "completed", output: "second" });
  expect(calls.map(({ effect }) => [effect.action, effect.repeat])).toEqual([
    ["code.run", "safe"],
    ["code.run", "safe"],
  ]);
  const { run } = await it.engine.startRun({ scope: it.scope, version: asks, trigger: "manual", input: {} }, null, 0);
  await expect.poll(async () => (await it.engine.readRun(it.scope, run))?.row.status).toBe("in_doubt");
  expect(calls).toHaveLength(3);
});
