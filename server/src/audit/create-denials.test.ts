import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeClock } from "../../test/engine.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Database } from "../core/ports/database.ts";
import { INSTALLATION } from "../store/installation.ts";
import { createDenials, ENTRIES_PER_MINUTE, ORGANIZATIONS_MAX, type Denials } from "./create-denials.ts";

let db: StewardDatabase;
beforeAll(async () => {
  db = await stewardDatabase();
});
afterAll(() => db.drop());

let made = 0;
const organizationId = (): string => `01900000-0000-7000-8000-${String(++made).padStart(12, "0")}`;

function world(database: Database = db.database) {
  const clock = fakeClock();
  const logs: string[] = [];
  const denials: Denials = createDenials({ database, clock, log: (message) => void logs.push(message) });
  const refused = (actor: string, target = "putFlow", needs = "flow.write"): AuditEntry => ({
    atMs: clock.nowMs(),
    project: null,
    actor,
    action: "call.refused",
    target,
    facts: { needs },
  });
  return { clock, logs, denials, refused };
}

async function entriesOf(organization: string): Promise<readonly AuditEntry[]> {
  const { rows } = await db.admin.query<{ entries: readonly AuditEntry[] }>({
    text: "select entries from steward.audit_batches where organization = $1 order by seq",
    values: [organization],
  });
  return rows.flatMap((row) => row.entries);
}

test("refused calls that are alike are one entry with a count, written within a second", async () => {
  const { clock, denials, refused } = world();
  const organization = organizationId();
  for (let n = 0; n < 5; n++) denials.note(organization, refused("key_1"));
  denials.note(organization, refused("key_2"));
  denials.note(organization, refused("key_1", "deleteFlow"));
  denials.note(null, refused("acc_1", "listAll", "operator"));
  expect(await entriesOf(organization)).toEqual([]);
  clock.advance(1000);
  await denials.flush();
  expect(await entriesOf(organization)).toMatchObject([
    { actor: "key_1", target: "putFlow", facts: { needs: "flow.write", count: 5 } },
    { actor: "key_2", facts: { count: 1 } },
    { actor: "key_1", target: "deleteFlow", facts: { count: 1 } },
  ]);
  expect(await entriesOf(INSTALLATION)).toMatchObject([{ actor: "acc_1", facts: { needs: "operator", count: 1 } }]);
  await denials.close();
});

test("a flood of unlike calls is bounded, and what is beyond is counted in one entry a minute", async () => {
  const { clock, denials, refused } = world();
  const organization = organizationId();
  const flood = async (): Promise<void> => {
    for (let second = 0; second < 60; second++) {
      for (let n = 0; n < 1000; n++) denials.note(organization, refused(`key_${n}_${second}`));
      clock.advance(1000);
      await denials.flush();
    }
  };
  await flood();
  await flood();
  await denials.close();
  const entries = await entriesOf(organization);
  expect(entries.length).toBeLessThanOrEqual(3 * (ENTRIES_PER_MINUTE + 1));
  const told = entries.reduce((sum, entry) => sum + Number(entry.facts["count"]), 0);
  expect(told).toBe(120_000); // none is lost
  expect(entries.filter((entry) => entry.target === "many").length).toBeGreaterThanOrEqual(2);
});

test("more organizations than there is room for are counted in the installation's log", async () => {
  const before = (await entriesOf(INSTALLATION)).length;
  const { denials, refused } = world();
  for (let n = 0; n < ORGANIZATIONS_MAX + 50; n++) denials.note(organizationId(), refused("key_1"));
  await denials.close();
  const told = (await entriesOf(INSTALLATION)).slice(before);
  expect(told).toMatchObject([{ target: "many", facts: { count: 50 } }]);
});

test("while the database is away refused calls are kept, and written when it is back", async () => {
  let away = true;
  const broken: Database = {
    ...db.database,
    transaction: (run) => (away ? Promise.reject(new Error("away")) : db.database.transaction(run)),
  };
  const { clock, denials, logs, refused } = world(broken);
  const organization = organizationId();
  for (let n = 0; n < 300; n++) {
    denials.note(organization, refused(`key_${n}`));
    if (n % 100 === 0) await denials.flush();
  }
  expect(logs.length).toBeGreaterThan(0);
  away = false;
  clock.advance(61_000);
  await denials.flush();
  const entries = await entriesOf(organization);
  expect(entries.reduce((sum, entry) => sum + Number(entry.facts["count"]), 0)).toBe(300);
  expect(entries.length).toBeLessThanOrEqual(ENTRIES_PER_MINUTE + 1);
  await denials.close();
});

test("closing writes what is left, and says what it could not", async () => {
  const { denials, refused } = world();
  const organization = organizationId();
  denials.note(organization, refused("key_1"));
  await denials.close();
  expect(await entriesOf(organization)).toMatchObject([{ facts: { count: 1 } }]);
  const gone = world({ ...db.database, transaction: () => Promise.reject(new Error("away")) });
  gone.denials.note(organization, gone.refused("key_1"));
  await gone.denials.close();
  expect(gone.logs.at(-1)).toContain("1 entries and 0 more refused calls");
});
