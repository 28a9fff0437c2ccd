import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { CodeLimits } from "../../core/ports/code-runner.ts";
import { EVAL_SCRIPT, GuestMachine, STACK_TOP } from "./guest-machine.ts";
import type { GuestResult } from "./guest-result.ts";
import { captureImage, captureOverlay, flattenImage, restoreImage } from "./memory-image.ts";
import { Sandbox } from "./sandbox.ts";

const wasm = readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"));
const module = await WebAssembly.compile(wasm);
const LIMITS: CodeLimits = { timeoutMs: 2000, memoryBytes: 32_000_000, outputBytesMax: 1_000_000 };

function harness(bounds = { countMax: 100, bytesMax: 64_000_000 }) {
  const time = { wallMs: 1_000_000, draws: 0 };
  const ports = {
    clockMs: () => time.wallMs,
    monotonicMs: () => performance.now(),
    entropy: (bytes: Uint8Array) => {
      bytes.fill(++time.draws % 251);
    },
  };
  const sandbox = new Sandbox(module, ports, bounds);
  const run = (source: string, input: unknown = {}, limits = LIMITS, isCancelled = () => false): GuestResult =>
    sandbox.run({ key: `project:${source}`, source }, JSON.stringify(input), limits, isCancelled);
  const text = (source: string, input: unknown = {}): string | undefined => {
    const result = run(source, input);
    if (!result.ok) throw new Error(`${result.reason}: ${result.message}`);
    return result.output;
  };
  const value = (source: string, input: unknown = {}): unknown => {
    const output = text(source, input);
    return output === undefined ? undefined : JSON.parse(output);
  };
  const refusal = (source: string, limits: Partial<CodeLimits> = {}) => {
    const result = run(source, {}, { ...LIMITS, ...limits });
    if (result.ok) throw new Error(`it returned ${result.output}`);
    return result;
  };
  return { sandbox, run, text, value, refusal, time };
}

/** A step that reports what it sees of the state of the engine and then dirties all of it. */
const POLLUTER = `
let count = 0;
const cache = new Map();
const shared = { list: [] };
const closure = (() => { let n = 0; return () => ++n; })();
let late = "untouched";
const pattern = /a/g;
const later = Promise.resolve();
export default ({ mode }) => {
  const seen = {
    count: ++count, cache: cache.size, list: shared.list.length, closure: closure(), late,
    lastIndex: pattern.lastIndex, added: typeof globalThis.added, proto: ({}).polluted ?? null,
    map: [1].map((x) => x)[0], parse: JSON.parse("1"), then: typeof Promise.prototype.then,
    random: Math.random.name, log: typeof console.log, date: new Date(0).getTime(), global: typeof Array,
    trace: typeof Error.prepareStackTrace,
    own: Object.getOwnPropertyNames(globalThis).length,
  };
  cache.set("k", 1);
  shared.list.push("secret");
  pattern.test("a");
  globalThis.added = "secret";
  Object.prototype.polluted = "secret";
  Array.prototype.map = () => ["changed"];
  later.then(() => { late = "touched"; });
  if (mode !== "gentle") {
    JSON.parse = () => 7;
    JSON.stringify = () => '"forged"';
    Promise.prototype.then = undefined;
    Math.random = () => 4;
    console.log = undefined;
    globalThis.Date = function () { return { getTime: () => -1 }; };
    Error.prepareStackTrace = () => "secret";
    delete globalThis.Array;
  }
  if (mode === "throw") throw seen;
  if (mode === "loop") for (;;);
  if (mode === "fill") { const all = []; for (;;) all.push(new Uint8Array(1e6)); }
  if (mode === "grow") new Uint8Array(9e6).fill(255);
  if (mode === "wait") return new Promise(() => {});
  return seen;
};`;

