import fc from "fast-check";
import { expect, test } from "vitest";
import { fakeClock } from "../../../test/engine.ts";
import { createSlots, type SlotLimits } from "./connection-slots.ts";

const LIMITS: SlotLimits = { totalMax: 3, eachMax: 2, waitingMax: 10, waitMsMax: 1000, idleMsMax: 5000 };

interface Fake {
  readonly name: string;
  readonly id: number;
}

function bench(limits: Partial<SlotLimits> = {}) {
  const clock = fakeClock(0);
  const open: Fake[] = [];
  let made = 0;
  let most = 0;
  const slots = createSlots<{ name: string }, Fake>({
    limits: { ...LIMITS, ...limits },
    clock,
    open: ({ name }) => {
      const one = { name, id: ++made };
      open.push(one);
      most = Math.max(most, open.length);
      return name === "broken" ? Promise.reject(new Error("no such database")) : Promise.resolve(one);
    },
    close: (one) => void open.splice(open.indexOf(one), 1),
  });
  return { clock, slots, open, made: () => made, most: () => most };
}

const settled = async (promise: Promise<unknown>): Promise<boolean> =>
  await Promise.race([promise.then(() => true), new Promise<boolean>((done) => setImmediate(() => done(false)))]);

test("a connection given back is the next one's (S1)", async () => {
  const { slots, made } = bench();
  const first = await slots.acquire({ name: "a" });
  slots.release({ name: "a" }, first, false);
  expect(await slots.acquire({ name: "a" })).toBe(first);
  expect(made()).toBe(1);
});

test("a third caller of one database waits while another database's is served (S1, S2)", async () => {
  const { slots } = bench();
  const first = await slots.acquire({ name: "a" });
  await slots.acquire({ name: "a" });
  const third = slots.acquire({ name: "a" });
  expect(await settled(third)).toBe(false);
  expect((await slots.acquire({ name: "b" })).name).toBe("b");
  slots.release({ name: "a" }, first, false);
  expect(await third).toBe(first);
});

test("the one idle longest makes place for another database (S3)", async () => {
  const { slots, open } = bench();
  for (const name of ["a", "b", "c"]) {
    slots.release({ name }, await slots.acquire({ name }), false);
  }
  await slots.acquire({ name: "d" });
  expect(open.map((one) => one.name)).toEqual(["b", "c", "d"]);
});

test("one idle too long is closed, one used meanwhile is not (S3)", async () => {
  const { slots, open, clock } = bench();
  slots.release({ name: "a" }, await slots.acquire({ name: "a" }), false);
  clock.advance(4000);
  const used = await slots.acquire({ name: "a" });
  clock.advance(4000);
  expect(open).toEqual([used]);
  slots.release({ name: "a" }, used, false);
  clock.advance(5000);
  expect(open).toEqual([]);
  expect(slots.open).toBe(0);
});

test("who waits too long, or behind too many, is refused as overloaded", async () => {
  const { slots, clock } = bench({ totalMax: 1, waitingMax: 1 });
  await slots.acquire({ name: "a" });
  const waiting = slots.acquire({ name: "b" });
  await expect(slots.acquire({ name: "c" })).rejects.toMatchObject({ code: "overloaded" });
  clock.advance(1000);
  await expect(waiting).rejects.toMatchObject({ code: "overloaded" });
});

test("one that can't be opened leaves its place to the next, and a broken one isn't given out again", async () => {
  const { slots } = bench({ totalMax: 1 });
  await expect(slots.acquire({ name: "broken" })).rejects.toThrow("no such database");
  slots.release({ name: "a" }, await slots.acquire({ name: "a" }), true);
  expect(slots.open).toBe(0);
});

test("closing refuses who waits and closes what is given back", async () => {
  const { slots, open } = bench({ totalMax: 1 });
  const held = await slots.acquire({ name: "a" });
  const waiting = slots.acquire({ name: "b" });
  slots.close();
  await expect(waiting).rejects.toMatchObject({ code: "unavailable" });
  await expect(slots.acquire({ name: "a" })).rejects.toMatchObject({ code: "unavailable" });
  slots.release({ name: "a" }, held, false);
  expect(open).toEqual([]);
});

test("whatever comes and goes, the limits hold and everybody is served in the end (S1)", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "broken"), fc.boolean()), { maxLength: 40 }),
      async (calls) => {
        const { slots, most } = bench({ waitingMax: 100 });
        const counts = new Map<string, number>();
        await Promise.all(
          calls.map(async ([name, broken]) => {
            try {
              const one = await slots.acquire({ name });
              counts.set(name, (counts.get(name) ?? 0) + 1);
              expect(counts.get(name)).toBeLessThanOrEqual(LIMITS.eachMax);
              await new Promise((done) => setImmediate(done));
              counts.set(name, counts.get(name)! - 1);
              slots.release({ name }, one, broken);
            } catch (error) {
              expect([name, error]).toEqual(["broken", expect.any(Error)]);
            }
          }),
        );
        expect(most()).toBeLessThanOrEqual(LIMITS.totalMax + calls.filter(([name]) => name === "broken").length);
        expect(slots.open).toBeLessThanOrEqual(LIMITS.totalMax);
      },
    ),
    { numRuns: 100 },
  );
});
