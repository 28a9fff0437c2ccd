import { afterEach, expect, test } from "vitest";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { dueProjects } from "../store/due-schedules.ts";
import { nextDue } from "../store/queue.ts";
import { setOrganizationDeleted } from "../store/organizations.ts";
import { setProjectDeleted } from "../store/projects.ts";
import { inScope } from "../store/scope.ts";
import { findWebhook } from "../store/triggers.ts";
import { stopProject } from "./stop-project.ts";

let engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
  engines = [];
});

async function engine(gate?: Gate): Promise<TestEngine> {
  const one = await testEngine({ start: false, ...(gate === undefined ? {} : { gate }) });
  engines.push(one);
  return one;
}

const WHAT = [
  ["project", (it: TestEngine, at: number | null) => setProjectDeleted(it.scope.project, at)],
  ["organization", (it: TestEngine, at: number | null) => setOrganizationDeleted(it.scope.organization, at)],
] as const;

async function setDeleted(it: TestEngine, [, statement]: (typeof WHAT)[number], deleted: boolean): Promise<void> {
  await inScope(it.db.database, it.scope, (tx) => tx.query(statement(it, deleted ? it.clock.nowMs() : null)));
}

test.each(WHAT)("runs of a deleted %s wait, and go on when it is brought back", async (...what) => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "waits",
    steps: [
      { id: "pause", kind: "wait", input: { seconds: 60 }, next: ["end"] },
      { id: "end", kind: "set", input: { done: true } },
    ],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 1000);
  await expect.poll(async () => (await it.engine.readRun(it.scope, run))?.row.status).toBe("waiting");
  await setDeleted(it, what, true);
  await stopProject(
    {
      database: it.db.database,
      changes: { flow: () => undefined, project: () => undefined },
      people: { onProjectDeleted: () => Promise.resolve() },
    },
    it.scope,
  );
  it.clock.advance(61_000);
  await it.lease.beat();
  expect(await nextDue(it.db.dispatch, it.clock.nowMs() + 60_000, null)).toBeNull();
  await it.tick();
  expect(it.parts.live.size).toBe(0);
  expect((await it.engine.readRun(it.scope, run))?.row.status).toBe("waiting");
  await setDeleted(it, what, false);
  expect(await nextDue(it.db.dispatch, it.clock.nowMs() + 60_000, null)).not.toBeNull();
  await it.tick();
  await expect.poll(async () => (await it.engine.readRun(it.scope, run))?.row.status).toBe("completed");
});

test("whoever leads a run of a deleted project loses it: what it does then is not written", async () => {
  const answer: { give?: () => void } = {};
  const gate: Gate = {
    perform: async (call: EffectCall) => {
      await call.intend({ audit: [], reservations: [] });
      await new Promise<void>((done) => (answer.give = done));
      return {
        outcome: { kind: "done", result: { status: 200, headers: {}, body: "ok" } },
        audit: [],
        settle: [],
        usage: null,
      };
    },
  };
  const it = await engine(gate);
  const version = it.flow({
    format: 1,
    name: "calls",
    steps: [{ id: "call", kind: "http", input: { method: "POST", url: "https://example.com/" } }],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 1000);
  await expect.poll(() => answer.give !== undefined).toBe(true);
  await setDeleted(it, WHAT[0], true);
  const heard: string[] = [];
  await stopProject(
    {
      database: it.db.database,
      changes: { flow: (id) => void heard.push(id), project: () => undefined },
      people: { onProjectDeleted: () => Promise.resolve() },
    },
    it.scope,
  );
  answer.give!();
  await it.tick();
  await expect.poll(() => it.parts.live.has(run)).toBe(false);
  const { rows } = await it.db.admin.query({
    text: "select worker, status from steward.queue q join steward.runs r on r.id = q.run",
  });
  expect(rows).toEqual([{ worker: null, status: "running" }]);
});

test("schedules and webhooks of a deleted project are not found", async () => {
  const it = await engine();
  const { organization, project } = it.scope;
  const [flow, webhook, schedule] = ["0", "1", "2"].map((n) => `01900000-0000-7000-8000-00000000000${n}`);
  const hash = Buffer.alloc(32, 7);
  await it.db.admin.query({
    text: `insert into steward.flows (organization, project, id, slug, name, draft, draft_digest, draft_problems, created_at, updated_at)
      values ($1, $2, $3, 'f', 'f', '', '', 0, now(), now())`,
    values: [organization, project, flow!],
  });
  for (const [id, kind, tokenHash] of [
    [webhook!, "webhook", hash],
    [schedule!, "schedule", null],
  ] as const)
    await it.db.admin.query({
      text: `insert into steward.triggers (organization, project, id, flow, name, kind, version, active, token_hash)
        values ($1, $2, $3, $4, $5, $5, 1, true, $6)`,
      values: [organization, project, id, flow!, kind, tokenHash],
    });
  await it.db.admin.query({
    text: "insert into steward.schedules (project, trigger, rule_digest, anchor_at, due_at) values ($1, $2, '', now(), now() - interval '1 hour')",
    values: [project, schedule!],
  });
  const found = async () => [
    (await findWebhook(it.db.dispatch, hash))?.id,
    (await dueProjects(it.db.dispatch, it.clock.nowMs(), 10)).map((one) => one.project),
  ];
  expect(await found()).toEqual([webhook, [project]]);
  for (const what of WHAT) {
    await setDeleted(it, what, true);
    expect(await found()).toEqual([undefined, []]);
    await setDeleted(it, what, false);
  }
});
