import { afterAll, beforeAll, expect, test } from "vitest";
import { auditFaults } from "../../test/audit-faults.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { openPool, type Pool } from "../adapters/postgres/pool.ts";
import { appendActs } from "./append-acts.ts";
import { organizationScope } from "./organizations.ts";
import { inScope } from "./scope.ts";

let db: StewardDatabase;
const processes: Pool[] = [];
beforeAll(async () => {
  db = await stewardDatabase();
  for (let n = 0; n < 4; n++) {
    const log = (): void => undefined;
    processes.push(openPool({ connection: db.config("steward_app"), max: 4, applicationName: `p${n}`, log }));
  }
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one.close()));
  await db.drop();
});

const ORGANIZATION = "01900000-0000-7000-8000-000000000001";
const OTHER = "01900000-0000-7000-8000-000000000002";

function act(database: Pool, n: number, organization = ORGANIZATION, then?: () => Promise<void>): Promise<void> {
  return inScope(database, organizationScope(organization), async (tx) => {
    const facts = { n };
    await appendActs(
      tx,
      organization,
      [{ atMs: n, project: null, actor: "mem_1", action: "role.changed", target: "mem_2", facts }],
      1_800_000_000_123.7 + n,
    );
    await then?.();
  });
}

async function numbers(organization = ORGANIZATION): Promise<readonly number[]> {
  const { rows } = await db.admin.query<{ n: number }>({
    text: "select (entries->0->'facts'->>'n')::int as n from steward.audit_batches where organization = $1 order by seq",
    values: [organization],
  });
  return rows.map((row) => row.n);
}

test("many processes' acts form one chain without gaps, whatever is rolled back or killed between", async () => {
  const all = Array.from({ length: 200 }, (_, n) => n);
  const outcomes = await Promise.allSettled(
    all.map((n) =>
      act(processes[n % 4]!, n, ORGANIZATION, async () => {
        if (n % 5 === 0) throw new Error("the act was refused at last");
        if (n % 17 === 1)
          await db.admin.query({
            text: `select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
              where l.locktype = 'advisory' and l.granted and a.application_name = $1 and a.datname = $2`,
            values: [`p${n % 4}`, db.name],
          });
      }),
    ),
  );
  const stand = await numbers();
  const done = all.filter((n) => outcomes[n]!.status === "fulfilled");
  expect(done.length).toBeGreaterThan(100);
  expect(done.length).toBeLessThan(165);
  // One whose connection died with its commit on the way may stand unknown to its caller; none is there twice.
  expect(new Set(stand).size).toBe(stand.length);
  expect(done.filter((n) => !stand.includes(n))).toEqual([]);
  expect(stand.filter((n) => n % 5 === 0)).toEqual([]);
  expect(await auditFaults(db.admin)).toEqual([]);
});

test("organizations don't wait for each other", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = act(processes[0]!, 1000, ORGANIZATION, () => held);
  await act(processes[1]!, 1, OTHER);
  expect(await numbers(OTHER)).toEqual([1]);
  release();
  await first;
});

test.each([
  [
    "an entry's fact",
    `update steward.audit_batches set entries = jsonb_set(entries, '{0,actor}', '"mem_9"') where seq = 3`,
  ],
  ["the time", "update steward.audit_batches set recorded_at = recorded_at + interval '1 ms' where seq = 3"],
  [
    "the number of the last",
    "update steward.audit_batches set seq = seq + 1 where seq = (select max(seq) from steward.audit_batches)",
  ],
  ["a batch that is gone", "delete from steward.audit_batches where seq = 3"],
  [
    "two that changed places",
    "update steward.audit_batches a set entries = b.entries from steward.audit_batches b where a.organization = b.organization and a.seq + b.seq = 7 and a.seq in (3, 4)",
  ],
  [
    "the organization",
    "update steward.audit_batches set organization = '01900000-0000-7000-8000-000000000003' where organization = '01900000-0000-7000-8000-000000000002'",
  ],
  [
    "the chain",
    "update steward.audit_batches set chain = '01900000-0000-7000-8000-000000000003' where organization = '01900000-0000-7000-8000-000000000002'",
  ],
])("in the database %s is found", async (_, tampering) => {
  const undone = new Error("undone");
  const faults = await db.admin
    .transaction(async (tx) => {
      const { count } = await tx.query({ text: tampering });
      expect(count).toBeGreaterThan(0);
      throw Object.assign(undone, { faults: await auditFaults({ ...db.admin, query: (one) => tx.query(one) }) });
    })
    .catch((error: Error & { faults?: readonly string[] }) => error.faults);
  expect(faults?.length).toBeGreaterThan(0);
  expect(await auditFaults(db.admin)).toEqual([]);
});
