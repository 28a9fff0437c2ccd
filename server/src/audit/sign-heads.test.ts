import { afterAll, beforeAll, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { verifyAuditExport } from "../core/audit-read.ts";
import { listHeads, type HeadFacts } from "../store/audit-heads.ts";
import { organizationScope } from "../store/organizations.ts";
import { queryInScope } from "../store/scope.ts";
import { testKey } from "../../test/audit-key.ts";
import { auditWorld, chainOf, type AuditWorld } from "./audit.testsuite.ts";

let db: StewardDatabase;
beforeAll(async () => {
  db = await stewardDatabase();
});
afterAll(() => db.drop());

const HOUR = 3_600_000;
const headsOf = async ({ organization }: AuditWorld): Promise<readonly HeadFacts[]> =>
  (
    await queryInScope(
      db.database,
      organizationScope(organization),
      listHeads(organization, { before: null, limit: 100 }),
    )
  ).toReversed();
const faultsOf = async (world: AuditWorld): Promise<readonly string[]> =>
  (await verifyAuditExport([Buffer.from(await world.export())], world.key.trusted)).faults;

test("each hour in which something was written gets one head, which names the chains that grew", async () => {
  const world = await auditWorld(db);
  await world.heads.tick();
  expect(await headsOf(world)).toEqual([]); // nothing to sign yet
  await world.act();
  await world.heads.tick();
  await world.act();
  await world.heads.tick(); // the same hour
  expect(await headsOf(world)).toMatchObject([{ seq: 1, chains: 1, keyId: world.key.keyId }]);
  world.clock.advance(HOUR);
  await world.heads.tick();
  await world.heads.tick();
  world.clock.advance(HOUR);
  await world.heads.tick(); // nothing new
  expect(await headsOf(world)).toMatchObject([{ seq: 1 }, { seq: 2, chains: 1 }]);
});

test("a log in which nothing happens is signed once a day", async () => {
  const world = await auditWorld(db);
  await world.act();
  for (let hour = 0; hour < 49; hour++) {
    await world.heads.tick();
    world.clock.advance(HOUR);
  }
  expect(await headsOf(world)).toMatchObject([
    { seq: 1, chains: 1 },
    { seq: 2, chains: 0 },
    { seq: 3, chains: 0 },
  ]);
  expect(await faultsOf(world)).toEqual([]);
});

test("of many processes that sign at once, one does; after a standstill one head covers all of it", async () => {
  const world = await auditWorld(db);
  const chain = chainOf(world);
  for (let n = 0; n < 5; n++) {
    await world.act();
    await world.write(chain, 1);
    world.clock.advance(7 * HOUR);
  }
  await Promise.all(Array.from({ length: 6 }, () => world.signer().tick()));
  expect(await headsOf(world)).toMatchObject([{ seq: 1, chains: 2 }]);
  await world.act();
  await Promise.all(Array.from({ length: 4 }, () => world.signer().signNow(world.organization)));
  expect(await headsOf(world)).toMatchObject([{ seq: 1 }, { seq: 2, chains: 1 }]);
  expect(await faultsOf(world)).toEqual([]);
});

test("while it is signed, others write on, and every head still covers a gapless part", async () => {
  const world = await auditWorld(db);
  const chains = [chainOf(world), chainOf(world)];
  const writing = { over: false };
  const writers = [
    ...chains.map(async (chain) => {
      for (let n = 0; n < 60; n++) await world.write(chain, 2);
    }),
    ...[1, 2, 3].map(async () => {
      for (let n = 0; n < 30; n++) await world.act();
    }),
  ];
  const signing = (async () => {
    while (!writing.over) await world.heads.signNow(world.organization);
  })();
  await Promise.all(writers);
  writing.over = true;
  await signing;
  expect((await headsOf(world)).length).toBeGreaterThan(3);
  expect(await faultsOf(world)).toEqual([]);
});

test("a key that replaced another signs from then on, and both are needed to verify", async () => {
  const world = await auditWorld(db);
  const first = world.key;
  await world.act();
  await world.heads.tick();
  const second = testKey();
  const list = async () => [{ ...(await first.list())[0]!, state: "retired" as const }, ...(await second.list())];
  const both = new Map([...first.trusted, ...second.trusted]);
  world.key = { ...second, list, trusted: both };
  await world.act();
  const text = await world.export();
  const verify = async (trusted: ReadonlyMap<string, Buffer> | null): Promise<readonly string[]> =>
    (await verifyAuditExport([Buffer.from(text)], trusted)).faults;
  expect(await verify(both)).toEqual([]);
  expect(await verify(null)).toEqual([]);
  expect((await verify(second.trusted)).join()).toContain(first.keyId);
});

test("rows cut off in the database are told of at once, and the export shows which", async () => {
  const world = await auditWorld(db);
  const chain = chainOf(world);
  for (let n = 0; n < 5; n++) await world.write(chain, 1);
  await world.act();
  await world.heads.tick();
  await db.admin.query({
    text: "delete from steward.audit_batches where organization = $1 and chain = $2 and seq >= 4",
    values: [world.organization, chain.id],
  });
  world.clock.advance(HOUR);
  await world.heads.tick();
  expect(world.logs.join()).toContain(`AUDIT DAMAGED: chain ${chain.id}`);
  expect((await faultsOf(world)).join()).toContain(
    `batches 4 to 5 of chain ${chain.id} are missing, which head 1 covers`,
  );
});

test("acts written over ones that were cut off don't fit the head that covered them", async () => {
  const world = await auditWorld(db);
  await world.act("member.removed");
  await world.act("key.created");
  await world.heads.tick();
  await db.admin.query({
    text: "delete from steward.audit_batches where organization = $1 and seq = 2",
    values: [world.organization],
  });
  await world.act("flow.published");
  await world.act("flow.published");
  const faults = await faultsOf(world);
  expect(faults.join()).toContain(`batch 2 of chain ${world.organization} is not the one that head 1 was signed over`);
});

test("an organization that can't be signed keeps no other from it", async () => {
  const [broken, well] = [await auditWorld(db), await auditWorld(db)];
  await broken.act();
  await well.act();
  await db.admin.query({
    text: "insert into steward.audit_heads values ($1, 9223372036854775807, '2020-01-01', '', '', '', 'x', '')",
    values: [broken.organization],
  });
  await well.heads.tick();
  expect(well.logs.join()).toContain(broken.organization);
  expect(await headsOf(well)).toMatchObject([{ seq: 1 }]);
  await db.admin.query({
    text: "delete from steward.audit_heads where organization = $1",
    values: [broken.organization],
  });
});
