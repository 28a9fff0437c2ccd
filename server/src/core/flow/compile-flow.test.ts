import { FlowFile, type FlowFileInput } from "@steward/sdk";
import { describe, expect, test } from "vitest";
import { stepKinds } from "../../steps/kinds.ts";
import { compileFlow, compileSlices } from "./compile-flow.ts";

const KINDS = stepKinds({
  checkCode: (_language, source) =>
    source.includes("bad") ? { problem: "it is bad", line: 2, column: 3 } : { source },
});

type Steps = FlowFileInput["steps"];

const compile = (steps: Steps, more: Partial<FlowFileInput> = {}) =>
  compileFlow(FlowFile.parse({ format: 1, name: "test", steps, ...more }), KINDS);
/** Field and message of each problem. */
const problems = (steps: Steps, more: Partial<FlowFileInput> = {}) =>
  compile(steps, more).problems.map((one) => `${one.field}: ${one.message}`);

test("a flow with more expressions than may be compiled has that as its problem, once for each field", () => {
  const set = (id: string, count: number) => ({
    id,
    kind: "set",
    input: { list: Array.from({ length: count }, (_, n) => `{{ ${n} }}`) },
  });
  const message =
    "a step has at most 1000 expressions and a flow 10000, of 1000000 characters: move some to flows of their own";
  expect(problems([set("a", 1000)])).toEqual([]);
  expect(problems([set("a", 1001), set("b", 1)])).toEqual([`steps[0].input.list[1000]: ${message}`]);
  const ten = Array.from({ length: 10 }, (_, n) => set(`s${n}`, 1000));
  expect(problems(ten)).toEqual([]);
  expect(problems([...ten, set("f", 3), set("g", 2)])).toEqual([
    `steps[10].input.list[0]: ${message}`,
    `steps[11].input.list[0]: ${message}`,
  ]);
  const long = `{{ "${"x".repeat(9000)}" }}`;
  const texts = Array.from({ length: 115 }, () => long);
  expect(problems([{ id: "a", kind: "set", input: { texts } }])).toEqual([`steps[0].input.texts[112]: ${message}`]);
});

test("a flow is compiled in slices of a step each, loops' own steps too, counted with their expressions", () => {
  const set = (id: string, count: number) => ({
    id,
    kind: "set",
    input: { list: Array.from({ length: count }, (_, n) => `{{ ${n} }}`) },
  });
  const steps: Steps = [
    set("a", 4),
    set("b", 0),
    { id: "loop", kind: "each", input: { items: "{{ [1] }}" }, steps: [set("c", 2)] },
  ];
  const slices: number[] = [];
  for (const work of compileSlices(FlowFile.parse({ format: 1, name: "test", steps }), KINDS)) slices.push(work);
  expect(slices).toEqual([5, 1, 3, 4]);
});

test("the flow of the first contract has no problems", () => {
  const steps: Steps = [
    {
      id: "shape",
      kind: "set",
      input: { name: "{{ trigger.body.name }}", n: "{{ trigger.body.n + 1 }}" },
      next: ["big"],
      position: { x: 0, y: 0 },
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
      input: { language: "js", source: "export default ({ steps }) => ({ total: steps.mark.n * 2 })" },
      next: ["out"],
      retry: { times: 3 },
      timeoutMs: 2000,
      onError: "fail",
    },
    { id: "out", kind: "reply", input: { status: 200, body: "{{ steps.calc }}" } },
  ];
  const { flow, problems: found } = compile(steps, {
    triggers: [{ id: "in", kind: "webhook", reply: "step", dedupeBy: "{{ trigger.body.id }}" }],
  });
  expect(found).toEqual([]);
  expect(flow.graph.starts).toEqual([0]);
  expect(flow.graph.ends).toEqual([4]);
  expect(flow.graph.steps[2]!.incoming).toBe(2);
  expect([...flow.steps.keys()]).toEqual(["shape", "big", "mark", "calc", "out"]);
});

