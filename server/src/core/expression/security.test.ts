/** The boundary: nothing of the host can be reached, no text is evaluated twice, every budget holds. */
import { Worker } from "node:worker_threads";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { expressions, FC_RUNS, ROOTS, scopes } from "./arbitrary.testsuite.ts";
import { DEFAULT_LIMITS } from "./machine.ts";
import { HARMLESS, HOSTILE_NAMES, REFUSED_AT_PUBLISH } from "./payloads.testsuite.ts";
import { compileExpression, compileTemplate, evaluateTemplate, UNFORESEEN, type Evaluated } from "./template.ts";

const CANARY = "canary-4711";
const SCOPE: { readonly [root: string]: Json } = frozen({
  trigger: { k: "constructor", rows: [{ n: 1 }] },
  vars: {},
  secret: CANARY,
});

function frozen<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) frozen(part);
  return Object.freeze(value);
}

function evaluate(source: string, scope: { readonly [root: string]: Json } = SCOPE): Evaluated {
  return evaluateTemplate(compileExpression(source, "f", ROOTS).template, scope);
}

function data(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

/** What a result must never be, whatever the expression. */
function breaches(result: Evaluated): string[] {
  const found: string[] = [];
  if (JSON.stringify(result).includes(CANARY)) found.push("it carries what is not in its scope");
  if (!result.ok && result.message === UNFORESEEN) found.push("the host failed");
  if (result.ok && result.value !== undefined && !isPlain(result.value)) found.push("it is not JSON");
  return found;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  }
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  const inherits = prototype === Object.prototype || Reflect.ownKeys(Object(prototype)).length === 0;
  return inherits && Object.values(value).every(isPlain);
}

describe("an expression reaches nothing but its scope", () => {
  beforeEach(() => {
    for (const holder of [globalThis, Object.prototype, Array.prototype, String.prototype, Function.prototype]) {
      Object.defineProperty(holder, "canary", { value: CANARY, configurable: true });
    }
  });
  afterEach(() => {
    for (const holder of [globalThis, Object.prototype, Array.prototype, String.prototype, Function.prototype]) {
      Reflect.deleteProperty(holder, "canary");
    }
  });

  test.each(REFUSED_AT_PUBLISH)("publish refuses %s", (source) => {
    expect(compileExpression(source, "f", ROOTS).problems).not.toEqual([]);
    expect(compileTemplate(`{{ ${source} }}`, "f", ROOTS).problems).not.toEqual([]);
    expect(evaluate(source).ok).toBe(false);
  });

  test.each(HARMLESS)("%s is undefined or fails", (source) => {
    const result = evaluate(source);
    expect(breaches(result)).toEqual([]);
    expect(result.ok ? (result.value ?? null) : null).toBeNull();
  });

  test("names that all objects inherit are data when the data has them", () => {
    const scope = { trigger: data('{"__proto__":{"x":1},"constructor":"mine","toString":null}') };
    expect(evaluate("trigger.__proto__.x", scope)).toEqual({ ok: true, value: 1 });
    expect(evaluate("trigger.constructor", scope)).toEqual({ ok: true, value: "mine" });
    expect(evaluate("({ ...trigger })", scope)).toEqual({
      ok: true,
      value: expect.objectContaining({ constructor: "mine" }),
    });
  });

  test("`__proto__` as a key makes a property, in every way to make one", () => {
    for (const source of [
      "({ ['__proto__']: 7 })",
      "({ __proto__: 7 })",
      "({ '__proto__': 7 })",
      "Object.fromEntries([['__proto__', 7]])",
      "JSON.parse('{\"__proto__\":7}')",
      "({ ...JSON.parse('{\"__proto__\":7}') })",
    ]) {
      expect(JSON.stringify(evaluate(source))).toBe('{"ok":true,"value":{"__proto__":7}}');
    }
    const { template } = compileTemplate(data('{"__proto__":"{{ 3 + 4 }}"}'), "f", ROOTS);
    expect(JSON.stringify(evaluateTemplate(template, {}))).toBe('{"ok":true,"value":{"__proto__":7}}');
    expect(JSON.stringify(evaluate("Object.groupBy([7], x => '__proto__')"))).toBe(
      '{"ok":true,"value":{"__proto__":[7]}}',
    );
  });

  const hostile = fc.constantFrom(...HOSTILE_NAMES);
  const link = fc.oneof(
    hostile.map((name) => `.${name}`),
    hostile.map((name) => `?.${name}`),
    hostile.map((name) => `["${name}"]`),
    hostile.map((name) => `[\`${name}\`]`),
    hostile.map((name) => `["${name.slice(0, 2)}" + "${name.slice(2)}"]`),
    hostile.map((name) => `[["${name}"]]`),
    fc.constantFrom("()", "('return globalThis')", "(x => x)", ".map(x => x)", ".toString()", ".at(0)", "?.[0]"),
  );
  const base = fc.oneof(
    fc.constantFrom("trigger", "''", "(1)", "[]", "({})", "(x => x)", "Object", "new Date(0)", "steps"),
    expressions.any,
  );

  test("no chain of hostile names leads out", () => {
    const chains = fc
      .tuple(base, fc.array(link, { minLength: 1, maxLength: 5 }))
      .map(([start, links]) => start + links.join(""));
    fc.assert(
      fc.property(chains, scopes, (source, scope) => {
        const given = frozen({ ...scope, secret: CANARY });
        expect(breaches(evaluate(source, given))).toEqual([]);
      }),
      { numRuns: FC_RUNS },
    );
  });

  test("no soup of tokens leads out, throws, or changes its scope", () => {
    const token = fc.oneof(
      hostile,
      fc.constantFrom(
        ..."( ) [ ] { } , . ?. => ... ? : + - * / % ** ! ~ = == === < > && || ?? ` ' \" ; @ # \\ $ ${ }} {{ /* */ //".split(
          " ",
        ),
      ),
      fc.constantFrom(
        "x",
        "0",
        "1",
        "'a'",
        "new",
        "typeof",
        "void",
        "delete",
        "in",
        "async",
        "class",
        "function",
        "import",
        "/x/",
        "\0",
        "\ud800",
      ),
      expressions.any,
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), fc.boolean(), (tokens, spaced) => {
        const source = tokens.join(spaced ? " " : "");
        expect(breaches(evaluate(source))).toEqual([]);
        const { template } = compileTemplate({ a: source, b: `{{ ${source} }}` }, "f", ROOTS);
        expect(breaches(evaluateTemplate(template, SCOPE))).toEqual([]);
      }),
      { numRuns: FC_RUNS },
    );
  });
});

