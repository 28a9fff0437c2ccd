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
    identityDatabase: db.identity,
    clock,
    endMemberships: () => Promise.resolve(),
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

test("a turn that is cut off is done again by the next one, and one account that can't go holds up no other", async () => {
  const clock = fakeClock(Date.now());
  const { identity } = testIdentity({ database: db.identity, clock, ids: systemIds(() => clock.nowMs()) });
  const accounts: string[] = [];
  for (const name of ["ada", "bob"]) {
    const person = { email: `${name}@example.com`, name, password: "0123456789", emailVerified: true };
    const { id } = await identity.createAccount(person);
    await identity.setDeleted(id, clock.nowMs());
    accounts.push(id);
  }
  clock.jump(31 * DAY_MS);
  let fails = true;
  const forgotten: string[] = [];
  const ended: string[] = [];
  const parts = {
    identity,
    identityDatabase: db.identity,
    clock,
    recordAct: () => Promise.resolve(),
    endMemberships: (account: string) => Promise.resolve(void ended.push(account)),
    forgetPerson: (account: string) =>
      fails && account === accounts[0]
        ? Promise.reject(new Error("cut off"))
        : Promise.resolve(void forgotten.push(account)),
  };
  await expect(purgeAccounts(parts)).rejects.toThrow("cut off");
  expect(forgotten).toEqual([accounts[1]]);
  expect(await identity.findAccount(accounts[0]!)).not.toBeNull();
  expect(await identity.findAccount(accounts[1]!)).toBeNull();
  fails = false;
  expect(await purgeAccounts(parts)).toBe(1);
  expect(forgotten).toEqual([accounts[1], accounts[0]]);
  expect(new Set(ended)).toEqual(new Set(accounts));
});

test("acts of people are in the installation's own audit, refused ones where nobody can drive up their number", async () => {
  const clock = fakeClock(Date.now());
  const noted: unknown[] = [];
  const refreshed: string[] = [];
  const denials = { note: (organization: string | null, entry: object) => void noted.push([organization, entry]) };
  await db.admin.query({
    text: `insert into steward.organizations (id, name, created_at) values ($1, 'Installation', now())`,
    values: [INSTALLATION],
  });
  const record = createRecordAccountAct({
    database: db.database,
    clock,
    denials,
    personChanged: (changed) => Promise.resolve(void refreshed.push(changed)),
  });
  const account = "01900000-0000-7000-8000-000000000001";
  await Promise.all([1, 2, 3].map((n) => record({ action: "session.begun", account, facts: { n } })));
  expect(refreshed).toEqual([]);
  for (const action of ["account.renamed", "account.address_changed"]) await record({ action, account, facts: {} });
  expect(refreshed).toEqual([account, account]);
  await record({ action: "session.refused", account: null, facts: { by: "/sign-in/email" } });
  const { rows } = await db.admin.query<{ entries: { actor: string; action: string }[]; seq: number }>({
    text: "select seq, entries from steward.audit_batches where organization = $1 order by seq",
    values: [INSTALLATION],
  });
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  for (const { entries } of rows) expect(JSON.stringify(entries)).toContain(showId("acc", account));
  expect(noted).toEqual([
    [null, expect.objectContaining({ actor: "nobody", action: "session.refused", target: "nobody" })],
  ]);
});
