import { assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCode } from "./check-code.ts";

const OK = "export default ({ steps }) => steps.a";

describe("checking a code step at publish", () => {
  it.each([
    OK,
    "export default async function name({ steps }) { await 1; return steps; }",
    "const f = () => 1;\nexport { f as default };",
    "const g = make();\nfunction make() { return () => 1; }\nexport default g;",
    "const x = await Promise.resolve(1); export default () => x",
    "export default () => 'import(\"fs\")'",
  ])("accepts %s as it is", (source) => {
    expect(checkCode("js", source)).toEqual({ source });
  });

  it("removes types and keeps every position", () => {
    const source = "interface A { n: number }\nexport default ({ n }: A): number => (n as number) + 1;";
    const verdict = checkCode("ts", source);
    expect(verdict).toEqual({
      source: expect.stringMatching(/^ +\nexport default \(\{ n \} {3}\) {8} => \(n {10}\) \+ 1;$/),
    });
  });

  it.each([
    ["ts", "\n  enum Color { Red }\nexport default () => 1", /enum is not supported/, 2, 3],
    ["ts", "namespace N { export const a = 1 }\nexport default () => 1", /namespace/, 1, 1],
    ["ts", "class A { constructor(private x: number) {} }\nexport default () => 1", /parameter property/, 1, 31],
    ["ts", "\nexport default (a: string => 1", /Expected/, 2, 1],
    ["js", "export default () => {\n  let a = ;\n}", /Unexpected token/, 2, 11],
    ["js", "export default (a: string) => a", /Unexpected token/, 1, 18],
    ["js", "import fs from 'fs';\nexport default () => fs", /can't import/, 1, 1],
    ["js", "export default () => {\n  return import('fs');\n}", /can't import/, 2, 10],
    ["js", "export { default } from 'x'", /can't import/, 1, 1],
    ["js", "export * from 'x'; export default () => 1", /can't import/, 1, 1],
    ["js", "const a = 1", /export a function as its default/, 1, 1],
    ["js", "\nexport default 5", /export a function as its default/, 2, 1],
    ["js", "export default class {}", /export a function as its default/, 1, 1],
    ["js", "export default function* () {}", /generator/, 1, 1],
    ["js", `${OK};\nexport const other = 1`, /one export/, 2, 1],
    ["js", `${OK};\n${OK}`, /Duplicate export/, 2, 8],
    ["js", "return 1", /return/, 1, 1],
    ["js", "", /export a function as its default/, 1, 1],
  ] as const)("refuses %s %j", (language, source, problem, line, column) => {
    const verdict = checkCode(language, source);
    expect(verdict).toEqual({ problem: expect.stringMatching(problem), line, column });
  });

  it("refuses what is too long or too deep, without failing itself", () => {
    expect(checkCode("js", `${OK}//${"x".repeat(300_000)}`)).toMatchObject({
      problem: expect.stringContaining("longer"),
    });
    expect(checkCode("js", `export default () => ${"[".repeat(50_000)}${"]".repeat(50_000)}`)).toHaveProperty(
      "problem",
    );
  });

  it("answers for any text, and executes none of it", () => {
    const before = Object.keys(globalThis).length;
    assert(
      property(
        oneof(
          string(),
          string().map((text) => `${OK};${text}`),
        ),
        constantFrom("js", "ts"),
        (source, language) => {
          const verdict = checkCode(language, source);
          expect("source" in verdict || (verdict.line >= 1 && verdict.column >= 1 && verdict.problem.length > 0)).toBe(
            true,
          );
        },
      ),
    );
    checkCode("js", "globalThis.executed = true; export default () => 1");
    expect(Object.keys(globalThis).length).toBe(before);
  });
});
