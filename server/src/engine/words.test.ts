/** Words between processes on a real database: who hears them, who is silent, and how soon. */
import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { RevokedThing } from "../core/ports/policy-words.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { createWords, type PolicyHearer, type WordParts, type Words } from "./words.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});

interface Process {
  readonly it: TestEngine;
  readonly words: Words;
  readonly reloads: string[];
  readonly changes: unknown[];
  readonly revokes: { readonly thing: RevokedThing; readonly atMs: number }[];
}

interface Habits {
  readonly reload?: WordParts["reload"];
  readonly revoked?: PolicyHearer["revoked"];
  /** Its connection for notifications is broken: it neither hears nor is heard. */
  readonly deaf?: boolean;
}

async function process(it: TestEngine, habits: Habits = {}): Promise<Process> {
  const reloads: string[] = [];
  const changes: unknown[] = [];
  const revokes: Process["revokes"] = [];
  const { notifications, clock, ids, dispatch } = it.parts;
  const words = await createWords({
    notifications: habits.deaf ? { listen: () => Promise.resolve(), notify: () => undefined } : notifications,
    dispatch,
    clock,
    ids,
    worker: () => it.parts.worker,
    async reload(word) {
      reloads.push(JSON.stringify(word));
      return habits.reload ? await habits.reload(word) : true;
    },
    policy: {
      changed: (place) => void changes.push(place),
      async revoked(place, thing, waitMs) {
        revokes.push({ thing, atMs: performance.now() });
        return habits.revoked ? await habits.revoked(place, thing, waitMs) : [];
      },
    },
    log: () => undefined,
  });
  return { it, words, reloads, changes, revokes };
}

async function processes(...habits: readonly Habits[]): Promise<readonly Process[]> {
  const first = await testEngine({ start: false });
  engines.push(first);
  const made: Process[] = [await process(first, habits[0])];
  for (const more of habits.slice(1)) {
    const one = await first.another({ start: false });
    engines.push(one);
    made.push(await process(one, more));
  }
  return made;
}

const grant = { kind: "grant", id: randomUUID() } as const;
const effect = (n: number, fate: "done" | "unknown" | "stopped" = "stopped") => ({
  run: showId("run", "01234567-89ab-7cde-8f01-0000000000ee"),
  step: `a_rather_long_name_of_a_step_that_nobody_would_give_it_${n}`,
  path: [n, 2, 3],
  action: "gmail.send",
  fate,
});

test("a revoke is done in every process, and its answer says who has heard it and what was in flight", async () => {
  const [one, two, three] = await processes(
    { revoked: async () => [effect(1, "done")] },
    { revoked: async () => [effect(2, "unknown")] },
    {},
  );
  const place = { ...one!.it.scope };
  const stopped = await one!.words.sayRevoked(place, grant);
  expect(stopped.acknowledged.toSorted()).toEqual([one, two, three].map((each) => each!.it.parts.worker).toSorted());
  expect(stopped.silent).toEqual([]);
  expect(stopped.inFlight).toEqual([effect(1, "done"), effect(2, "unknown")]);
  for (const each of [one, two, three]) {
    expect(each!.changes).toEqual([place]);
    expect(each!.revokes.map(({ thing }) => thing)).toEqual([grant]);
  }
});

test("what takes more than one notification is told whole", async () => {
  const many = Array.from({ length: 130 }, (_, n) => effect(n));
  const [one] = await processes({}, { revoked: async () => many });
  const { inFlight } = await one!.words.sayRevoked(one!.it.scope, grant);
  expect(inFlight.map(({ step }) => step).toSorted()).toEqual(many.map(({ step }) => step).toSorted());
});

test("a word that is said again is acted on once, and answered as the first time", async () => {
  const slow = Promise.withResolvers<void>();
  const [one, two] = await processes(
    {},
    {
      revoked: async () => {
        await slow.promise;
        return [effect(1)];
      },
    },
  );
  const saying = one!.words.sayRevoked(one!.it.scope, grant);
  await until(() => two!.revokes.length === 1);
  one!.it.clock.advance(600); // it is said again
  await new Promise((done) => setTimeout(done, 50));
  slow.resolve();
  expect((await saying).inFlight).toEqual([effect(1)]);
  expect(two!.revokes).toHaveLength(1);
});

test("who hears nothing is named as silent, after two seconds, and hears it when it can again", async () => {
  const [one, two] = await processes({}, { deaf: true });
  const saying = one!.words.sayRevoked(one!.it.scope, grant);
  await until(() => one!.revokes.length === 1);
  one!.it.clock.advance(2100);
  expect(await saying).toMatchObject({
    acknowledged: [one!.it.parts.worker],
    silent: [two!.it.parts.worker],
    inFlight: [],
  });
  const back = await process(two!.it); // its connection is there again
  one!.it.clock.advance(600);
  await until(() => back.revokes.length === 1);
});

test("who is off the list of workers is not waited for", async () => {
  const [one, two] = await processes({}, { deaf: true });
  await one!.it.db.admin.query({ text: "delete from steward.workers where id = $1", values: [two!.it.parts.worker] });
  expect(await one!.words.sayRevoked(one!.it.scope, grant)).toMatchObject({ silent: [] });
});

test("keys: everybody has loaded them, or whoever asked is told who may not have", async () => {
  const [one, two] = await processes({}, {});
  const word = { organization: one!.it.scope.organization };
  await one!.words.everyoneReloaded(word);
  expect([one!.reloads, two!.reloads]).toEqual([[], [JSON.stringify(word)]]);
  const [three] = await processes({}, { reload: async () => false });
  const refused = three!.words.everyoneReloaded({ masterKey: "m2" });
  await expect(refused).rejects.toThrow(/can't load the new keys/);
  await expect(refused).rejects.toBeInstanceOf(AppError);
  const [five] = await processes({}, { deaf: true });
  const silent = five!.words.everyoneReloaded({ masterKey: "m2" });
  silent.catch(() => undefined);
  await new Promise((done) => setTimeout(done, 50));
  five!.it.clock.advance(31_000);
  await expect(silent).rejects.toThrow(/did not answer/);
});

test("from a revoke to the last effect that it stops: 100 ms in one process, 1 s over three", async () => {
  const [alone] = await processes({});
  const took: number[] = [];
  for (let round = 0; round < 10; round++) {
    const begunMs = performance.now();
    await alone!.words.sayRevoked(alone!.it.scope, grant);
    took.push(performance.now() - begunMs);
    expect(alone!.revokes.at(-1)!.atMs - begunMs).toBeLessThan(100);
  }
  const three = await processes({}, {}, {});
  const spread: number[] = [];
  const answered: number[] = [];
  for (let round = 0; round < 10; round++) {
    const begunMs = performance.now();
    await three[0]!.words.sayRevoked(three[0]!.it.scope, grant);
    answered.push(performance.now() - begunMs);
    spread.push(Math.max(...three.map(({ revokes }) => revokes.at(-1)!.atMs - begunMs)));
  }
  expect(Math.max(...spread)).toBeLessThan(1000);
  if (globalThis.process.env["LOGS"]) console.log({ took, spread, answered });
});

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 5 s");
}
