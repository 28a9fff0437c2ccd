import { afterAll, describe, expect, test } from "vitest";
import type { CodeRunner } from "../../core/ports/code-runner.ts";
import { checkCode } from "../quickjs/check-code.ts";
import { HAS_JAIL, openJail } from "./jail.testsuite.ts";
import { withJail } from "./run-code-in-jail.ts";

const LIMITS = { timeoutMs: 20_000, memoryBytes: 0, outputBytesMax: 1_000_000 };
const light: CodeRunner = {
  run: async (program) => ({ ok: true, output: `light ${program.source}`, logs: [] }),
  close: async () => undefined,
};

describe("what is published", () => {
  test("of node is JavaScript with imports, or TypeScript without its types", () => {
    const plain = "import fs from 'node:fs';\nexport default async () => fs.existsSync('/')";
    expect(checkCode("node", plain)).toEqual({ source: plain });
    expect(checkCode("node", "export default (a: number): number => a")).toEqual({
      source: "export default (a        )         => a",
    });
    expect(checkCode("node", "export const a = 1")).toMatchObject({ line: 1 });
    expect(checkCode("node", "export default () => {\n  let = ;\n}")).toMatchObject({ line: 2 });
    expect(checkCode("node", "enum A { B }\nexport default () => A.B")).toMatchObject({ line: 1 });
  });

  test("of python has its function main", () => {
    for (const source of [
      "def main(input):\n  return 1",
      "import json\nasync def main(a): return 1",
      "main = lambda a: 1",
    ])
      expect(checkCode("python", source)).toEqual({ source });
    for (const source of ["x = 1", "  def main(a):\n    return 1", "def main_2(a):\n  return 1"])
      expect(checkCode("python", source)).toMatchObject({ line: 1 });
  });
});

describe.skipIf(!HAS_JAIL)("a code step", () => {
  const code = withJail(light, openJail());
  afterAll(() => code.close());
  const run = (runtime: "node" | "python" | undefined, source: string, input: string = "{}") =>
    code.run({ key: "p:k", source, ...(runtime ? { runtime } : {}) }, input, LIMITS, new AbortController().signal);

  test("runs in the jail in Node and Python, else where it always ran", async () => {
    const input = JSON.stringify({ steps: { a: 2 } });
    expect(await run(undefined, "x")).toMatchObject({ output: "light x" });
    expect(await run("node", "export default ({ steps }) => { console.log('l'); return steps.a * 2 }", input)).toEqual({
      ok: true,
      output: 4,
      logs: ["l"],
    });
    expect(await run("python", "def main(input): return input['steps']['a'] * 3", input)).toMatchObject({ output: 6 });
    expect(await run("node", "export default () => undefined")).toEqual({ ok: true, output: undefined, logs: [] });
  });

  test("tells with its error what it had printed", async () => {
    expect(await run("python", "def main(input):\n  print('so far')\n  raise ValueError('x')")).toEqual({
      ok: false,
      reason: "threw",
      message: "ValueError: x\nIt had printed: so far",
      stack: "step.py:3",
    });
  });

  test("that forges what is no JSON fails", async () => {
    const forged = "import os\ndef main(a):\n  os.write(3, b'v\\n{')\n  os._exit(0)";
    expect(await run("python", forged)).toMatchObject({ ok: false, reason: "not_json" });
  });
});
