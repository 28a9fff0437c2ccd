import { FlowFile } from "@steward/sdk";
import { expect, test } from "vitest";
import { compileFlow } from "../core/flow/compile-flow.ts";
import { stepKinds } from "../steps/kinds.ts";
import { compileInTurns } from "./compile-in-turns.ts";

const KINDS = stepKinds({ checkCode: (_language, source) => ({ source }) });

function flowOf(steps: number, expressions: number): FlowFile {
  return FlowFile.parse({
    format: 1,
    name: "test",
    steps: Array.from({ length: steps }, (_, at) => ({
      id: `s${at}`,
      kind: "set",
      input: { list: Array.from({ length: expressions }, (__, n) => `{{ ${n} }}`) },
    })),
  });
}

async function turnsOf(file: FlowFile): Promise<number> {
  let turns = 0;
  const { problems } = await compileInTurns(file, KINDS, () => Promise.resolve(void turns++));
  expect(problems).toEqual(compileFlow(file, KINDS).problems);
  return turns;
}

test("a large flow is compiled in many turns of the event loop, a small one in none", async () => {
  expect(await turnsOf(flowOf(5, 5))).toBe(0);
  expect(await turnsOf(flowOf(100, 99))).toBe(33);
  expect(await turnsOf(flowOf(5000, 0))).toBe(20);
});
