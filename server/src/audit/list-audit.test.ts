import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { showId } from "../core/id.ts";
import { createAuditChain } from "../engine/audit-chain.ts";
import { lookThroughAudit } from "../store/audit-entries.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { auditWorld, chainOf, type AuditWorld } from "./audit.testsuite.ts";
import { listAuditHeads } from "./list-heads.ts";
import { listAudit, LOOKED_MAX } from "./list-audit.ts";

let db: StewardDatabase;
beforeAll(async () => {
  db = await stewardDatabase();
});
afterAll(() => db.drop());

type Query = Parameters<typeof listAudit>[2];
type Entry = Awaited<ReturnType<typeof listAudit>>["items"][number];

const list = (world: AuditWorld, query: Partial<Query> = {}) =>
  listAudit({ ...db, clock: world.clock }, world.organization, { limit: 100, ...query });

/** All pages. */
async function all(world: AuditWorld, query: Partial<Query> = {}): Promise<readonly Entry[]> {
  const items: Entry[] = [];
  for (let cursor: string | undefined, pages = 0; ; pages++) {
    const page = await list(world, { ...query, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 100);
    items.push(...page.items);
    if (page.next === null) return items;
    expect(pages).toBeLessThan(1000);
    cursor = page.next;
  }
}
const actionsOf = (items: readonly Entry[]): readonly string[] => items.map((one) => one.action);

test("entries come newest first, within a batch too, with shown ids and times", async () => {
  const world = await auditWorld(db);
  const project = world.uuid();
  await world.act("flow.published", { project, facts: { version: 3, ok: true, x: null } });
  world.clock.advance(5);
  await world.write(chainOf(world), 3);
  const items = await all(world);
  expect(items.map((one) => one.target)).toEqual(["run_1/step2", "run_1/step1", "run_1/step0", "member:1"]);
  expect(items.at(-1)).toMatchObject({
    id: `${world.organization}.1.1`,
    at: expect.stringMatching(/^2026-11-21T12:00:0\d\.\d{3}Z$/) as string,
    recordedAt: expect.stringMatching(/^2026-11-21T12:00:0\d\.\d{3}Z$/) as string,
    project: showId("prj", project),
    facts: { version: 3, ok: true, x: null },
  });
});

test("pages of any size give every entry once, in one order, whatever the batches", async () => {
  const world = await auditWorld(db);
  const chains = [chainOf(world), chainOf(world)];
  for (let n = 0; n < 40; n++) {
    if (n % 3 === 0) world.clock.advance(2);
    await (n % 4 === 0 ? world.act() : world.write(chains[n % 2]!, (n % 7) + 1));
  }
  const whole = (await all(world)).map((one) => one.id);
  expect(new Set(whole).size).toBe(whole.length);
  expect(whole.length).toBeGreaterThan(100);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (limit) => {
      expect((await all(world, { limit })).map((one) => one.id)).toEqual(whole);
    }),
    { numRuns: 12 },
  );
});

test("filters: actor, flow, agent, action, target, project and time; all that are given must hold", async () => {
  const world = await auditWorld(db);
  const [one, other] = [world.uuid(), world.uuid()];
  await world.act("flow.published", { actor: "key_1", target: "flow:order", project: one });
  await world.act("flow.paused", { actor: "key_2", target: "flow:order", project: other });
  await world.act("effect.intent", { actor: "flow:order", target: "run_1/send", project: one });
  await world.act("effect.intent", { actor: "agent:mia", target: "run_2/send", project: one });
  world.clock.advance(3_600_000);
  await world.act("flowers.sent", { actor: "key_1", target: "run_10" });
  const found = async (query: Partial<Query>): Promise<readonly string[]> => actionsOf(await all(world, query));
  expect(await found({ actor: "key_1" })).toEqual(["flowers.sent", "flow.published"]);
  expect(await found({ flow: "order" })).toEqual(["effect.intent", "flow.paused", "flow.published"]);
  expect(await found({ agent: "mia" })).toEqual(["effect.intent"]);
  expect(await found({ action: "flow." })).toEqual(["flow.paused", "flow.published"]);
  expect(await found({ action: "flow" })).toHaveLength(3);
  expect(await found({ target: "run_1" })).toEqual(["effect.intent"]); // and not of run_10
  expect(await found({ target: "run_1/send" })).toEqual(["effect.intent"]);
  expect(await found({ project: showId("prj", other) })).toEqual(["flow.paused"]);
  expect(await found({ project: "prj_nothing" })).toEqual([]);
  expect(await found({ from: "2026-11-21T12:30:00Z" })).toEqual(["flowers.sent"]);
  expect(await found({ to: "2026-11-21T12:30:00Z", actor: "key_1" })).toEqual(["flow.published"]);
  expect(await found({ actor: "%", flow: "order" })).toEqual([]);
});

