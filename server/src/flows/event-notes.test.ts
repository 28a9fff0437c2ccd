import { afterAll, beforeAll, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { publishEvents } from "../engine/events.testsuite.ts";
import { createEventNotes } from "./event-notes.ts";

let it: TestEngine;
beforeAll(async () => void (it = await testEngine({ start: false })));
afterAll(() => it.close());

test("however many deliveries come in a second, one statement notes them", async () => {
  const { trigger } = await publishEvents(it);
  let statements = 0;
  const database = {
    ...it.db.database,
    pipeline: ((given) => {
      statements += 1;
      return it.db.database.pipeline(given);
    }) as typeof it.db.database.pipeline,
  };
  const notes = createEventNotes(database, it.clock, (line) => it.logs.push(line));
  for (let n = 0; n < 1000; n++) notes.refused(it.scope, trigger);
  notes.seen(it.scope, trigger);
  it.clock.advance(1000);
  const row = async () => {
    const { rows } = await it.db.admin.query<{ refused: number; seen: boolean }>({
      text: "select refused, seen_at is not null as seen from steward.event_triggers",
    });
    return rows[0];
  };
  await expect.poll(row).toEqual({ refused: 1000, seen: true });
  expect(statements).toBe(1);
  expect(it.logs).toEqual([]);
});
