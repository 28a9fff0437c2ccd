import { afterEach, describe, expect, it, vi } from "vitest";
import type { CodeLimits, CodeRunner } from "../../core/ports/code-runner.ts";
import { createCodePool, type CodePoolOptions } from "./code-pool.ts";

const LIMITS: CodeLimits = { timeoutMs: 3000, memoryBytes: 32_000_000, outputBytesMax: 1_000_000 };
const DOUBLE = "export default ({ n }) => n * 2";
/** Neither asks whether to stop: one works inside a built-in, the other collects garbage all the time. */
const NATIVE_LOOP = "export default () => new Array(1e8).join('ab').length";
const GARBAGE_LOOP =
  "export default () => { const all = []; for (;;) try { all.push(new Uint8Array(1000)); } catch {} }";
const FOREVER = "export default () => { for (;;); }";

const pools: CodeRunner[] = [];
function pool(
  options: CodePoolOptions = {},
): (
  source: string,
  input?: unknown,
  limits?: Partial<CodeLimits>,
  signal?: AbortSignal,
) => ReturnType<CodeRunner["run"]> {
  const runner = createCodePool({ threadsMax: 1, ...options });
  pools.push(runner);
  const never = new AbortController().signal;
  return (source, input = {}, limits = {}, signal = never) =>
    runner.run({ key: `p:${source}`, source }, JSON.stringify(input), { ...LIMITS, ...limits }, signal);
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((runner) => runner.close()));
});

