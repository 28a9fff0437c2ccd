import { afterEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";

let engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
  engines = [];
});
async function engine(...options: Parameters<typeof testEngine>): Promise<TestEngine> {
  const one = await testEngine(...options);
  engines.push(one);
  return one;
}

test("the flow of the contract runs to its reply", async () => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "order",
    steps: [
      {
        id: "shape",
        kind: "set",
        input: { name: "{{ trigger.body.name }}", n: "{{ trigger.body.n + 1 }}" },
        next: ["big"],
      },
      {
        id: "big",
        kind: "branch",
        input: { cases: [{ port: "yes", when: "{{ steps.shape.n > 10 }}" }] },
        next: { yes: ["mark"], else: ["mark"] },
      },
      {
        id: "mark",
        kind: "set",
        input: { n: "{{ steps.shape.n }}", label: "{{ steps.shape.name.toUpperCase() }}" },
        next: ["calc"],
      },
      {
        id: "calc",
        kind: "code",
        input: {
          language: "js",
          source: "export default ({ steps }) => ({ total: steps.mark.n * 2, label: steps.mark.label })",
        },
        next: ["out"],
      },
      { id: "out", kind: "reply", input: { status: 200, body: "{{ steps.calc }}" } },
    ],
  });
  const { settled, run } = await it.run(version, { id: "1", name: "ada", n: 42 });
  expect(it.logs).toEqual([]);
  expect(settled).toMatchObject({ status: "completed", output: { total: 86, label: "ADA" }, reply: { status: 200 } });
  const steps = await it.engine.listSteps(it.scope, run, 0, 100, null);
  expect(steps?.items.map((step) => [step.step, step.status])).toEqual([
    ["shape", "done"],
    ["big", "done"],
    ["mark", "done"],
    ["calc", "done"],
    ["out", "done"],
  ]);
});

test("loops give ordered results and a while goes on until its condition fails", async () => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "loops",
    steps: [
      {
        id: "all",
        kind: "each",
        input: { items: "{{ trigger.body }}", parallel: 3 },
        steps: [{ id: "twice", kind: "set", input: { value: "{{ item * 2 }}", at: "{{ index }}" } }],
        next: ["count"],
      },
      {
        id: "count",
        kind: "while",
        input: { when: "{{ index < 4 }}" },
        steps: [{ id: "one", kind: "set", input: { n: "{{ (item?.n ?? 0) + 1 }}" } }],
        next: ["out"],
      },
      { id: "out", kind: "set", input: { all: "{{ steps.all.map(x => x.value) }}", last: "{{ steps.count[3].n }}" } },
    ],
  });
  const { settled } = await it.run(version, [1, 2, 3, 4, 5]);
  expect(it.logs).toEqual([]);
  expect(settled).toMatchObject({ status: "completed", output: { all: [2, 4, 6, 8, 10], last: 4 } });
});

test("a wait is released and comes back when it is due", async () => {
  const it = await engine({ start: false });
  const version = it.flow({
    format: 1,
    name: "wait",
    steps: [
      { id: "nap", kind: "wait", input: { seconds: 3600 }, next: ["out"] },
      { id: "out", kind: "set", input: { ok: true } },
    ],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  await it.tick();
  expect((await it.engine.readRun(it.scope, run))?.row.status).toBe("waiting");
  expect(it.parts.live.size).toBe(0);
  it.clock.advance(3_601_000);
  await it.lease.beat();
  const end = it.engine.waitForEnd(it.scope, run, 10_000);
  await it.tick();
  expect(await end).toMatchObject({ status: "completed", output: { ok: true } });
});

test("a sub-flow's output comes back, and its failure fails the step", async () => {
  const it = await engine();
  it.flow({
    format: 1,
    name: "child",
    steps: [
      { id: "sum", kind: "set", input: { s: "{{ trigger.body.a + trigger.body.b }}" }, next: ["check"] },
      {
        id: "check",
        kind: "branch",
        input: { cases: [{ port: "bad", when: "{{ steps.sum.s > 10 }}" }] },
        next: { bad: ["stop"], else: ["fine"] },
      },
      { id: "stop", kind: "fail", input: { message: "too large" } },
      { id: "fine", kind: "set", input: { s: "{{ steps.sum.s }}" } },
    ],
  });
  const version = it.flow({
    format: 1,
    name: "parent",
    steps: [{ id: "call", kind: "flow", input: { flow: "child", input: "{{ trigger.body }}" } }],
  });
  expect((await it.run(version, { a: 1, b: 2 })).settled).toMatchObject({ status: "completed", output: { s: 3 } });
  expect((await it.run(version, { a: 10, b: 2 })).settled).toMatchObject({
    status: "failed",
    error: { code: "flow_failed", step: "call" },
  });
  expect(it.logs).toEqual([]);
});

test("an event wakes its run, a cancel stops it, and a finished run refuses both", async () => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "event",
    steps: [
      { id: "go", kind: "wait", input: { event: "go" }, next: ["out"] },
      { id: "out", kind: "set", input: { got: "{{ steps.go.x }}" } },
    ],
  });
  const start = () => it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  const first = await start();
  const end = it.engine.waitForEnd(it.scope, first.run, 10_000);
  await it.engine.sendEvent(it.scope, first.run, "go", { x: 7 }, "ann");
  expect(await end).toMatchObject({ status: "completed", output: { got: 7 } });
  const second = await start();
  const cancelled = it.engine.waitForEnd(it.scope, second.run, 10_000);
  await it.engine.cancelRun(it.scope, second.run, "ann");
  expect(await cancelled).toMatchObject({ status: "cancelled" });
  await expect(it.engine.cancelRun(it.scope, second.run, "ann")).rejects.toMatchObject({ code: "run_finished" });
  expect(it.logs).toEqual([]);
});

