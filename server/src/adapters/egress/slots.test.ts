import { expect, test } from "vitest";
import { SharedSlots } from "./slots.ts";

const NEVER = new Promise<string>(() => undefined);

/** Work that goes on until it is let go, and who is at it. */
function work() {
  const at: string[] = [];
  const go = Promise.withResolvers<string>();
  const by = (name: string) => () => {
    at.push(name);
    return go.promise;
  };
  return { at, by, go };
}

test("whoever has much to do waits for itself, and others have room", async () => {
  const slots = new SharedSlots(3, 10, 2);
  const { at, by, go } = work();
  const all = [1, 2, 3].map(() => slots.within("a", NEVER, "full", by("a")));
  const other = slots.within("b", NEVER, "full", by("b"));
  await Promise.resolve();
  expect(at).toEqual(["a", "a", "b"]);
  go.resolve("done");
  expect(await Promise.all([...all, other])).toEqual(["done", "done", "done", "done"]);
  expect(at).toEqual(["a", "a", "b", "a"]);
});

test("what is stopped while it waits leaves its place, and a full queue says so", async () => {
  const slots = new SharedSlots(1, 1, 1);
  const { at, by, go } = work();
  const first = slots.within("a", NEVER, "full", by("first"));
  const stop = Promise.withResolvers<string>();
  const second = slots.within("a", stop.promise, "full", by("second"));
  expect(await slots.within("a", NEVER, "full", by("third"))).toBe("full");
  stop.resolve("stopped");
  expect(await second).toBe("stopped");
  const fourth = slots.within("a", NEVER, "full", by("fourth"));
  go.resolve("done");
  expect(await Promise.all([first, fourth])).toEqual(["done", "done"]);
  expect(at).toEqual(["first", "fourth"]);
});
