import { Step } from "@steward/sdk";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { branch } from "./branch.ts";
import { each } from "./each.ts";
import { filter } from "./filter.ts";
import { map } from "./map.ts";
import { tryKind } from "./try-kind.testsuite.ts";
import { whileLoop, type PreparedWhile } from "./while.ts";

const scope = (items: Json): { trigger: { items: Json } } => ({ trigger: { items } });
const ITEMS = "{{ trigger.items }}";

describe("map", () => {
  test("yields one value for each item, with item and index in scope", () => {
    expect(
      tryKind(
        map,
        { items: ITEMS, to: { name: "{{ item.name }}", at: "{{ index }}" } },
        scope([{ name: "ada" }, { name: "bob" }]),
      ),
    ).toEqual({
      kind: "output",
      output: [
        { name: "ada", at: 0 },
        { name: "bob", at: 1 },
      ],
    });
  });

  test("keeps the place of an item that yields nothing", () => {
    expect(tryKind(map, { items: ITEMS, to: "{{ item.a }}" }, scope([{ a: 1 }, {}, { a: 3 }]))).toEqual({
      kind: "output",
      output: [1, null, 3],
    });
  });

  test("that fails for one item fails and says for which", () => {
    expect(
      tryKind(map, { items: ITEMS, to: { n: "{{ item.n.toFixed(2) }}" } }, scope([{ n: 1 }, { n: null }])),
    ).toMatchObject({
      kind: "fail",
      error: {
        code: "expression_failed",
        message: expect.stringMatching(/^input\.to\.n, for the item of index 1: /),
      },
      retry: "never",
    });
  });

  test("does not evaluate what an item holds", () => {
    expect(tryKind(map, { items: ITEMS, to: "{{ item }}" }, scope(["{{ trigger }}"]))).toEqual({
      kind: "output",
      output: ["{{ trigger }}"],
    });
  });

  test("takes 10,000 items and refuses more with what to do", () => {
    const list = Array.from({ length: 10_001 }, (_, at) => at);
    expect(tryKind(map, { items: ITEMS, to: "{{ item }}" }, scope(list.slice(1)))).toMatchObject({ kind: "output" });
    expect(tryKind(map, { items: ITEMS, to: "{{ item }}" }, scope(list))).toMatchObject({
      kind: "fail",
      error: { code: "items_too_many" },
    });
    expect(tryKind(each, { items: ITEMS }, scope(list))).toMatchObject({
      kind: "fail",
      error: { code: "items_too_many" },
    });
  });

  test.each([[null], ["text"], [{ length: 2 }], [undefined]])("refuses %j as items", (value) => {
    expect(() =>
      tryKind(map, { items: ITEMS, to: 1 }, { trigger: value === undefined ? {} : { items: value } }),
    ).toThrow("items: give a list");
  });
});

describe("filter", () => {
  test("keeps the items for which the condition holds, as the language reads truth", () => {
    const items = [true, false, 1, 0, "a", "", null, [], {}];
    expect(tryKind(filter, { items: ITEMS, where: "{{ item }}" }, scope(items))).toEqual({
      kind: "output",
      output: [true, 1, "a", [], {}],
    });
  });

  test("agrees with the filter of lists", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, limit) => {
        expect(tryKind(filter, { items: ITEMS, where: `{{ item > ${limit} || index === 0 }}` }, scope(items))).toEqual({
          kind: "output",
          output: items.filter((item, index) => item > limit || index === 0),
        });
      }),
    );
  });
});

describe("branch", () => {
  const cases = [
    { port: "big", when: "{{ trigger.n > 100 }}" },
    { port: "some", when: "{{ trigger.n > 0 }}" },
  ];

  test.each([
    [1000, "big"],
    [5, "some"],
    [0, "else"],
  ])("with %d goes by the first case that holds", (n, port) => {
    expect(tryKind(branch, { cases }, { trigger: { n } })).toEqual({ kind: "output", output: null, port });
  });

  test("has its cases as ports, then else, so that a plain list of next is the first case's", () => {
    expect(branch.ports(Step.parse({ id: "a", kind: "branch", input: { cases } }))).toEqual(["big", "some", "else"]);
  });

  test("does not try the cases after the first that holds", () => {
    expect(
      tryKind(
        branch,
        { cases: [cases[0], { port: "worse", when: "{{ trigger.n.toUpperCase() }}" }] },
        { trigger: { n: 101 } },
      ),
    ).toMatchObject({ port: "big" });
    expect(
      tryKind(
        branch,
        { cases: [cases[0], { port: "worse", when: "{{ trigger.n.toUpperCase() }}" }] },
        { trigger: { n: 1 } },
      ),
    ).toMatchObject({
      kind: "fail",
      error: { code: "expression_failed", message: expect.stringMatching(/^input\.cases\[1\]\.when: /) },
    });
  });
});

describe("loops", () => {
  test("each asks for its items, one at a time unless told otherwise", () => {
    expect(tryKind(each, { items: ITEMS }, scope([1, 2]))).toEqual({ kind: "each", items: [1, 2], parallel: 1 });
    expect(tryKind(each, { items: ITEMS, parallel: "{{ 2 + 3 }}" }, scope([]))).toEqual({
      kind: "each",
      items: [],
      parallel: 5,
    });
    expect(() => tryKind(each, { items: ITEMS, parallel: 101 }, scope([]))).toThrow("parallel: ");
  });

  test("while asks for its turns, 100 at most unless told otherwise", () => {
    expect(tryKind(whileLoop, { when: "{{ index < 3 }}" })).toEqual({ kind: "while", max: 100 });
    expect(() => tryKind(whileLoop, { when: "{{ true }}", max: 10_001 })).toThrow("max: ");
  });

  test("while prepares its condition for the engine", () => {
    const seen: (readonly string[])[] = [];
    const template = { kind: "constant", value: true } as const;
    const prepared: PreparedWhile = whileLoop.prepare!(
      Step.parse({
        id: "a",
        kind: "while",
        input: { when: "{{ steps.page.next }}" },
        steps: [{ id: "page", kind: "set" }],
      }),
      (_value, _field, more = []) => {
        seen.push(more);
        return template;
      },
      () => undefined,
    );
    expect(prepared.when).toBe(template);
    expect(seen).toEqual([["item", "index", "steps.page"]]);
  });
});