describe("what an expression yields is never evaluated again", () => {
  test("text with braces from outside stays text", () => {
    const inner = fc.oneof(fc.constantFrom("vars.secret", "1 + 1", "trigger", "this"), fc.string());
    const braced = fc
      .tuple(fc.string(), inner, fc.string())
      .map(([before, code, after]) => `${before}{{ ${code} }}${after}`);
    fc.assert(
      fc.property(braced, (text) => {
        const scope = { trigger: { text, list: [text] }, vars: { secret: CANARY } };
        const { template } = compileTemplate(
          [
            "{{ trigger.text }}",
            "<{{ trigger.text }}>",
            "{{ trigger.list.map(x => x + x) }}",
            { a: "{{ { b: trigger.text } }}" },
          ],
          "f",
          ROOTS,
        );
        const expected = [text, `<${text}>`, [text + text], { a: { b: text } }];
        const once = evaluateTemplate(template, scope);
        expect(once).toEqual({ ok: true, value: expected });
        // As the input of a later step, which reads it through its scope.
        const later = compileTemplate("{{ steps.a }}", "f", ROOTS).template;
        expect(evaluateTemplate(later, { steps: { a: expected } })).toEqual({ ok: true, value: expected });
      }),
      { numRuns: FC_RUNS },
    );
  });
});

