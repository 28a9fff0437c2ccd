import { expect, test } from "vitest";
import { atOnce, inTurns, type Slices } from "./in-turns.ts";

function* slices(...work: readonly number[]): Slices<string> {
  for (const one of work) yield one;
  return "done";
}

async function turnsOf(work: readonly number[], workMax: number): Promise<number> {
  let turns = 0;
  expect(await inTurns(slices(...work), workMax, () => Promise.resolve(turns++))).toBe("done");
  return turns;
}

test("a computation gives way whenever so much is done, and not before", async () => {
  expect(await turnsOf([1, 1, 1, 1, 1, 1, 1], 3)).toBe(2);
  expect(await turnsOf([1, 1], 3)).toBe(0);
  expect(await turnsOf([100, 1, 100], 3)).toBe(2);
  expect(await turnsOf([], 3)).toBe(0);
});

test("at once it comes to the same", () => {
  expect(atOnce(slices(1, 2, 3))).toBe("done");
});

test("what fails between two turns fails as a whole", async () => {
  function* broken(): Slices<string> {
    yield 5;
    throw new Error("broken");
  }
  await expect(inTurns(broken(), 1, () => Promise.resolve())).rejects.toThrow("broken");
});
