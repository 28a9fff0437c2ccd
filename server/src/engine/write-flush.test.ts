import { afterEach, expect, test } from "vitest";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";

let engine: TestEngine | null = null;
afterEach(async () => {
  await engine?.close();
  engine = null;
});

const FLOW = {
  format: 1 as const,
  name: "post",
  steps: [{ id: "send", kind: "http", input: { method: "POST", url: "https://example.com/" } }],
};

/** A gate whose effects all end together, with an audit entry each, when they are let go. */
function heldGate(): Gate & { readonly calls: readonly EffectCall[]; letGo(): void } {
  const calls: EffectCall[] = [];
  const go = Promise.withResolvers<void>();
  return {
    calls,
    letGo: () => go.resolve(),
    async perform(call) {
      await call.intend({ audit: [], reservations: [] });
      calls.push(call);
      await go.promise;
      const entry = { atMs: 0, project: call.project, actor: "test", action: "done", target: call.run, facts: {} };
      return {
        outcome: { kind: "done", result: { status: 200, headers: {}, body: null } },
        audit: [entry],
        settle: [],
        usage: null,
      };
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 10_000, interval: 5 }).toBe(true);
}

test("R2: a run whose fence was taken writes nothing, and those of its flush are written without it", async () => {
  const gate = heldGate();
  engine = await testEngine({ gate });
  const { db, scope } = engine;
  const version = engine.flow(FLOW);
  const started = [0, 1, 2].map(() =>
    engine!.engine.startRun({ scope, version, trigger: "manual", input: { body: null } }, null, 0),
  );
  const runs = (await Promise.all(started)).map(({ run }) => run);
  await until(() => gate.calls.length === 3);
  const taken = runs[1]!;
  await db.admin.query({
    text: "update steward.queue set fence = fence + 1, worker = null, due_at = 'infinity' where run = $1",
    values: [taken],
  });
  const { flushes } = engine.parts.journal.stats;
  gate.letGo();
  await until(() => engine!.parts.live.size === 0);
  expect(engine.parts.journal.stats.flushes).toBe(flushes + 1);

  const { rows } = await db.admin.query<{ id: string; status: string; records: number }>({
    text: `select r.id, r.status, (select max(last) from steward.segments s where s.run = r.id) as records from steward.runs r`,
  });
  const records = new Map(rows.map(({ id, ...facts }) => [id, facts]));
  for (const run of runs) {
    expect(records.get(run)).toEqual(
      run === taken ? { status: "running", records: 2 } : { status: "completed", records: 4 },
    );
  }
  const audit = await db.admin.query<{ entries: { target: string }[] }>({
    text: "select entries from steward.audit_batches",
  });
  const targets = audit.rows.flatMap(({ entries }) => entries.map((entry) => entry.target));
  expect(targets).toHaveLength(2);
  const shown = gate.calls.filter(({ run }) => !targets.includes(run));
  expect(shown).toHaveLength(1);
});
