import { expect, test } from "vitest";
import type { Json } from "../json.ts";
import { DEFAULT_LIMITS } from "./machine.ts";
import { compileExpression, compileTemplate, constantOf, evaluateTemplate } from "./template.ts";

const ROOTS = ["trigger", "steps", "run", "vars"];
const SCOPE = {
  trigger: { body: { name: "ada", n: 42, tags: ["a", "b"], none: null } },
  steps: { shape: { n: 1, name: "x" } },
  run: { startedAt: "2026-03-29T00:30:00.000Z" },
  vars: {},
};

function problemsOf(value: Json, names = ROOTS) {
  return compileTemplate(value, "input", names).problems;
}

function evaluated(value: Json) {
  const { template, problems } = compileTemplate(value, "input", ROOTS);
  expect(problems).toEqual([]);
  return evaluateTemplate(template, SCOPE);
}

function valueOf(value: Json) {
  const result = evaluated(value);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

test("a tree without expressions yields itself, uncopied", () => {
  const tree = { a: [1, { b: "text" }], c: null };
  const { template } = compileTemplate(tree, "input", ROOTS);
  expect(evaluateTemplate(template, {})).toEqual({ ok: true, value: tree });
  expect(constantOf(template)).toBe(tree);
});

test("a field that is one expression keeps its type, with space around it or none", () => {
  expect(valueOf({ n: "{{ trigger.body.n + 1 }}", t: "{{trigger.body.tags}}", z: "{{ trigger.body.none }}" })).toEqual({
    n: 43,
    t: ["a", "b"],
    z: null,
  });
});

test("what is passed on is the same value, not a copy", () => {
  expect(valueOf("{{ trigger.body }}")).toBe(SCOPE.trigger.body);
});

test("text around an expression makes it text, where undefined and null are empty", () => {
  expect(
    valueOf("Hello {{ trigger.body.name }}, {{ trigger.body.n }}{{ trigger.body.none }}{{ trigger.nothing }}!"),
  ).toBe("Hello ada, 42!");
  expect(valueOf(" {{ trigger.body.n }}")).toBe(" 42");
  expect(valueOf("{{ trigger.body.tags }}.")).toBe("a,b.");
});

test("an object in the middle of text is refused, not written as [object Object]", () => {
  expect(evaluated("x {{ trigger.body }}")).toMatchObject({
    ok: false,
    message: expect.stringContaining("JSON.stringify"),
  });
});

test("a field that yields undefined is left out, an item becomes null, a whole template is undefined", () => {
  expect(valueOf({ a: "{{ trigger.nothing }}", b: ["{{ trigger.nothing }}", 1] })).toEqual({ b: [null, 1] });
  expect(Object.keys(valueOf({ a: "{{ trigger.nothing }}", b: 1 }) ?? {})).toEqual(["b"]);
  expect(evaluated("{{ trigger.nothing }}")).toEqual({ ok: true, value: undefined });
});

test("NaN and infinities are null, dates ISO text, at any depth", () => {
  expect(valueOf("{{ [0 / 0, 1 / 0, { at: new Date(0), not: new Date(NaN), gone: undefined }] }}")).toEqual([
    null,
    null,
    { at: "1970-01-01T00:00:00.000Z", not: null },
  ]);
});

test("a literal {{ is written as an expression, and }} may stand in an expression's text", () => {
  expect(valueOf('{{ "{{" }} x }}')).toBe("{{ x }}");
  expect(valueOf("{{ '}}' + `{{${1}}}` }}")).toBe("}}{{1}}");
  expect(valueOf("{{ { a: { b: 1 }} }}")).toEqual({ a: { b: 1 } });
  expect(valueOf("{{{a: 1}}}")).toEqual({ a: 1 });
  expect(valueOf("}} { {")).toBe("}} { {");
});

test.each([
  ["{{ trigger.", /not an expression/, 11],
  ["a {{ 1 + 1 ", /not closed/, 11],
  ["a {{ 1 1 }}", /not closed/, 7],
  ["{{ }}", /empty/, 2],
  ["{{}}", /empty/, 2],
  ["ab {{ nobody }}", /`nobody` is not known here; known are trigger, steps, run, vars/, 6],
  ["{{ 1; 2 }}", /not closed/, 4],
])("%s is a problem with its place", (source, message, offset) => {
  expect(problemsOf(source)).toEqual([{ field: "input", message: expect.stringMatching(message), offset }]);
});

test("problems name the field by its path, and each field its own", () => {
  expect(problemsOf({ cases: [{ when: "{{ a }}" }, { when: "{{ b }}" }] }).map(({ field }) => field)).toEqual([
    "input.cases[0].when",
    "input.cases[1].when",
  ]);
});

test("an unknown function points to the code step, one that has a better way to that", () => {
  expect(problemsOf("{{ trigger.body.name.frobnicate() }}")[0]!.message).toMatch(/not known here; use a code step/);
  expect(problemsOf("{{ trigger.body.name.match('a') }}")[0]!.message).toMatch(/regular expression/);
  expect(problemsOf("{{ trigger.body.tags.push(1) }}")[0]!.message).toMatch(/\[\.\.\.list, item\]/);
  expect(problemsOf("{{ Date.now() }}")[0]!.message).toMatch(/run\.startedAt/);
  expect(problemsOf("{{ new Date() }}")[0]!.message).toMatch(/run\.startedAt/);
});

test("a template with problems fails when it is evaluated all the same", () => {
  const { template } = compileTemplate({ a: "{{ nobody }}" }, "input", ROOTS);
  expect(evaluateTemplate(template, SCOPE)).toMatchObject({ ok: false, field: "input.a" });
});

test("the steps that are read are listed once each; a computed name may mean any", () => {
  const { steps, readsAnyStep } = compileTemplate(["{{ steps.a.x + steps['b'].y }}", "{{ steps?.a }}"], "input", ROOTS);
  expect(steps).toEqual(["a", "b"]);
  expect(readsAnyStep).toBe(false);
  expect(compileTemplate("{{ steps[trigger.body.name] }}", "input", ROOTS).readsAnyStep).toBe(true);
  expect(compileTemplate("{{ Object.keys(steps) }}", "input", ROOTS).readsAnyStep).toBe(true);
  expect(compileTemplate("{{ trigger.body.tags.map(steps => steps.a) }}", "input", ROOTS).steps).toEqual([]);
});

test("reading from what is not there fails with the path, and for a step says why", () => {
  expect(evaluated({ x: "{{ steps.gone.n }}" })).toEqual({
    ok: false,
    field: "input.x",
    message: "steps.gone is undefined here: it was skipped or has not run",
  });
  expect(evaluated("{{ trigger.body.user.name }}")).toMatchObject({
    message: "trigger.body.user is undefined here, so its `name` can't be read; write ?. where it may be missing",
  });
  expect(evaluated("{{ trigger.body.none.trim() }}")).toMatchObject({ ok: false });
  expect(valueOf("{{ trigger.body.user?.name.first ?? 'nobody' }}")).toBe("nobody");
});

test("a failure names no value of the data", () => {
  const secret = { trigger: { body: { card: "4111-1111" } } };
  for (const source of [
    "trigger.body.card.x.y",
    "trigger.body.card.map(x => x)",
    "JSON.parse(trigger.body.card)",
    "1 + trigger.body",
  ]) {
    const result = evaluateTemplate(compileExpression(source, "f", ["trigger"]).template, secret);
    expect(result).toMatchObject({ ok: false });
    expect(JSON.stringify(result)).not.toContain("4111");
  }
});

test("a lone expression is compiled without braces, to its end", () => {
  const { template, problems } = compileExpression(" (trigger.body.n) > 10 ", "when", ROOTS);
  expect(problems).toEqual([]);
  expect(evaluateTemplate(template, SCOPE)).toEqual({ ok: true, value: true });
  expect(compileExpression("1 }} 2", "when", ROOTS).problems).toEqual([
    { field: "when", message: expect.stringContaining("has ended"), offset: 2 },
  ]);
});

test("only the names given at publish are known, whatever the scope holds", () => {
  expect(problemsOf("{{ item.n }}")).toHaveLength(1);
  expect(problemsOf("{{ item.n }}", ["item"])).toEqual([]);
  const { template } = compileTemplate("{{ vars }}", "input", ["vars"]);
  expect(evaluateTemplate(template, {})).toEqual({ ok: true, value: undefined });
});

test("a template counts all its fields against one budget", () => {
  const { template } = compileTemplate(["{{ 1 + 1 }}", "{{ 2 + 2 }}", "{{ 3 + 3 }}"], "input", ROOTS);
  expect(evaluateTemplate(template, SCOPE, { ...DEFAULT_LIMITS, steps: 6 })).toMatchObject({ ok: true });
  expect(evaluateTemplate(template, SCOPE, { ...DEFAULT_LIMITS, steps: 5 })).toMatchObject({
    ok: false,
    field: "input[2]",
  });
});