describe("edges", () => {
  test("that lead nowhere, to another level or out of a port that isn't there are problems", () => {
    const steps: Steps = [
      { id: "a", kind: "set", next: ["nobody", "inner"] },
      { id: "b", kind: "set", next: { yes: ["a"] } },
      { id: "c", kind: "set", next: { error: ["a"] } },
      { id: "d", kind: "branch", input: { cases: [{ port: "yes", when: "{{ true }}" }] }, next: ["a"] },
      { id: "e", kind: "each", input: { items: [] }, steps: [{ id: "inner", kind: "set", next: ["a"] }] },
    ];
    expect(problems(steps)).toEqual([
      'steps[0].next[0]: there is no step "nobody" beside this one',
      'steps[0].next[1]: there is no step "inner" beside this one',
      'steps[1].next.yes: this step has no port "yes": it has out',
      'steps[2].next.error: this step has no port "error": set "onError": "port" to use it',
      'steps[3].next: this step has the ports yes, else: give next as { "yes": [...] }',
      'steps[4].steps[0].next[0]: there is no step "a" beside this one',
    ]);
  });

  test("in a circle are one problem that names the circle", () => {
    const steps: Steps = [
      { id: "a", kind: "set", next: ["b"] },
      { id: "b", kind: "set", input: { x: "{{ steps.c }}" }, next: ["c"] },
      { id: "c", kind: "set", next: ["a"] },
    ];
    expect(problems(steps)).toEqual([
      "steps[0].next: these steps lead back to each other: a -> b -> c -> a. Use an each or while step to repeat",
    ]);
  });
});

test("ids are given once in the whole flow, triggers among themselves", () => {
  const steps: Steps = [
    { id: "a", kind: "set" },
    { id: "b", kind: "each", input: { items: [] }, steps: [{ id: "a", kind: "set" }] },
  ];
  expect(
    problems(steps, {
      triggers: [
        { id: "a", kind: "manual" },
        { id: "a", kind: "error" },
      ],
    }),
  ).toEqual([
    'steps[1].steps[0].id: the id "a" is taken by steps[0]: give this step another',
    'triggers[1].id: another trigger has the id "a": give this one its own',
  ]);
});

describe("kinds and nesting", () => {
  test("an unknown kind is a problem that lists the known ones", () => {
    expect(problems([{ id: "a", kind: "constructor" }])[0]).toMatch(
      /^steps\[0\]\.kind: there is no kind of step "constructor": use one of set, map, filter,/,
    );
  });

  test("a loop has steps, others have none", () => {
    expect(
      problems([
        { id: "a", kind: "each", input: { items: [] } },
        { id: "b", kind: "set", steps: [{ id: "c", kind: "set" }] },
      ]),
    ).toEqual([
      "steps[0].steps: a step of kind each repeats its own steps: give it at least one",
      "steps[1].steps: a step of kind set has no steps of its own: connect them with next",
    ]);
  });

  test("loops are nested up to 16 deep", () => {
    const nest = (depth: number): Steps => [
      depth === 1
        ? { id: "s1", kind: "set" }
        : { id: `s${depth}`, kind: "each", input: { items: [] }, steps: nest(depth - 1) },
    ];
    expect(problems(nest(16))).toEqual([]);
    expect(problems(nest(17))[0]).toMatch(/nested more than 16 deep/);
  });
});

describe("input", () => {
  test("that is wrong without any expression is found beside fields that are expressions", () => {
    expect(
      problems([
        {
          id: "a",
          kind: "http",
          input: { method: "FETCH", url: "{{ trigger.body.url }}", query: { a: "{{ trigger.body.a }}" }, retries: 3 },
        },
      ]),
    ).toEqual([
      "steps[0].input.method: use one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE",
      'steps[0].input.retries: there is no field "retries" here: the fields are method, url, headers, query, body, credential, repeat, failOnStatus',
    ]);
    expect(problems([{ id: "a", kind: "http", input: {} }])).toEqual([
      "steps[0].input.url: give a URL; this field is missing, or its expression found no text",
    ]);
    expect(problems([{ id: "a", kind: "wait", input: { event: "{{ trigger.body.name }}", seconds: 3 } }])).toEqual([]);
  });

  test("that is deferred is checked as it is written, item by item", () => {
    const cases = [
      { port: "yes", when: "{{ 1 }}" },
      { port: "yes", when: "{{ 1 }}" },
      { port: "else", when: "{{ 1 }}" },
      { port: "no" },
    ];
    expect(problems([{ id: "a", kind: "branch", input: { cases } }]).map((one) => one.split(": ", 1)[0])).toEqual([
      "steps[0].input.cases[2].port",
      "steps[0].input.cases[3].when",
    ]);
    expect(problems([{ id: "a", kind: "branch", input: { cases: cases.slice(0, 2) } }])[0]).toMatch(
      /^steps\[0\]\.input\.cases\[1\]\.port: another case has the port "yes"/,
    );
    expect(problems([{ id: "a", kind: "branch", input: { toString: 1 } }]).map((one) => one.split(": ", 1)[0])).toEqual(
      ["steps[0].input.cases", "steps[0].input.toString"],
    );
  });

  test("code is judged without an expression being looked for in it", () => {
    expect(
      problems([
        { id: "a", kind: "code", input: { language: "js", source: "export default () => `{{ no expression }}`" } },
      ]),
    ).toEqual([]);
    expect(problems([{ id: "a", kind: "code", input: { language: "js", source: "bad" } }])).toEqual([
      "steps[0].input.source: line 2, column 3: it is bad",
    ]);
  });
});

