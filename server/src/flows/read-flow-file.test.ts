import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { AppError } from "../core/errors.ts";
import { lineOf, positionsOf, type Position } from "./line-of.ts";
import { readFlowFile, type FlowFileIssue } from "./read-flow-file.ts";
import { scanJson } from "./scan-json.ts";

const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";

function refusal(content: string | Uint8Array, mediaType = JSON_TYPE): AppError {
  try {
    readFlowFile(content, mediaType);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

/** `line field: message` of each thing that is wrong. */
function issues(content: string, mediaType = JSON_TYPE): string[] {
  const { code, details } = refusal(content, mediaType);
  expect(code).toBe("flow_invalid");
  const list: FlowFileIssue[] = JSON.parse(JSON.stringify(details["issues"]));
  return list.map((one) => `${one.line} ${one.field}: ${one.message}`);
}

const lines = (...list: readonly string[]): string => list.join("\n");
const file = (steps: string): string => lines('{ "format": 1, "name": "test", "steps": [', steps, "] }");

describe("a good file", () => {
  const value = {
    format: 1,
    name: "test",
    steps: [{ id: "a", kind: "set", input: { x: [1, null, { y: "{{ z }}" }] } }],
  };

  test("is the same in JSON and in YAML, defaults filled in", () => {
    const { file: json } = readFlowFile(JSON.stringify(value), "application/json; charset=utf-8");
    expect(json.steps[0]).toEqual({ ...value.steps[0], next: [], onError: "fail", ifUnknown: "ask" });
    expect(readFlowFile(stringify(value), "application/yaml").file).toEqual(json);
    expect(readFlowFile(stringify(value), "text/yaml").file).toEqual(json);
    expect(readFlowFile(JSON.stringify(value), YAML_TYPE).file).toEqual(json);
    expect(readFlowFile(JSON.stringify(value), "").file).toEqual(json);
    expect(readFlowFile(new TextEncoder().encode(`\uFEFF${JSON.stringify(value)}`), JSON_TYPE).file).toEqual(json);
    expect(readFlowFile(`\uFEFF${JSON.stringify(value)}`, JSON_TYPE).file).toEqual(json);
  });

  test("keeps text as text: YAML 1.2 has no dates and no yes", () => {
    const text = lines(
      "format: 1",
      "name: test",
      "steps:",
      "  - id: a",
      "    kind: set",
      "    input:",
      "      day: 2026-01-01",
      "      ok: yes",
      "      code: |",
      "        if (a) {",
      "          b",
      "        }",
    );
    expect(readFlowFile(text, YAML_TYPE).file.steps[0]!.input).toEqual({
      day: "2026-01-01",
      ok: "yes",
      code: "if (a) {\n  b\n}\n",
    });
  });

  test("may repeat itself by aliases", () => {
    const text = lines(
      "format: 1",
      "name: test",
      "steps:",
      "  - id: a",
      "    kind: set",
      "    input: &in { x: 1 }",
      "  - id: b",
      "    kind: set",
      "    input: *in",
    );
    expect(readFlowFile(text, YAML_TYPE).file.steps[1]!.input).toEqual({ x: 1 });
  });

  test("may name a field or a step like a part of every object", () => {
    const { file: read } = readFlowFile(
      file('{ "id": "constructor", "kind": "set", "input": { "constructor": { "prototype": 1 }, "toString": 2 } }'),
      JSON_TYPE,
    );
    expect(JSON.stringify(read.steps[0]!.input)).toBe('{"constructor":{"prototype":1},"toString":2}');
  });

  test("of 5,000 steps is read", () => {
    const steps = Array.from({ length: 5000 }, (_, at) => ({
      id: `s${at}`,
      kind: "set",
      input: { a: at },
      next: at < 4999 ? [`s${at + 1}`] : [],
    }));
    expect(readFlowFile(JSON.stringify({ ...value, steps }), JSON_TYPE).file.steps).toHaveLength(5000);
  });
});

describe("what is not JSON is refused with its line", () => {
  test.each([
    [lines("{", '  "format": 1,', '  "name": "a",', "}"), "4 name: here JSON has a field name in double quotes"],
    [lines("{", '  "format": 1', '  "name": "a"', "}"), "3 format: here JSON has , or }"],
    [lines("{", "  'format': 1", "}"), "2 : here JSON has a field name in double quotes or }"],
    [lines('{ "steps": [', "1,", "] }"), "3 steps[0]: here JSON has a value"],
    [lines('{ "a":', "01 }"), "2 a: here JSON has , or }"],
    [
      lines('{ "a": "x', 'y" }'),
      "1 a: this text is not closed, or holds a line end or an escape that JSON doesn't have",
    ],
    [
      lines('{ "a":', '"\\x" }'),
      "2 a: this text is not closed, or holds a line end or an escape that JSON doesn't have",
    ],
    [lines("{", '"a": {', '"b": [1, 2'), "3 a.b[1]: the text ends too early: here JSON has , or ]"],
    ["{} x", "1 : here JSON has nothing more"],
    ["", "1 : the text ends too early: here JSON has a value"],
    [lines("{", '"a": { "b": 1,', '"c": 2, "b": 3 } }'), '3 a.b: the field "b" is given twice here: keep one'],
    [lines("{", '"a": 1,', '"\\u0061": 3 }'), '3 a: the field "a" is given twice here: keep one'],
  ])("%j", (text, expected) => {
    expect(issues(text)).toEqual([expected]);
  });

  test("the scanner agrees with JSON.parse on every text near JSON", () => {
    const near = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", ",", "}", "[", '"', "\\", ":", "0", "null", " ", "\u0001", "-", "e"),
      )
      .map(([text, at, piece]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + piece + text.slice(cut + (at % 2));
      });
    fc.assert(
      fc.property(near, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const fault = scanJson(text);
        fc.pre(!fault?.message.includes("given twice"));
        expect(fault === null).toBe(valid);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("what is not YAML is refused with its line", () => {
  const head = ["format: 1", "name: test"];
  test.each([
    [lines(...head, "steps: [a, b"), 3],
    [lines(...head, "name: other"), 3],
    [lines(...head, "steps:", "\t- id: a"), 4],
    [lines(...head, "steps: !!js/function x"), 3],
    [lines(...head, "steps:", "  - id: a", "    kind: set", "    input:", "      value: !!binary aGVsbG8="), 7],
    [lines(...head, "steps:", "  - id: a", "    kind: set", "    input: !!set { a, b }"), 6],
    [lines(...head, "steps:", "  - id: a", "    kind: set", "    input: !!omap [a: 1]"), 6],
    [lines(...head, "steps:", "  - id: a", "    kind: set", "    input:", "      at: !!timestamp 2026-11-21"), 7],
    [lines(...head, "steps:", "  - id: a", "    kind: set", "    input:", "      big: .inf"), 7],
    [lines(...head, "? [a, b]", ": 1"), 3],
    [lines(...head, "---", "format: 1"), 3],
    [lines(...head, "steps: *nobody"), 3],
  ])("%j", (text, line) => {
    expect(issues(text, YAML_TYPE)[0]).toMatch(new RegExp(`^${line} `));
  });

  test("a field given twice is named", () => {
    expect(issues(lines("a:", "  b: 1", "  c: 1", "  b: 2"), YAML_TYPE)).toEqual([
      '4 : the field "b" is given twice here: keep one',
    ]);
  });

  test("aliases that multiply end early", () => {
    const levels = Array.from(
      { length: 11 },
      (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(", ")}]`,
    );
    expect(issues(lines("a0: &a0 x", ...levels), YAML_TYPE)[0]).toMatch(/aliases .* multiply too much/);
    expect(issues(lines("format: &a [*a, *a, *a]"), YAML_TYPE)[0]).toMatch(/nested more than 128 deep|multiply/);
    expect(issues(lines("x: &x 1", "l:", ...Array(101).fill("- *x")), YAML_TYPE)).toEqual([
      "1 : more than 100 aliases (*name): write the values out",
    ]);
    expect(issues(lines(`x: &x "${"y".repeat(200_000)}"`, "l:", ...Array(90).fill("- *x")), YAML_TYPE)[0]).toMatch(
      /multiply too much/,
    );
  });

  test("an alias means the last node of its name before it", () => {
    const text = lines(
      "format: 1",
      "name: test",
      "steps:",
      "  - { id: a, kind: set, input: { x: &x 1, y: *x } }",
      "  - { id: b, kind: set, input: { x: &x 2, y: *x } }",
    );
    expect(readFlowFile(text, YAML_TYPE).file.steps.map((step) => step.input)).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: 2 },
    ]);
  });

  test("14,000 fields are checked for doubles in time that grows with their number", () => {
    const text = Array.from({ length: 14_000 }, (_, at) => `k${at}: 1`).join("\n");
    expect(issues(text, YAML_TYPE)).toContain('1 k0: there is no field "k0" here: remove it or mend its name');
  }, 10_000);

  test("more tokens than a file may have are refused with the line before anything is made of them", () => {
    const beyond = "1 : more than 100000 tokens: send the file as JSON, or move steps to flows of their own";
    expect(issues(`a: [${"}".repeat(200_000)}`, YAML_TYPE)).toEqual([beyond]);
    expect(issues(`a: [${"1,".repeat(100_000)}1]`, YAML_TYPE)).toEqual([beyond]);
    expect(issues(lines("a:", ...Array(40_000).fill("- x")), YAML_TYPE)).toEqual([
      expect.stringMatching(/^2\d{4} : more than 100000 tokens/),
    ]);
  });
});

const nested = (depth: number) =>
  file(`{ "id": "a", "kind": "set", "input": { "x": ${"[".repeat(depth)}${"]".repeat(depth)} } }`);
const half = (name: string) => Array.from({ length: 2500 }, (_, at) => ({ id: `${name}${at}`, kind: "set" }));

describe("what is not a flow file is refused with line and field of everything that is wrong", () => {
  test("in JSON", () => {
    const text = file(
      lines(
        '{ "id": "a b", "kind": "set",',
        '  "next": { "yes": ["b"],',
        '    "x y": [] } },',
        '{ "id": "b" },',
        '{ "id": "c", "kind": "set", "retry": { "times": 99 },',
        '  "colour": "red" },',
        '{ "id": "d", "kind": "set", "next": 3 },',
        '{ "id": "e", "kind": "each",',
        '  "steps": [ { "id": "f", "kind": "set",',
        '    "next": ["B"] } ] }',
      ),
    );
    expect(issues(text)).toEqual([
      "2 steps[0].id: use a letter a-z, then up to 62 letters, digits or _",
      '4 steps[0].next.x y: the name "x y" is not valid: use a letter a-z, then up to 62 letters, digits or _',
      "5 steps[1].kind: this field is missing (expected text)",
      "6 steps[2].retry.times: at most 20",
      '7 steps[2].colour: there is no field "colour" here: remove it or mend its name',
      "8 steps[3].next: expected a list, not a number, or expected an object, not a number",
      "11 steps[4].steps[0].next[0]: use a letter a-z, then up to 62 letters, digits or _",
    ]);
  });

  test("in YAML, also through an alias", () => {
    const text = lines(
      "format: 2",
      "name: test",
      "triggers:",
      "  - id: t",
      "    kind: schedule",
      "steps:",
      "  - id: a",
      "    kind: set",
      "    retry: &r",
      "      times: 0",
      "  - id: b",
      "    kind: set",
      "    retry: *r",
    );
    expect(issues(text, YAML_TYPE)).toEqual([
      "1 format: it is 1",
      "4 triggers[0]: give exactly one of cron, everySeconds and at",
      "10 steps[0].retry.times: at least 1",
      "13 steps[1].retry.times: at least 1",
    ]);
  });

  test("at most 50 things, the first in front", () => {
    const text = JSON.stringify(
      { format: 1, name: "test", steps: Array.from({ length: 300 }, () => ({ id: "A B", kind: "set" })) },
      null,
      1,
    );
    const error = refusal(text);
    expect(error.details["issues"]).toHaveLength(50);
    expect(error.details).toMatchObject({ line: 6, field: "steps[0].id" });
    expect(error.message).toBe("line 6, steps[0].id: use a letter a-z, then up to 62 letters, digits or _");
  });

  test("__proto__ is no name, wherever and however it is written", () => {
    expect(
      issues(file(lines('{ "id": "a", "kind": "set", "input": { "x": [', '{ "__proto__": { "polluted": 1 } } ] } }'))),
    ).toEqual(["3 steps[0].input.x[0].__proto__: no field can have the name __proto__: use another"]);
    expect(issues(file('{ "id": "a", "kind": "set", "next": { "\\u005f_proto__": ["a"] } }'))).toEqual([
      "2 steps[0].next.__proto__: no field can have the name __proto__: use another",
    ]);
    expect(issues(lines("format: 1", "name: test", "__proto__:", "  x: 1"), YAML_TYPE)).toEqual([
      "3 __proto__: no field can have the name __proto__: use another",
    ]);
    expect(issues(file('{ "id": "__proto__", "kind": "set" }'))).toEqual([
      "2 steps[0].id: use a letter a-z, then up to 62 letters, digits or _",
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("what is too deep, too large or has too many steps", () => {
    expect(() => readFlowFile(nested(120), JSON_TYPE)).not.toThrow();
    expect(issues(nested(130))).toEqual(["1 : fields are nested more than 128 deep: flatten them"]);
    expect(issues("[".repeat(1_000_000))).toEqual(["1 : fields are nested more than 128 deep: flatten them"]);
    expect(issues("[".repeat(200_000), YAML_TYPE)).toEqual(["1 : fields are nested more than 128 deep: flatten them"]);
    expect(refusal(" ".repeat(5_242_881)).code).toBe("body_too_large");
    expect(refusal(new Uint8Array(5_242_881)).code).toBe("body_too_large");
    expect(refusal(`a: ${"x".repeat(262_144)}`, YAML_TYPE).code).toBe("body_too_large");
    const many = { format: 1, name: "test", steps: [{ id: "l", kind: "each", steps: half("a") }, ...half("b")] };
    expect(issues(JSON.stringify(many))).toEqual([
      "1 steps: 5001 steps, counting nested ones, are more than 5000: move some to sub-flows",
    ]);
  });

  test("other bytes and types", () => {
    expect(refusal(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject({
      code: "flow_invalid",
      message: "the flow file is not UTF-8: save it as UTF-8",
    });
    expect(refusal("{}", "text/html").code).toBe("media_type_unsupported");
    expect(issues("[]")).toEqual(["1 : expected an object, not a list"]);
    expect(issues("", YAML_TYPE)).toEqual(["1 : expected an object, not null"]);
  });
});

/** Where a text was refused, null when it was not; throws what is no refusal. */
function placeOfRefusal(text: string, mediaType: string): Position | null {
  try {
    readFlowFile(text, mediaType);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { line: Number(error.details["line"]), column: Number(error.details["column"]) };
  }
}

test("no text makes the reader throw anything but a refusal", () => {
  const piece = fc.constantFrom(
    "format: 1\n",
    "name: x\n",
    "steps:\n",
    "- ",
    "  ",
    "&a ",
    "*a",
    "[",
    "]",
    "{",
    "}",
    ":",
    "? ",
    "!!",
    "|\n",
    '"',
    "'",
    "#",
    "---\n",
    "%",
    "<<: *a\n",
    "__proto__: 1\n",
    "\t",
    "\u0000",
    "{{ x }}",
    "1",
    ",",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 60 }).map((list) => list.join("")),
        fc.json(),
        fc.string(),
      ),
      fc.constantFrom(JSON_TYPE, YAML_TYPE),
      (text, mediaType) => {
        const { line, column } = placeOfRefusal(text, mediaType) ?? { line: 1, column: 1 };
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(text.split("\n").length);
        expect(column).toBeGreaterThanOrEqual(1);
      },
    ),
    { numRuns: 1000 },
  );
});

describe("lineOf", () => {
  const json = file(lines('{ "id": "a",', '  "input": {', '    "url": "x",', '    "a.b": [1,', "      2] } }"));
  const yaml = lines("format: 1", "steps:", "  - id: a", "    input:", "      url: x", "  - id: b");

  test.each([
    ["steps[0].id", 2],
    ["steps[0].input.url", 4],
    ["steps[0].input.a.b[1]", 6],
    ["steps[0].input.missing.deep", 3],
    ["steps[0].kind", 2],
    ["nowhere", 1],
  ])("of %s in JSON is %d", (field, line) => {
    expect(lineOf(json, field)).toBe(line);
  });

  test.each([
    ["steps[0].input.url", 5],
    ["steps[1].id", 6],
    ["steps[1].input", 6],
    ["steps[7]", 2],
  ])("of %s in YAML is %d", (field, line) => {
    expect(lineOf(yaml, field)).toBe(line);
  });

  test("several at once have columns too", () => {
    const position = positionsOf(json, ["steps[0].input.url", "steps[0].id"]);
    expect(position("steps[0].id")).toEqual({ line: 2, column: 3 });
    expect(position("steps[0].input.url")).toEqual({ line: 4, column: 5 });
  });
});