test("a failed run starts its error flow", async () => {
  const it = await engine();
  it.flow({
    format: 1,
    name: "on-error",
    triggers: [{ id: "failed", kind: "error" }],
    steps: [{ id: "note", kind: "set", input: { text: "{{ trigger.body.flow }}: {{ trigger.body.error.message }}" } }],
  });
  const version = it.flow({
    format: 1,
    name: "breaks",
    errorFlow: "on-error",
    steps: [{ id: "stop", kind: "fail", input: { message: "no" } }],
  });
  const { settled, run } = await it.run(version);
  expect(settled).toMatchObject({ status: "failed", error: { step: "stop" } });
  const { rows } = await it.db.admin.query<{ id: string }>({
    text: "select id from steward.runs where parent = $1",
    values: [run],
  });
  expect(rows).toHaveLength(1);
  expect(await it.engine.waitForEnd(it.scope, rows[0]!.id, 10_000)).toMatchObject({
    status: "completed",
    output: { text: "breaks: no" },
  });
});

test("a large value lies in the blob store and is there after the run is taken up again", async () => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "large",
    steps: [
      { id: "big", kind: "set", input: { text: "{{ 'x'.repeat(200000) }}" }, next: ["go"] },
      { id: "go", kind: "wait", input: { event: "go" }, next: ["out"] },
      { id: "out", kind: "set", input: { length: "{{ steps.big.text.length }}" } },
    ],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  const end = it.engine.waitForEnd(it.scope, run, 10_000);
  await it.engine.sendEvent(it.scope, run, "go", null, "ann");
  expect(await end).toMatchObject({ status: "completed", output: { length: 200_000 } });
  const { rows } = await it.db.admin.query<{ bytes: number }>({
    text: "select sum(length(body))::bigint as bytes from steward.segments where run = $1",
    values: [run],
  });
  expect(rows[0]!.bytes).toBeLessThan(5000);
  expect(it.logs).toEqual([]);
});

test("a retry keeps what ended well before the chosen step", async () => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "retry",
    steps: [
      { id: "a", kind: "set", input: { at: "{{ run.id }}" }, next: ["b"] },
      { id: "b", kind: "set", input: { from: "{{ steps.a.at }}", own: "{{ run.id }}" } },
    ],
  });
  const first = await it.run(version);
  const again = await it.engine.retryRun(it.scope, first.run, "b", "ann");
  const settled = await it.engine.waitForEnd(it.scope, again, 10_000);
  expect(settled).toMatchObject({ status: "completed" });
  const output = settled?.output as { from: string; own: string };
  expect(output.from).toBe((first.settled?.output as { own: string }).own);
  expect(output.own).not.toBe(output.from);
  const steps = await it.engine.listSteps(it.scope, again, 0, 10, null);
  expect(steps?.items.map((step) => [step.step, step.copied])).toEqual([
    ["a", true],
    ["b", false],
  ]);
});