describe("expressions", () => {
  test("read what came before, in every path that leads here", () => {
    const steps: Steps = [
      { id: "a", kind: "set", input: { x: "{{ steps.b }}" }, next: ["b"] },
      { id: "b", kind: "set", input: { x: "{{ steps.a }}", y: "{{ steps.nobody }}", z: "{{ steps.b }}" } },
    ];
    expect(problems(steps)).toEqual([
      "steps[0].input: steps.b does not come before this step: connect them with next, or read what does",
      'steps[1].input: there is no step "nobody" in this flow',
      "steps[1].input: steps.b does not come before this step: connect them with next, or read what does",
    ]);
  });

  test("know item and index inside a loop only, and the condition of a while step knows its body", () => {
    const body: Steps = [{ id: "inner", kind: "set", input: { x: "{{ item + index }}", y: "{{ steps.first }}" } }];
    const steps: Steps = [
      { id: "first", kind: "set", next: ["loop", "again"] },
      { id: "loop", kind: "each", input: { items: "{{ steps.first.list }}" }, steps: body },
      {
        id: "again",
        kind: "while",
        input: { when: "{{ index < 3 && steps.page.next }}" },
        steps: [{ id: "page", kind: "set", input: { item: "{{ item }}" } }],
      },
    ];
    expect(problems(steps)).toEqual([]);
    expect(problems([{ id: "a", kind: "set", input: { x: "{{ item }}" } }])[0]).toMatch(/^steps\[0\]\.input\.x: /);
    expect(problems([{ id: "a", kind: "filter", input: { items: "{{ item }}", where: "{{ item }}" } }])).toHaveLength(
      1,
    );
  });
});

test("a schedule that can't fire is a problem of its field", () => {
  const triggers: FlowFileInput["triggers"] = [
    { id: "a", kind: "schedule", cron: "0 0 30 2 *" },
    { id: "b", kind: "schedule", everySeconds: 5, timeZone: "Mars/Olympus" },
    { id: "c", kind: "schedule", at: "2001-01-01T00:00:00" },
    { id: "d", kind: "webhook", dedupeBy: "{{ steps.x }}" },
  ];
  const found = problems([{ id: "s", kind: "set" }], { triggers });
  expect(found.map((one) => one.split(": ", 1)[0])).toEqual([
    "triggers[0].cron",
    "triggers[1].timeZone",
    "triggers[3].dedupeBy",
  ]);
});

test("5,000 steps in a row that each read the first and the one before compile without trouble", () => {
  const steps: Steps = Array.from({ length: 5000 }, (_, at) => ({
    id: `s${at}`,
    kind: "set",
    input: at === 0 ? {} : { a: "{{ steps.s0 }}", b: `{{ steps.s${at - 1}.a }}` },
    next: at < 4999 ? [`s${at + 1}`] : [],
  }));
  const { flow, problems: found } = compile(steps);
  expect(found).toEqual([]);
  expect(flow.steps.size).toBe(5000);
});

test("of endless problems the first 200 are listed", () => {
  expect(problems(Array.from({ length: 500 }, (_, at) => ({ id: `s${at}`, kind: "nope" })))).toHaveLength(200);
});