test("a member finds what they did themselves and by their keys, and nobody else's", async () => {
  const world = await auditWorld(db);
  const [member, account, key, foreign] = [world.uuid(), world.uuid(), world.uuid(), world.uuid()];
  await db.admin.transaction(async (tx) => {
    await tx.query({ text: "set local session_replication_role = replica" });
    await tx.query({
      text: "insert into steward.members (organization, id, account, name, role, created_at) values ($1, $2, $3, 'x', 'admin', now())",
      values: [world.organization, member, account],
    });
    for (const [id, holder] of [
      [key, member],
      [foreign, world.uuid()],
    ])
      await tx.query({
        text: "insert into steward.api_keys (organization, project, id, name, prefix, hash, member, created_at) values ($1, $1, $2, 'k', 'sk', $3, $4, now())",
        values: [world.organization, id!, Buffer.from(id!), holder!],
      });
  });
  await world.act("a.a", { actor: showId("mem", member) });
  await world.act("a.b", { actor: showId("acc", account) });
  await world.act("a.c", { actor: showId("key", key) });
  await world.act("a.d", { actor: showId("key", foreign) });
  expect(actionsOf(await all(world, { actor: showId("mem", member) }))).toEqual(["a.c", "a.b", "a.a"]);
  expect(actionsOf(await all(world, { actor: showId("key", key) }))).toEqual(["a.c"]);
  const stranger = await auditWorld(db);
  expect(await all(stranger, { actor: showId("mem", member) })).toEqual([]);
});

test("a page ends after so many entries looked through, empty but with a way to go on", async () => {
  const world = await auditWorld(db);
  const chain = createAuditChain(world.uuid());
  await world.act("needle.lost");
  for (let n = 0; n < 90; n++) await world.write(chain, LOOKED_MAX / 50);
  const first = await list(world, { action: "needle." });
  expect(first).toMatchObject({ items: [], next: expect.any(String) as string });
  expect(actionsOf(await all(world, { action: "needle." }))).toEqual(["needle.lost"]);
});

test("what is no cursor is refused", async () => {
  const world = await auditWorld(db);
  for (const cursor of ["", "1", "1.2.3.4", "x".repeat(200), "1.00000000-0000-0000-0000-000000000000.1.1'"])
    await expect(list(world, { cursor })).rejects.toMatchObject({ code: "value_invalid" });
  const far = "9999999999999999.ffffffff-ffff-ffff-ffff-ffffffffffff.999999999999999.999999999";
  expect(await list(world, { cursor: far })).toEqual({ items: [], next: null });
});

test("heads come newest first, in pages", async () => {
  const world = await auditWorld(db);
  for (let n = 0; n < 5; n++) {
    await world.act();
    await world.heads.signNow(world.organization);
  }
  const first = await listAuditHeads({ database: db.database }, world.organization, { limit: 3 });
  expect(first.items.map((head) => head.seq)).toEqual([5, 4, 3]);
  const rest = await listAuditHeads({ database: db.database }, world.organization, { limit: 3, cursor: first.next! });
  expect(rest).toMatchObject({ items: [{ seq: 2 }, { seq: 1, chains: 1, keyId: world.key.keyId }], next: null });
});

test("a page is found by the index, wherever its cursor stands, row-level security notwithstanding", async () => {
  const world = await auditWorld(db);
  const nothing = { actors: null, parties: [], action: null, target: null, project: null, fromMs: null, toMs: null };
  const before = { recordedUs: 1, chain: world.uuid(), seq: 1, place: 1 };
  const { text } = lookThroughAudit(world.organization, nothing, { before, batches: 32, limit: 10 });
  const plan = await inScope(db.database, organizationScope(world.organization), async (tx) => {
    await tx.query({ text: "set local plan_cache_mode = force_generic_plan" });
    await tx.query({ text: "set local enable_seqscan = off" });
    await tx.query({ text: `prepare looked as ${text}` });
    const values = `'${world.organization}', '-infinity', 'infinity', 'infinity', '${world.uuid()}', 1, 1, 32, null, '{}', null, null, null, 10`;
    const { rows } = await tx.query<{ "QUERY PLAN": string }>({ text: `explain execute looked(${values})` });
    await tx.query({ text: "deallocate looked" });
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
  const condition = /Index Cond: (.*)/.exec(plan)?.[1] ?? "";
  expect(condition).toContain("ROW(recorded_at, chain, seq) <= ROW(");
  expect(condition).toContain("recorded_at >= ");
});