describe("the pool of code threads", () => {
  it("runs many steps at once, each with its own result", async () => {
    const run = pool({ threadsMax: 2 });
    const outcomes = await Promise.all(Array.from({ length: 500 }, (_, n) => run(DOUBLE, { n })));
    expect(outcomes).toEqual(outcomes.map((_, n) => ({ ok: true, output: n * 2, logs: [] })));
  });

  it.each([
    ["a loop inside a built-in", NATIVE_LOOP],
    ["endless garbage collection", GARBAGE_LOOP],
  ])("ends a thread lost in %s and loses no other run (C2)", async (_, source) => {
    const run = pool();
    const before = Array.from({ length: 5 }, (__, n) => run(DOUBLE, { n }));
    const lost = run(source, {}, { timeoutMs: 200, memoryBytes: source === NATIVE_LOOP ? 900_000_000 : 16_000_000 });
    const behind = Array.from({ length: 60 }, (__, n) => run(DOUBLE, { n }));
    const startMs = performance.now();
    expect(await lost).toMatchObject({ ok: false, reason: "timeout" });
    expect(performance.now() - startMs).toBeLessThan(1500);
    expect(await Promise.all([...before, ...behind])).toEqual(
      [...before, ...behind].map((__, i) => ({ ok: true, output: (i < 5 ? i : i - 5) * 2, logs: [] })),
    );
  });

  it("runs behind a long one go to another thread", async () => {
    const run = pool({ threadsMax: 2 });
    await run(DOUBLE, { n: 1 });
    const abort = new AbortController();
    const long = run(FOREVER, {}, { timeoutMs: 20_000 }, abort.signal);
    const short = await Promise.all(Array.from({ length: 40 }, (_, n) => run(DOUBLE, { n })));
    expect(short.every(({ ok }) => ok)).toBe(true);
    abort.abort();
    expect(await long).toMatchObject({ ok: false, reason: "cancelled" });
  });

  it("an aborted signal cancels a running, a waiting and a future run", async () => {
    const run = pool();
    await run(DOUBLE, { n: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = run(FOREVER, {}, { timeoutMs: 20_000 }, first.signal);
    const waiting = run(DOUBLE, { n: 1 }, {}, second.signal);
    second.abort();
    expect(await waiting).toMatchObject({ ok: false, reason: "cancelled" });
    first.abort();
    expect(await running).toMatchObject({ ok: false, reason: "cancelled" });
    expect(await run(DOUBLE, { n: 1 }, {}, first.signal)).toMatchObject({ ok: false, reason: "cancelled" });
    expect(await run(DOUBLE, { n: 4 })).toEqual({ ok: true, output: 8, logs: [] });
  });

  it("a cancelled run that can't stop itself loses its thread, and the next run has a new one", async () => {
    const run = pool();
    await run(DOUBLE, { n: 1 });
    const abort = new AbortController();
    const stuck = run(NATIVE_LOOP, {}, { timeoutMs: 20_000, memoryBytes: 900_000_000 }, abort.signal);
    const next = run(DOUBLE, { n: 4 });
    abort.abort();
    expect(await stuck).toMatchObject({ ok: false, reason: "cancelled" });
    expect(await next).toEqual({ ok: true, output: 8, logs: [] });
  });

  it("refuses what is above its bound, and accepts again afterwards", async () => {
    const run = pool({ openMax: 10 });
    const outcomes = await Promise.all(Array.from({ length: 15 }, (_, n) => run(DOUBLE, { n })));
    expect(outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.reason))).toEqual([
      ...Array.from({ length: 10 }, () => "ok"),
      ...Array.from({ length: 5 }, () => "overloaded"),
    ]);
    expect(await run(DOUBLE, { n: 4 })).toEqual({ ok: true, output: 8, logs: [] });
  });

  it("C3: projects take turns, so that one with many long runs keeps no other waiting for all of them", async () => {
    const runner = createCodePool({ threadsMax: 1 });
    pools.push(runner);
    const signal = new AbortController().signal;
    const ended: string[] = [];
    const run = async (project: string, source: string): Promise<void> => {
      const { ok } = await runner.run({ key: `${project}:${source}`, source }, '{"n":1}', LIMITS, signal);
      ended.push(`${project} ${ok}`);
    };
    const long = "export default () => { const end = Date.now() + 400; while (Date.now() < end); return 1 }";
    await run("warm", DOUBLE);
    const flood = Array.from({ length: 9 }, () => run("many", long));
    await vi.waitFor(() => expect(ended.length).toBeGreaterThan(1));
    const many = (): number => ended.filter((one) => one.startsWith("many")).length;
    const atFirst = many();
    const few = [run("few", DOUBLE), run("other", DOUBLE), run("few", DOUBLE)];
    await Promise.all(few);
    // The one that ran, the one whose turn it was, and one between the two of "few".
    expect(many() - atFirst).toBeLessThanOrEqual(3);
    await Promise.all(flood);
    expect(ended.filter((one) => one.endsWith("true"))).toHaveLength(13);
  });

  it("a project above its own bound is refused, and the others are not", async () => {
    const runner = createCodePool({ threadsMax: 1, openMax: 20, projectOpenMax: 8 });
    pools.push(runner);
    const signal = new AbortController().signal;
    const run = (project: string) => runner.run({ key: `${project}:x`, source: DOUBLE }, '{"n":1}', LIMITS, signal);
    const many = Array.from({ length: 12 }, () => run("many"));
    const other = await run("other");
    const outcomes = await Promise.all(many);
    expect(other).toMatchObject({ ok: true });
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(8);
    expect(outcomes.at(-1)).toMatchObject({
      reason: "overloaded",
      message: expect.stringContaining("of this project") as unknown,
    });
    expect(await run("many")).toMatchObject({ ok: true });
  });

  it("a run that waits too long for its turn is told so, and one that has begun is not", async () => {
    let nowMs = 0;
    const runner = createCodePool({ threadsMax: 1, waitMsMax: 30_000, monotonicMs: () => nowMs });
    pools.push(runner);
    const abort = new AbortController();
    const run = (source: string, timeoutMs: number) =>
      runner.run({ key: `p:${source}`, source }, '{"n":1}', { ...LIMITS, timeoutMs }, abort.signal);
    await run(DOUBLE, 1000);
    const begun = run(FOREVER, 600_000);
    await vi.waitFor(() => expect(runner.stats().open).toBe(1));
    const waiting = run(DOUBLE, 1000);
    nowMs += 29_000;
    const late = run(DOUBLE, 1000);
    nowMs += 2000;
    expect(await waiting).toMatchObject({
      reason: "overloaded",
      message: expect.stringContaining("waited 30 s") as unknown,
    });
    expect(runner.stats().open).toBe(2);
    abort.abort();
    expect([await begun, await late]).toMatchObject([{ reason: "cancelled" }, { reason: "cancelled" }]);
  });

  it("close settles everything as cancelled and may be repeated", async () => {
    const runner = createCodePool({ threadsMax: 1 });
    const signal = new AbortController().signal;
    const open = [FOREVER, DOUBLE, DOUBLE].map((source) => runner.run({ key: source, source }, "{}", LIMITS, signal));
    await Promise.all([runner.close(), runner.close()]);
    for (const outcome of await Promise.all(open)) expect(outcome).toMatchObject({ ok: false, reason: "cancelled" });
    expect(await runner.run({ key: "k", source: DOUBLE }, "{}", LIMITS, signal)).toMatchObject({ reason: "cancelled" });
  });

  it("starts nothing before the first run, ends threads that were idle, and starts them again", async () => {
    let nowMs = 0;
    const runner = createCodePool({ threadsMax: 1, idleMs: 1, monotonicMs: () => nowMs });
    pools.push(runner);
    const signal = new AbortController().signal;
    const run = (n: number) => runner.run({ key: "p:double", source: DOUBLE }, JSON.stringify({ n }), LIMITS, signal);
    expect(runner.stats()).toEqual({ threads: 0, open: 0 });
    expect(await run(1)).toMatchObject({ output: 2 });
    expect(runner.stats()).toEqual({ threads: 1, open: 0 });
    nowMs += 10_000;
    await vi.waitFor(() => expect(runner.stats().threads).toBe(0));
    expect(await run(2)).toMatchObject({ output: 4 });
  });

  it("limits hold in the thread as they do in the engine", async () => {
    const run = pool();
    const sources = [
      "export default () => { const f = () => f() + 1; return f(); }",
      "export default () => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a); }",
    ];
    for (const source of sources) {
      expect(await run(source)).toMatchObject({
        ok: false,
        reason: "threw",
        message: expect.stringContaining("RangeError"),
      });
    }
    expect(await run("export default () => new Uint8Array(1 << 30).length")).toMatchObject({ reason: "memory" });
    expect(await run("export default () => console.log('a') ?? JSON.parse('{\"__proto__\":{\"a\":1}}')")).toEqual({
      ok: true,
      output: JSON.parse('{"__proto__":{"a":1}}'),
      logs: ["a"],
    });
  });
});
