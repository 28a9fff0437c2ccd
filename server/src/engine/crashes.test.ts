/**
 * A worker dies before or after each of its commits, through the whole life of effects that reserve and ask people;
 * another one leads the run on. Nothing happens twice, nothing is lost, and what is counted is what was sent.
 */
import { afterEach, expect, test } from "vitest";
import type { EffectCall } from "../core/ports/gate.ts";
import type { TestEngine } from "../../test/engine.ts";
import { cappedGate, counters, DONE, makeCap, reservation } from "./capped.testsuite.ts";
import { closeEngines, deathsOf, through, until } from "./deaths.testsuite.ts";
import { approvals, askingGate, decide } from "./people.testsuite.ts";

afterEach(closeEngines);

/** Whoever sends under a key that was sent before is answered as then: each key counts once. */
function world() {
  const keys = new Set<string>();
  return {
    keys,
    does: (call: EffectCall) => {
      keys.add(call.idempotencyKey ?? `${call.run}/${call.step}`);
      return DONE;
    },
  };
}

const TWO = {
  format: 1,
  name: "two",
  steps: [
    {
      id: "first",
      kind: "http",
      input: { method: "POST", url: "https://example.com/", repeat: "key" },
      next: ["last"],
    },
    { id: "last", kind: "http", input: { method: "POST", url: "https://example.com/", repeat: "key" } },
  ] as never,
} as const;

test.each(deathsOf(3))("what is reserved is counted once for each effect: dead $when flush $flush", async (death) => {
  const { keys, does } = world();
  let cap: Promise<string> | null = null;
  let engine: TestEngine | null = null;
  const { status, died } = await through(death, TWO, (it) => ({
    async perform(call) {
      engine ??= it();
      const id = await (cap ??= makeCap(engine.db, engine.scope, 100));
      return await cappedGate({
        takes: () => [reservation(id, 7n, 100n)],
        settles: () => [{ cap: id, amount: 5n }],
        does,
      }).perform(call);
    },
  }));
  expect(died).toBe(true);
  if (status === null) return;
  expect(status).toBe("completed");
  expect(keys.size).toBe(2);
  const [counter] = await counters(engine!.db);
  expect(counter).toMatchObject({ spent: 10, reserved: 0, held: 0 });
});

test.each(deathsOf(5))(
  "people are asked, decide, and it is sent under their word: dead $when flush $flush",
  async (death) => {
    const { keys, does } = world();
    let engine: TestEngine | null = null;
    const sentUnder: (string | null)[] = [];
    const { status, died } = await through(
      death,
      TWO,
      (it) =>
        askingGate(
          () => (engine = it()),
          (call) => {
            sentUnder.push(call.approval);
            return does(call);
          },
        ),
      async (it) => {
        for (let decided = 0; decided < 2; decided++) {
          const open = await until(async () => (await approvals(it)).find(({ status: how }) => how === "open") ?? null);
          await decide(it, open, "approved");
          await until(async () => (await approvals(it)).find(({ id }) => id === open.id)?.status === "used");
        }
      },
    );
    expect(died).toBe(true);
    if (status === null) return;
    expect(status).toBe("completed");
    expect(keys.size).toBe(2);
    expect(sentUnder).not.toContain(null);
    const all = await approvals(engine!);
    expect(all.map((one) => one.status)).toEqual(["used", "used"]);
    expect(new Set(sentUnder)).toEqual(new Set(all.map(({ id }) => id)));
  },
);