describe("every budget holds", () => {
  const BIG = {
    trigger: {
      big: "a".repeat(1_000_000),
      needle: `b${"a".repeat(250_000)}`,
      rows: Array.from({ length: 20_000 }, (_, id) => ({ id, s: "x" })),
    },
  };
  const TWICE = "Array.from({ length: 40 }).reduce";

  test.each([
    ["a text made long", "'ab'.repeat(1e9)"],
    ["a text padded", "'a'.padStart(1e9)"],
    ["a text padded at its end", "'a'.padEnd(1e9, 'xy')"],
    ["a text doubled", `${TWICE}(s => s + s, 'ab')`],
    ["a text doubled by a template", `${TWICE}(s => \`\${s}\${s}\`, 'ab')`],
    ["a text doubled by join", `${TWICE}(s => [s, s].join(''), 'ab')`],
    ["a text doubled by concat", `${TWICE}(s => s.concat(s), 'ab')`],
    ["a text replaced by its surroundings", "trigger.big.replaceAll('a', '$`')"],
    ["a text put between all characters", "trigger.big.replaceAll('', trigger.big)"],
    ["a text encoded", "encodeURIComponent(trigger.big)"],
    ["a text normalized", "trigger.big.normalize('NFKD')"],
    ["a list of a length", "Array.from({ length: 1e9 })"],
    ["a list of characters", "[...trigger.big]"],
    ["a list of pieces", "trigger.big.split('')"],
    ["a list doubled by spread", `${TWICE}(s => [...s, ...s], [1])`],
    ["a list doubled by concat", `${TWICE}(s => s.concat(s), [1])`],
    ["a list doubled by flatMap", `${TWICE}(s => s.flatMap(x => [x, x]), [1])`],
    ["a value that refers to itself twice, over and over", `${TWICE}(s => [s, s], [])`],
    ["the same as an object", `${TWICE}(s => ({ a: s, b: s }), {})`],
    ["the same written as JSON", `JSON.stringify(${TWICE}(s => [s, s], []))`],
    ["the same as text", `String(${TWICE}(s => [s, s], []))`],
    ["the same made flat", `${TWICE}(s => [s, s], []).flat(Infinity)`],
    ["a value nested deep", "Array.from({ length: 2000 }).reduce(s => [s], [])"],
    [
      "the same written as JSON, indented",
      "JSON.stringify(Array.from({ length: 2000 }).reduce(s => [s], []), null, 10)",
    ],
    ["JSON nested deep", "JSON.parse('['.repeat(1000) + ']'.repeat(1000))"],
    ["loops in loops", "trigger.rows.map(a => trigger.rows.map(b => a.id + b.id))"],
    ["searches in loops", "trigger.rows.map(() => trigger.big.includes('b'))"],
    ["one search that compares each with each", "trigger.big.includes(trigger.needle)"],
    ["sorting in loops", "trigger.rows.map(() => trigger.rows.toSorted((a, b) => b.id - a.id))"],
    ["keys in loops", "trigger.rows.map(() => Object.entries(trigger.rows))"],
    ["copies in loops", "trigger.rows.reduce((all, row) => ({ ...all, [row.id]: row }), {})"],
    [
      "formatters in loops",
      "trigger.rows.map(x => x.id.toLocaleString('en', { minimumIntegerDigits: 1 + x.id % 21 }))",
    ],
    ["a result that repeats a large part", "trigger.rows.map(() => trigger.rows)"],
  ])("%s is refused", (_, source) => {
    const { template, problems } = compileExpression(source, "f", ROOTS);
    expect(problems).toEqual([]);
    const result = evaluateTemplate(template, BIG);
    expect(result).toMatchObject({
      ok: false,
      message: expect.stringMatching(/takes more than|makes (a text of )?more than|yields more than|deep/),
    });
  });

  test.each([
    ["parentheses", `${"(".repeat(4000)}1${")".repeat(4000)}`],
    ["brackets", `${"[".repeat(4000)}1${"]".repeat(4000)}`],
    ["prefixes", `${"!".repeat(4000)}1`],
    ["conditions", `${"1?".repeat(3000)}1${":1".repeat(3000)}`],
    ["sums", `1${"+1".repeat(4000)}`],
    ["powers", `1${"**1".repeat(3000)}`],
    ["arrows", `[1].map(${"x=>".repeat(3000)}1)`],
    ["members", `trigger${".a".repeat(4000)}`],
    ["templates", `${"`${".repeat(3000)}1${"}`".repeat(3000)}`],
    ["patterns", `[1].map((${"[".repeat(4000)}x${"]".repeat(4000)}) => 1)`],
    ["length", `"${"a".repeat(20_000)}"`],
    ["a pattern", `/${"(".repeat(4000)}/`],
  ])("too much of %s is refused at publish", (_, source) => {
    for (const { problems } of [
      compileExpression(source, "f", ROOTS),
      compileTemplate(`{{ ${source} }}`, "f", ROOTS),
    ]) {
      expect(problems).not.toEqual([]);
      expect(problems.length).toBeLessThanOrEqual(20);
    }
  });

  test("a text of very many expressions, and a tree of very many problems, end soon", () => {
    expect(compileTemplate("{{1}}\n".repeat(100_000), "f", ROOTS).problems).toHaveLength(1);
    expect(
      compileTemplate(
        Array.from({ length: 500 }, () => "{{ nobody }}"),
        "f",
        ROOTS,
      ).problems,
    ).toHaveLength(100);
  });

  test("fields nested too deep are refused at publish", () => {
    let tree: Json = "{{ 1 }}";
    for (let depth = 0; depth < 200; depth++) tree = [tree];
    expect(compileTemplate(tree, "f", ROOTS).problems).toHaveLength(1);
  });

  test("whatever the expression, a small budget ends it", () => {
    const small = { steps: 50, bytesMade: 500, textLength: 100, bytesResult: 200, depth: 4 };
    fc.assert(
      fc.property(expressions.any, scopes, (source, scope) => {
        const result = evaluateTemplate(compileExpression(source, "f", ROOTS).template, scope, small);
        expect(breaches(result)).toEqual([]);
        expect(JSON.stringify(result).length).toBeLessThan(1200);
      }),
      { numRuns: FC_RUNS },
    );
  });

  test("the budget is per evaluation: the next one has all of it", () => {
    const { template } = compileExpression("trigger.rows.map(x => x.id).length", "f", ROOTS);
    for (let time = 0; time < 5; time++) expect(evaluateTemplate(template, BIG, DEFAULT_LIMITS).ok).toBe(true);
  });
});

