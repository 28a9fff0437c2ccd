import { expect, test } from "vitest";
import { createInFlight, type InFlight, type RestsOn } from "./in-flight.ts";

let nowMs = 0;
let waiting: (() => void)[] = [];
const clock = {
  nowMs: () => nowMs,
  monotonicMs: () => nowMs,
  after: (_ms: number, callback: () => void) => {
    waiting.push(callback);
    return () => void (waiting = waiting.filter((each) => each !== callback));
  },
};
const OF = { step: "send", path: [1], action: "gmail.send" };
const ON: RestsOn = {
  organization: "o",
  project: "p",
  run: "run_1",
  grants: ["g"],
  connection: "c",
  credential: "k",
  flow: "f",
  members: ["m"],
  approval: "a",
};
const HERE = { organization: "o", project: "p" };
const enter = (inFlight: InFlight, on: Partial<RestsOn> = {}, outer = new AbortController().signal) =>
  inFlight.enter(OF, { ...ON, ...on }, outer);

test("what rests on a thing that is revoked is aborted at once, and listed with what became of it", async () => {
  const inFlight = createInFlight(clock);
  nowMs = 100;
  const one = enter(inFlight);
  const other = enter(inFlight, { grants: ["h"], connection: "d" });
  nowMs = 140;
  const listed = inFlight.abort(HERE, { kind: "grant", id: "g" }, 1_000);
  expect([one.signal.aborted, other.signal.aborted]).toEqual([true, false]);
  expect([one.revoked()?.kind, other.revoked()]).toEqual(["grant", null]);
  one.end("unknown");
  expect(await listed).toEqual([{ ...OF, run: "run_1", sinceMs: 40, fate: "unknown" }]);
  expect(inFlight.size()).toBe(1);
});

test.each([
  ["grant", "g"],
  ["connection", "c"],
  ["member", "m"],
  ["approval", "a"],
] as const)(
  "a %s is found by its own id and no other's, in its project or all of its organization's",
  async (kind, id) => {
    const found = async (organization: string, project: string | null, which: string): Promise<number> => {
      const inFlight = createInFlight(clock);
      const one = enter(inFlight);
      const listed = inFlight.abort({ organization, project }, { kind, id: which }, 0);
      one.end("stopped");
      return (await listed).length;
    };
    expect(await found("o", "p", id)).toBe(1);
    expect(await found("o", null, id)).toBe(1);
    expect(await found("o", "q", id)).toBe(0);
    expect(await found("x", null, id)).toBe(0);
    for (const other of ["g", "c", "m", "a"].filter((each) => each !== id))
      expect(await found("o", "p", other)).toBe(0);
  },
);

test("what does not end in time is unknown, and nobody waits for longer", async () => {
  const inFlight = createInFlight(clock);
  enter(inFlight);
  const listed = inFlight.abort(HERE, { kind: "connection", id: "c" }, 50);
  for (const callback of waiting) callback();
  expect(await listed).toMatchObject([{ fate: "unknown" }]);
});

test("a run's own reasons abort it without anything being revoked, also when it enters too late", () => {
  const inFlight = createInFlight(clock);
  const outer = new AbortController();
  const one = enter(inFlight, {}, outer.signal);
  outer.abort(new Error("cancelled"));
  const late = enter(inFlight, {}, outer.signal);
  for (const flight of [one, late]) {
    expect(flight.signal.aborted).toBe(true);
    expect(flight.revoked()).toBeNull();
    flight.end("stopped");
    flight.end("done");
  }
  expect(inFlight.size()).toBe(0);
});

test("nothing in flight is answered at once", async () => {
  expect(await createInFlight(clock).abort(HERE, { kind: "grant", id: "g" }, 60_000)).toEqual([]);
});