describe("a fresh state for every run (Q1)", () => {
  it.each(["gentle", "harsh", "throw", "loop", "fill", "grow", "wait"])(
    "a run sees nothing of a %s run before it",
    (mode) => {
      const { run, value } = harness();
      const first = value(POLLUTER, { mode: "gentle" });
      for (let i = 0; i < 3; i++) {
        run(POLLUTER, { mode }, { ...LIMITS, timeoutMs: mode === "loop" ? 20 : 2000 });
        expect(value(POLLUTER, { mode: "gentle" })).toEqual(first);
      }
      expect(first).toMatchObject({
        count: 1,
        closure: 1,
        cache: 0,
        list: 0,
        added: "undefined",
        proto: null,
        late: "untouched",
      });
    },
  );

  it("a program sees nothing of another program's run", () => {
    const { run, value } = harness();
    const probe =
      "export default () => [typeof globalThis.added, ({}).polluted ?? null, JSON.parse('1'), [1].map((x) => x)]";
    run(POLLUTER, { mode: "harsh" });
    expect(value(probe)).toEqual(["undefined", null, 1, [1]]);
  });

  it("a restored memory equals its image in every byte", () => {
    const host = { clockMs: () => 0, interrupted: () => false, entropy: (bytes: Uint8Array) => void bytes.fill(1) };
    const machine = new GuestMachine(module, host);
    machine.boot(1_000_000);
    const base = captureImage(machine.bytes);
    const baseFlat = flattenImage(base);
    machine.evaluate("var kept = 'x'.repeat(5000)", "a.js", EVAL_SCRIPT);
    const overlay = captureOverlay(machine.bytes, baseFlat);
    const before = Buffer.alloc(overlay.memoryBytes);
    restoreImage(before, base, overlay);
    for (const script of [
      "kept = Array.from({ length: 2000 }, String)",
      "Object.prototype.x = 1",
      "(function f(n) { if (n) f(n - 1) })(200)",
    ]) {
      machine.evaluate(script, "b.js", EVAL_SCRIPT);
      expect(machine.bytes.equals(before)).toBe(false);
      restoreImage(machine.bytes, base, overlay);
      expect(machine.bytes.equals(before)).toBe(true);
    }
    restoreImage(machine.bytes, base);
    expect(machine.bytes.equals(baseFlat)).toBe(true);
  });

  it("an image of a memory that grew is restored in every byte", () => {
    const host = { clockMs: () => 0, interrupted: () => false, entropy: (bytes: Uint8Array) => void bytes.fill(1) };
    const machine = new GuestMachine(module, host);
    machine.boot(1_000_000);
    const base = captureImage(machine.bytes);
    machine.evaluate("var kept = new Uint8Array(5_000_000); kept[4_999_999] = 7", "a.js", EVAL_SCRIPT);
    const overlay = captureOverlay(machine.bytes, flattenImage(base));
    expect(overlay.memoryBytes).toBeGreaterThan(base.memoryBytes);
    const other = new GuestMachine(module, host, overlay.memoryBytes);
    other.bytes.fill(0xff);
    restoreImage(other.bytes, base, overlay);
    machine.bytes.fill(0, 0, STACK_TOP);
    expect(other.bytes.equals(machine.bytes)).toBe(true);
    expect(other.isException(other.evaluate("if (kept[4_999_999] !== 7) throw 1", "b.js", EVAL_SCRIPT))).toBe(false);
  });

  it("a top level that reads the clock or a random number is evaluated for each run (Q2)", () => {
    const { sandbox, value, time } = harness();
    const source = "const at = Date.now(); export default () => [at, Date.now()]";
    expect(value(source)).toEqual([1_000_000, 1_000_000]);
    time.wallMs += 5000;
    expect(value(source)).toEqual([1_005_000, 1_005_000]);
    const drawn = "const n = Math.random(); export default () => n";
    expect(value(drawn)).not.toBe(value(drawn));
    expect(sandbox.images.size.count).toBe(0);
  });

  it("a warm program reads the present time and draws new random numbers", () => {
    const { sandbox, text, time } = harness();
    const source = "export default () => [Date.now(), Math.random(), Math.random()]";
    const first: number[] = JSON.parse(text(source) ?? "");
    time.wallMs += 1000;
    const second: number[] = JSON.parse(text(source) ?? "");
    expect(second[0]! - first[0]!).toBe(1000);
    expect(new Set([...first.slice(1), ...second.slice(1)]).size).toBe(4);
    expect(sandbox.images.size.count).toBe(1);
  });

  it("what the top level logged is in the logs of each run", () => {
    const { run } = harness();
    const source = "console.log('top'); export default () => { console.warn('call', { a: 1 }); }";
    for (let i = 0; i < 2; i++) expect(run(source)).toMatchObject({ ok: true, logs: '["top","call {\\"a\\":1}"]' });
  });

  it("keeps images within their bounds, the least recently used dropped first", () => {
    const { sandbox, value } = harness({ countMax: 3, bytesMax: 64_000_000 });
    for (let i = 0; i < 10; i++) expect(value(`export default () => ${i}`)).toBe(i);
    expect(sandbox.images.size.count).toBe(3);
    const tight = harness({ countMax: 100, bytesMax: 300_000 });
    for (let i = 0; i < 10; i++) expect(tight.value(`export default () => ${i}`)).toBe(i);
    expect(tight.sandbox.images.size.bytes).toBeLessThanOrEqual(300_000);
    expect(tight.sandbox.images.size.count).toBeGreaterThan(0);
  });

  it("a program with a large top level is restored too", () => {
    const { value } = harness();
    const source =
      "const table = Array.from({ length: 50000 }, (_, i) => ({ i })); let n = 0; export default () => [table.length, ++n]";
    for (let i = 0; i < 3; i++) expect(value(source)).toEqual([50_000, 1]);
  });
});

