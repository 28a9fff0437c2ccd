import { afterEach, beforeEach, expect, test } from "vitest";
import { fakeClock } from "../../test/engine.ts";
import { testIdentity } from "../../test/identity.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import { showId } from "../core/id.ts";
import { INSTALLATION } from "../store/installation.ts";
import { purgeAccounts } from "./purge-accounts.ts";
import { createRecordAccountAct } from "./record-account-act.ts";

let db: StewardDatabase;
beforeEach(async () => {
  db = await stewardDatabase();
});
afterEach(async () => await db.drop());

const DAY_MS = 86_400_000;

test("a deleted account is erased after 30 days with all that is held of it, and nothing before (E5)", async () => {
  const clock = fakeClock(Date.now());
  const { identity } = testIdentity({ database: db.identity, clock, ids: systemIds(() => clock.nowMs()) });
  const make = async (name: string) =>
    (await identity.createAccount({ email: `${name}@example.com`, name, password: "0123456789", emailVerified: true }))
      .id;
  const [gone, kept] = [await make("gone"), await make("kept")];
  await identity.beginSession(kept, { address: "127.0.0.1", userAgent: null });
  await identity.setDeleted(gone, clock.nowMs());
  const forgotten: string[] = [];
  const acts: unknown[] = [];
  const parts = {
    identity,
    clock,
    recordAct: async (act: object) => void acts.push(act),
    forgetPerson: async (account: string) => void forgotten.push(account),
  };
  clock.jump(30 * DAY_MS - 1000);
  expect(await purgeAccounts(parts)).toBe(0);
  clock.jump(2000);
  expect(await purgeAccounts(parts)).toBe(1);
  expect(forgotten).toEqual([gone]);
  expect(acts).toEqual([{ action: "account.purged", account: gone, facts: {} }]);
  const left = async () =>
    (
      await db.admin.query({
        text: `select (select count(*) from identity."user") as users, (select count(*) from identity.account) as proofs, (select count(*) from identity.session) as sessions`,
      })
    ).rows;
  expect(await left()).toEqual([{ users: 1, proofs: 1, sessions: 1 }]);
  clock.jump(68 * DAY_MS); // the session of 7 days ended 90 days ago
  await purgeAccounts(parts);
  expect(await left()).toEqual([{ users: 1, proofs: 1, sessions: 0 }]);
});

test("acts of people are in the installation's own audit, refused ones where nobody can drive up their number", async () => {
  const clock = fakeClock(Date.now());
  const noted: unknown[] = [];
  const denials = { note: (organization: string | null, entry: object) => void noted.push([organization, entry]) };
  await db.admin.query({
    text: `insert into steward.organizations (id, name, created_at) values ($1, 'Installation', now())`,
    values: [INSTALLATION],
  });
  const record = createRecordAccountAct({ database: db.database, clock, denials });
  const account = "01900000-0000-7000-8000-000000000001";
  await Promise.all([1, 2, 3].map((n) => record({ action: "session.begun", account, facts: { n } })));
  await record({ action: "session.refused", account: null, facts: { by: "/sign-in/email" } });
  const { rows } = await db.admin.query<{ entries: { actor: string; action: string }[]; seq: number }>({
    text: "select seq, entries from steward.audit_batches where organization = $1 order by seq",
    values: [INSTALLATION],
  });
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  for (const { entries } of rows) expect(JSON.stringify(entries)).toContain(showId("acc", account));
  expect(noted).toEqual([
    [null, expect.objectContaining({ actor: "nobody", action: "session.refused", target: "nobody" })],
  ]);
});
