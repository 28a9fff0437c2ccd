/** On the language they share, the interpreter and QuickJS say the same. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { QuickJS } from "quickjs-wasi";
import { expect, test } from "vitest";
import { expressions, FC_RUNS, ROOTS, scopes } from "./arbitrary.testsuite.ts";
import { compileExpression, evaluateTemplate, UNFORESEEN } from "./template.ts";

/** Objects inherit nothing in expressions, so they inherit nothing in the machine compared with. */
const BARE = `for (const name of Object.getOwnPropertyNames(Object.prototype)) delete Object.prototype[name];`;

const THREW = "threw";

async function machine(): Promise<(source: string, scope: unknown) => string> {
  const wasm = readFileSync(fileURLToPath(import.meta.resolve("quickjs-wasi/quickjs.wasm")));
  const vm = await QuickJS.create({ wasm, memoryLimit: 256 * 1024 * 1024 });
  vm.evalCode(BARE).dispose();
  return (source, scope) => {
    const code = `(() => { "use strict";
      const { ${ROOTS.join(", ")} } = JSON.parse(${JSON.stringify(JSON.stringify(scope))});
      try { return JSON.stringify({ value: (${source}) }); } catch (error) { return "${THREW}"; }
    })()`;
    using result = vm.evalCode(code);
    return result.toString();
  };
}

/** What is refused here on purpose and not in JavaScript: see "Where it differs" in docs/expressions.md. */
const REFUSED = /object|date|method/;

test("an expression gives what QuickJS gives, and fails where QuickJS throws or where the language refuses", async () => {
  const quickjs = await machine();
  let evaluated = 0;
  fc.assert(
    fc.property(expressions.any, scopes, (source, scope) => {
      const { template, problems } = compileExpression(source, "input", ROOTS);
      expect(problems).toEqual([]);
      const ours = evaluateTemplate(template, scope);
      const theirs = quickjs(source, scope);
      evaluated += ours.ok ? 1 : 0;
      const refused = !ours.ok && REFUSED.test(ours.message) && ours.message !== UNFORESEEN;
      const mine = ours.ok ? JSON.stringify({ value: ours.value }) : THREW;
      expect(refused ? "refused" : mine).toBe(refused ? "refused" : theirs);
    }),
    { numRuns: FC_RUNS * 3 },
  );
  // A comparison of nothing would be no test.
  expect(evaluated).toBeGreaterThan(FC_RUNS * 1.5);
}, 600_000);
