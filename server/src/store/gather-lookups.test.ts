import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { gatherLookups } from "./gather-lookups.ts";

/** Lookups that are answered by hand: doubles of what was asked. */
function byHand() {
  const batches: { keys: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const find = gatherLookups(
    (keys: readonly number[]) =>
      new Promise<readonly number[]>((resolve, reject) => {
        batches.push({ keys, answer: () => resolve(keys.map((key) => key * 2)), fail: reject });
      }),
  );
  return { batches, find };
}

test("what is asked in one turn goes out together, and each gets its own answer", async () => {
  const { batches, find } = byHand();
  const asked = [find(1), find(2), find(1)];
  await turn();
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 2, 1]]);
  batches[0]!.answer();
  expect(await Promise.all(asked)).toEqual([2, 4, 2]);
});

test("what is asked while a statement is under way is never answered by it", async () => {
  const { batches, find } = byHand();
  const first = find(1);
  await turn();
  const second = find(1);
  await turn();
  expect(batches).toHaveLength(2);
  batches[0]!.answer();
  await first;
  let answered = false;
  void second.then(() => (answered = true));
  await turn();
  expect(answered).toBe(false);
  batches[1]!.answer();
  expect(await second).toBe(2);
});

test("two statements are under way at most, and the rest goes with the next", async () => {
  const { batches, find } = byHand();
  const asked: Promise<number>[] = [];
  for (let key = 0; key < 5; key++) {
    asked.push(find(key));
    await turn();
  }
  expect(batches.map(({ keys }) => keys)).toEqual([[0], [1]]);
  batches[1]!.answer();
  await asked[1];
  await turn();
  await turn(); // what its end called for goes out at the end of the next
  expect(batches.map(({ keys }) => keys)).toEqual([[0], [1], [2, 3, 4]]);
  batches[0]!.answer();
  batches[2]!.answer();
  expect(await Promise.all(asked)).toEqual([0, 2, 4, 6, 8]);
});

test("a statement that fails fails those it was for, and the next goes on", async () => {
  const { batches, find } = byHand();
  const failing = Promise.allSettled([find(1), find(2)]);
  await turn();
  batches[0]!.fail(new Error("lost"));
  expect((await failing).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const next = find(3);
  await turn();
  batches[1]!.answer();
  expect(await next).toBe(6);
});

test("64 go out in one statement, and beyond 1,000 that wait the next is refused", async () => {
  const { batches, find } = byHand();
  const asked = Array.from({ length: 1000 }, (_, key) => find(key));
  await expect(find(1000)).rejects.toMatchObject({ code: "overloaded" });
  await turn();
  expect(batches[0]!.keys).toHaveLength(64);
  for (let at = 0; at < 16; at++) {
    batches[at]!.answer();
    await turn();
    await turn();
  }
  expect((await Promise.all(asked)).at(-1)).toBe(1998);
});