describe("values", () => {
  it("every JSON value passes unchanged, both ways", () => {
    const { value } = harness();
    assert(
      property(jsonValue({ maxDepth: 6 }), (input) => {
        const text = JSON.stringify(input);
        expect(JSON.stringify(value("export default ({ input }) => input", { input }))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it("__proto__ and constructor are ordinary keys in input and output", () => {
    const { sandbox } = harness();
    const input = '{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}';
    const source =
      "export default (input) => ({ out: input, seen: [({}).a ?? null, ({}).b ?? null, input.a ?? null] })";
    const result = sandbox.run({ key: "k", source }, input, LIMITS, () => false);
    expect(result).toMatchObject({ ok: true, output: `{"out":${input},"seen":[null,null,null]}` });
  });

  it.each([
    ["export default () => undefined", undefined],
    ["export default () => NaN", null],
    ["export default () => ({ a: undefined, b: () => 1, c: Symbol('x'), d: [undefined] })", { d: [null] }],
    ["export default () => new Date(0)", "1970-01-01T00:00:00.000Z"],
    ["export default async ({ a }) => { await null; await Promise.all([1, 2]); return { a }; }", { a: 1 }],
    ["export default () => ({ then(resolve) { resolve(5); } })", 5],
    ["const f = async () => 3; const g = await f(); export default () => g", 3],
    ["export default () => new Date(2026, 0, 1).getTimezoneOffset()", 0],
  ])("%s gives %j", (source, expected) => {
    expect(harness().value(source, { a: 1 })).toEqual(expected);
  });

  it.each([
    ["export default () => () => 1", "function"],
    ["export default () => Symbol('x')", "symbol"],
    ["export default () => 1n", "BigInt"],
    ["export default () => { const a = {}; a.a = a; return a; }", "circular"],
    ["export default () => ({ toJSON() { throw new Error('no'); } })", "no"],
    ["export default () => ({ toJSON() {} })", "toJSON"],
  ])("%s is refused as not JSON", (source, word) => {
    const { reason, message } = harness().refusal(source);
    expect(reason).toBe("not_json");
    expect(message).toContain(word);
  });
});

describe("failures are data", () => {
  it("an error has its name, message and positions in the step alone", () => {
    const failed = harness().refusal(
      "export default () => {\n  const f = () => { throw new TypeError('broken'); };\n  f();\n}",
    );
    expect(failed).toMatchObject({ reason: "threw", message: "TypeError: broken" });
    expect(failed.stack).toMatch(/^at f \(step\.js:2:\d+\)\nat default \(step\.js:3:\d+\)$/);
  });

  it.each([
    "null",
    "undefined",
    "'text'",
    "42",
    "Symbol('s')",
    "10n",
    "() => 1",
    "({ get message() { throw 1; }, get name() { throw 2; }, get stack() { throw 3; } })",
    "({ name: {}, message: [], stack: 5, toString() { throw 1; } })",
    "new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; }, ownKeys() { throw 3; } })",
    "new Proxy(function () {}, { get() { return () => { throw 1; }; } })",
    "Object.assign(new Error('m'), { stack: 'at /etc/passwd:1', constructor: Function })",
    "Object.create(null)",
  ])("throwing %s ends as a message", (thrown) => {
    const { run, value } = harness();
    for (const source of [
      `export default () => { throw ${thrown}; }`,
      `export default async () => { throw ${thrown}; }`,
    ]) {
      const result = run(source);
      expect(result).toMatchObject({ ok: false, reason: "threw" });
      expect(JSON.stringify(result)).not.toContain("/etc/passwd");
    }
    expect(run(`throw ${thrown}; export default () => 1`)).toMatchObject({ ok: false, reason: "threw" });
    expect(value("export default () => 'next'")).toBe("next");
  });

  it.each([
    ["export default () => fetch('http://x')", "HTTP step"],
    ["export default () => setTimeout(() => 1, 1)", "wait step"],
    ["export default () => require('fs')", "without Node"],
    ["export default () => process.env", "without Node"],
    ["export default () => new Promise(() => {})", "nothing can settle"],
    ["await new Promise(() => {}); export default () => 1", "nothing can settle"],
    ["import fs from 'node:fs'; export default () => fs", "module"],
    ["export default () => import('node:fs')", "module"],
    ["export const a = 1", "must export a function"],
    ["export default 5", "must export a function"],
    ["export default () => { ]", "SyntaxError"],
  ])("%s says what to do", (source, hint) => {
    const { reason, message } = harness().refusal(source);
    expect(reason).toBe("threw");
    expect(message).toContain(hint);
  });
});

describe("attacks", () => {
  it.each([
    "for (;;);",
    "/(a+)+$/.test('a'.repeat(60) + 'b')",
    "const f = () => Promise.resolve().then(f); return f()",
    "return { then(r) { r(this); } }",
    "try { for (;;); } catch { return 1 } finally { for (;;); }",
    "return new Proxy({}, { ownKeys() { for (;;); } })",
    "throw { get message() { for (;;); } }",
    "return { toJSON() { for (;;); } }",
    "return new Proxy({}, { get() { for (;;); } })",
    "[3, 1, 2].sort(() => { for (;;); })",
    "JSON.parse = () => { for (;;); }; return (async () => { for (;;) await null; })()",
  ])("%s is stopped at its deadline, or by the memory it eats", (body) => {
    const { refusal, value } = harness();
    const startMs = performance.now();
    expect(["timeout", "memory"]).toContain(refusal(`export default () => { ${body} }`, { timeoutMs: 50 }).reason);
    expect(performance.now() - startMs).toBeLessThan(1500);
    expect(value("export default () => 'next'")).toBe("next");
  });

  it.each([
    "return new Uint8Array(1 << 30).length",
    "const all = []; for (;;) all.push(new Uint8Array(10_000_000))",
    "const all = []; for (;;) all.push(new Uint8Array(1000))",
    "let text = 'x'; for (;;) text += text",
    "const all = []; for (;;) all.push({ all })",
    "const map = new Map(); for (let i = 0; ; i++) map.set(i, [i])",
    "return new Array(2 ** 31).fill(1).length",
    "return 'x'.repeat(2 ** 29)",
  ])("%s ends at the memory limit", (body) => {
    const { refusal, value } = harness();
    const startRss = process.memoryUsage.rss();
    const { reason, message } = refusal(`export default () => { ${body} }`, { memoryBytes: 16_000_000 });
    expect([reason, reason === "memory" ? "" : message]).toEqual([
      expect.stringMatching(/^(memory|threw)$/),
      expect.stringMatching(/^$|^RangeError|string too long/),
    ]);
    expect(process.memoryUsage.rss() - startRss).toBeLessThan(150_000_000);
    expect(value("export default () => 'next'")).toBe("next");
  });

  it("recursion without end is a RangeError", () => {
    const { refusal } = harness();
    for (const body of [
      "const f = () => f() + 1; f()",
      "const o = { get x() { return this.x; } }; o.x",
      "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return JSON.stringify(a)",
    ]) {
      expect(refusal(`export default () => { ${body} }`).message).toMatch(/RangeError/);
    }
  });

  it("a step reaches nothing of the host through constructors, stacks or the harness", () => {
    const { value } = harness();
    const source = `export default () => {
      const root = (() => {}).constructor.constructor("return globalThis")();
      let frames = "";
      Error.prepareStackTrace = (error, sites) => sites;
      const sites = new Error("x").stack;
      for (const site of Array.isArray(sites) ? sites : []) {
        frames += typeof site.getThis?.() + typeof site.getFunction?.();
      }
      return { same: root === globalThis, host: ["process", "require", "fetch", "WebAssembly", "Worker", "SharedArrayBuffer", "Atomics", "performance", "std", "os", "scriptArgs", "bjson"].filter((name) => name in root), frames: frames.includes("object") };
    }`;
    expect(value(source)).toEqual({ same: true, host: [], frames: false });
  });

  it("a step that breaks every built-in before it returns still gives its own result", () => {
    const source = `export default ({ a }) => {
      JSON.stringify = () => '"forged"';
      Function.prototype.call = Function.prototype.apply = Reflect.apply = () => { throw 1; };
      for (const i of ["0", "1", "length"]) Object.defineProperty(Object.prototype, i, { set() { throw 1; }, configurable: true });
      Array.prototype[Symbol.iterator] = () => { throw 1; };
      String.prototype.slice = () => { throw 1; };
      return { a };
    }`;
    expect(harness().value(source, { a: 1 })).toEqual({ a: 1 });
  });

  it("logs are bounded in lines and characters", () => {
    const { run } = harness();
    for (const line of ["'x'", "'x'.repeat(50_000)", "'\\u0000'.repeat(50_000)", "{ a: 'y'.repeat(5000) }"]) {
      const result = run(`export default () => { for (let i = 0; i < 500; i++) console.log(${line}); }`);
      if (!result.ok) throw new Error(result.message);
      const logs: string[] = JSON.parse(result.logs);
      expect(logs.length).toBeLessThanOrEqual(100);
      expect(logs.join("").length).toBeLessThanOrEqual(10_100);
      expect(logs.at(-1)).toContain("log limit reached");
    }
  });

  it("a result above its limit is refused without being copied out", () => {
    const { run, refusal } = harness();
    expect(refusal("export default () => 'x'.repeat(5_000_000)")).toMatchObject({ reason: "output_too_large" });
    const exact = { ...LIMITS, outputBytesMax: 12 };
    expect(run("export default () => 'é'.repeat(5)", {}, exact)).toMatchObject({ ok: true });
    expect(run("export default () => 'é'.repeat(6)", {}, exact)).toMatchObject({
      ok: false,
      reason: "output_too_large",
    });
  });

  it("a cancelled run stops", () => {
    const { run } = harness();
    let asked = 0;
    expect(run("export default () => { for (;;); }", {}, LIMITS, () => ++asked > 3)).toMatchObject({
      reason: "cancelled",
    });
  });
});
