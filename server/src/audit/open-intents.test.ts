import { afterAll, beforeAll, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { createAuditChain } from "../engine/audit-chain.ts";
import { insertAuditBatch } from "../store/audit.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { auditWorld, chainOf, entryOf, type AuditWorld } from "./audit.testsuite.ts";
import { listAudit } from "./list-audit.ts";

let db: StewardDatabase;
beforeAll(async () => {
  db = await stewardDatabase();
});
afterAll(() => db.drop());

type Query = Parameters<typeof listAudit>[2];
const MINUTE_MS = 60_000;

const list = (world: AuditWorld, query: Partial<Query> = {}) =>
  listAudit({ ...db, clock: world.clock }, world.organization, { limit: 100, open: 10, ...query });
const targets = async (world: AuditWorld, query: Partial<Query> = {}): Promise<readonly string[]> =>
  (await list(world, query)).items.map(({ target }) => target);

/** Entries as one flush of a writer's chain. */
async function flush(world: AuditWorld, chain: ReturnType<typeof createAuditChain>, entries: readonly AuditEntry[]) {
  await inScope(db.database, organizationScope(world.organization), (tx) =>
    tx.query(insertAuditBatch(chain.next(world.organization, entries, world.clock.nowMs()))),
  );
}

test("what was begun and has no outcome is found when it is old enough, and nothing else", async () => {
  const world = await auditWorld(db);
  await world.act("project.shredding", { target: "prj_cut" });
  await world.act("project.shredding", { target: "prj_done" });
  await world.act("keyring.retiring", { target: "prj_done", facts: { class: "content", epoch: 1 } });
  await world.act("member.removed", { target: "mem_x" });
  world.clock.advance(MINUTE_MS);
  await world.act("project.shredded", { target: "prj_done" });
  await world.act("project.shredded", { target: "prj_other" });
  await world.act("keyring.retired", { target: "prj_done", facts: { class: "content", epoch: 2 } });
  expect(await targets(world)).toEqual([]);
  expect(await targets(world, { open: 0 })).toEqual(["prj_done", "prj_cut"]);
  world.clock.advance(10 * MINUTE_MS);
  expect((await list(world)).items.map(({ action, target }) => [action, target])).toEqual([
    ["keyring.retiring", "prj_done"],
    ["project.shredding", "prj_cut"],
  ]);
  await world.act("keyring.retired", { target: "prj_done", facts: { class: "content", epoch: 1 } });
  await world.act("project.shredding", { target: "prj_cut" }); // asked for again, and done
  await world.act("project.shredded", { target: "prj_cut" });
  expect(await targets(world, { open: 0 })).toEqual([]);
  world.clock.advance(MINUTE_MS);
  await world.act("project.shredding", { target: "prj_cut" }); // after the outcome: another intent
  world.clock.advance(11 * MINUTE_MS);
  expect(await targets(world)).toEqual(["prj_cut"]);
});

test("of effects each attempt has its own outcome, and a person's word on one in doubt closes it", async () => {
  const world = await auditWorld(db);
  const [chain, other] = [chainOf(world), chainOf(world)];
  const at = world.clock.nowMs();
  const effect = (action: "intent" | "outcome", target: string, attempt = 1) =>
    entryOf(at, `effect.${action}`, { actor: "flow:order", target, facts: { attempt, digest: "d" } });
  await flush(world, chain, [
    effect("intent", "run_1/call"),
    effect("outcome", "run_1/call"),
    effect("intent", "run_1/pay", 1),
    effect("intent", "run_1/1.each/mail", 1),
    effect("intent", "run_2/call"),
    effect("intent", "run_3/call"),
  ]);
  world.clock.advance(2);
  await flush(world, other, [effect("outcome", "run_1/pay", 2), effect("outcome", "run_2/call")]);
  await world.act("run.resolved", { target: "run_3", facts: { how: "done", step: "call" } });
  await world.act("run.resolved", { target: "run_1", facts: { how: "fail", step: "mail" } });
  world.clock.advance(11 * MINUTE_MS);
  expect(await targets(world)).toEqual(["run_1/pay"]);
  await world.act("run.resolved", { target: "run_1", facts: { how: "fail", step: null } }); // parked as a whole
  expect(await targets(world)).toEqual([]);
});

test("the other filters hold as well, and pages give each once", async () => {
  const world = await auditWorld(db);
  const project = world.uuid();
  for (let n = 0; n < 7; n++) {
    await world.act("table.dropping", { target: `tbl_${n}`, actor: n < 3 ? "key_a" : "key_b", project });
    if (n % 2 === 0) world.clock.advance(5);
  }
  await world.act("project.shredding", { target: "prj_x" });
  world.clock.advance(11 * MINUTE_MS);
  expect(await targets(world, { action: "table.", actor: "key_a" })).toEqual(["tbl_2", "tbl_1", "tbl_0"]);
  expect(await targets(world, { project: showId("prj", world.uuid()) })).toEqual([]);
  expect(await targets(world, { project: showId("prj", project), target: "tbl_4" })).toEqual(["tbl_4"]);
  const seen: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await list(world, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.items.map(({ target }) => target));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen).toEqual(["prj_x", "tbl_6", "tbl_5", "tbl_4", "tbl_3", "tbl_2", "tbl_1", "tbl_0"]);
  world.clock.advance(31 * 24 * 60 * MINUTE_MS);
  expect(await targets(world)).toEqual([]); // looked for over 30 days
  expect((await targets(world, { from: "2026-11-21T00:00:00Z" })).length).toBe(8);
});