describe("the host's prototypes do not matter", () => {
  const SOURCES = [
    ...HARMLESS,
    "trigger.rows.map(({ n }) => ({ toString: n, constructor: 2, ['__proto__']: 3 }))",
    "JSON.stringify(Object.fromEntries(Object.entries(trigger).map(([k, v]) => [k, typeof v])))",
    "[3, 1, 2].toSorted((a, b) => a - b).concat([1]).flatMap(x => [x, `${x}`])",
    "Object.groupBy(['a', 'b'], x => 'valueOf')",
    "new Date(0).toLocaleString('en-GB', { timeZone: 'UTC' })",
    "(1.5).toLocaleString('de', { minimumFractionDigits: 2 })",
    "'a,b'.split(',').map(String).join('-').replaceAll('-', '+')",
  ];

  const templates = SOURCES.map((source) => compileExpression(source, "f", ROOTS).template);

  function outcomes(): string[] {
    return templates.map((template) => JSON.stringify(evaluateTemplate(template, SCOPE)));
  }

  test("all is the same where Object.prototype, Array.prototype and the others are frozen", async () => {
    const source = `
      const { parentPort, workerData } = require("node:worker_threads");
      import(workerData.template).then(({ compileExpression, evaluateTemplate }) => {
        for (const holder of [Object, Array, String, Number, Function, Map, Set, Date, RegExp, Error, Promise]) {
          Object.freeze(holder.prototype); Object.freeze(holder);
        }
        const run = (source) => JSON.stringify(evaluateTemplate(compileExpression(source, "f", workerData.roots).template, workerData.scope));
        parentPort.postMessage(workerData.sources.map(run));
      });`;
    const worker = new Worker(source, {
      eval: true,
      workerData: {
        template: new URL("template.ts", import.meta.url).href,
        roots: ROOTS,
        scope: SCOPE,
        sources: SOURCES,
      },
    });
    const frozenOutcomes = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    expect(frozenOutcomes).toEqual(outcomes());
  });

  test("what is evaluated is the same where they are polluted", () => {
    const before = outcomes();
    const polluted: [object, string, PropertyDescriptor][] = [
      [Object.prototype, "n", { value: CANARY, configurable: true }],
      [Object.prototype, "locale", { value: CANARY, configurable: true }],
      [Object.prototype, "timeZone", { value: CANARY, configurable: true }],
      [Object.prototype, "valueOf2", { value: CANARY, configurable: true, enumerable: true }],
      [Object.prototype, "k", { set: () => { throw new Error(CANARY); }, configurable: true }],
      [Array.prototype, "extra", { value: CANARY, configurable: true, enumerable: true }],
    ]; // prettier-ignore
    for (const [holder, name, descriptor] of polluted) Object.defineProperty(holder, name, descriptor);
    let after: string[] = [];
    try {
      after = outcomes();
    } finally {
      for (const [holder, name] of polluted) Reflect.deleteProperty(holder, name);
    }
    expect(after).toEqual(before);
  });
});
