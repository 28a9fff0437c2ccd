import { expect, onTestFinished, test } from "vitest";
import { fakeClock } from "../../test/engine.ts";
import { stewardDatabase } from "../../test/steward-database.ts";
import type { Database } from "../core/ports/database.ts";
import { listOutbound, type OutboundRow } from "../store/outbound.ts";
import { createOutboundLedger } from "./outbound-ledger.ts";

/** On a busy machine. */
const SOON = { timeout: 15_000 };

const HOUR_MS = 3_600_000;
const START_MS = Date.parse("2026-11-21T12:10:00Z");

async function ledgers() {
  const db = await stewardDatabase();
  onTestFinished(() => db.drop());
  const clock = fakeClock(START_MS);
  const logs: string[] = [];
  const open = (kindsMax?: number, database: Database = db.database) =>
    createOutboundLedger({ database, clock, log: (message) => logs.push(message), ...(kindsMax && { kindsMax }) });
  const all = (): Promise<readonly OutboundRow[]> => listOutbound(db.database, { untilMs: null, skip: 0, limit: 100 });
  return { db, clock, logs, open, all };
}

test("connections are counted by hour, host, port and purpose, with bytes as far as they are known", async () => {
  const { clock, open, all } = await ledgers();
  const [one, two] = [open(), open()];
  one.note("smtp.example.com", 465, "mail", 100);
  one.note("smtp.example.com", 465, "mail", 50);
  one.note("accounts.example.com", 443, "identity");
  two.note("smtp.example.com", 465, "mail");
  await Promise.all([one.flush(), two.flush()]);
  clock.jump(HOUR_MS);
  one.note("smtp.example.com", 465, "mail", 1);
  await one.flush();
  const shown = (await all()).map(({ hour, host, count, bytes, purpose }) => [
    new Date(hour).toISOString().slice(11, 16),
    host,
    purpose,
    count,
    bytes,
  ]);
  expect(shown).toEqual([
    ["13:00", "smtp.example.com", "mail", 1, 1],
    ["12:00", "accounts.example.com", "identity", 1, null],
    ["12:00", "smtp.example.com", "mail", 3, 150],
  ]);
});

test("it is written by itself soon, and when it stops", async () => {
  const { clock, open, all } = await ledgers();
  const ledger = open();
  ledger.note("a.example.com", 443, "audit_sink");
  clock.advance(5_000);
  await expect.poll(async () => (await all()).length, SOON).toBe(1);
  ledger.note("b.example.com", 443, "key_service");
  await ledger.stop();
  expect((await all()).map((row) => row.host)).toEqual(["a.example.com", "b.example.com"]);
});

test("what is beyond the limit is counted together, so that nobody fills the memory with names", async () => {
  const { open, all } = await ledgers();
  const ledger = open(2);
  for (let name = 0; name < 10; name += 1) ledger.note(`${name}.example.com`, 443, "identity");
  await ledger.flush();
  expect((await all()).map((row) => [row.host, row.count])).toEqual([
    ["0.example.com", 1],
    ["1.example.com", 1],
    ["…", 8],
  ]);
});

test("what can't be written is kept for the next time", async () => {
  const { db, open, all, logs } = await ledgers();
  let broken = true;
  const database: Database = {
    ...db.database,
    query: (statement) => (broken ? Promise.reject(new Error("gone")) : db.database.query(statement)),
    transaction: (run) => db.database.transaction(run),
    pipeline: (statements) => db.database.pipeline(statements),
  };
  const ledger = open(undefined, database);
  ledger.note("a.example.com", 443, "mail", 7);
  await ledger.flush();
  expect(logs).toHaveLength(1);
  broken = false;
  ledger.note("a.example.com", 443, "mail", 1);
  await ledger.flush();
  expect(await all()).toMatchObject([{ host: "a.example.com", count: 2, bytes: 8 }]);
});

test("hours older than 90 days are forgotten", async () => {
  const { clock, open, all } = await ledgers();
  const ledger = open();
  ledger.note("old.example.com", 443, "mail");
  await ledger.flush();
  clock.jump(90 * 86_400_000 + HOUR_MS);
  ledger.note("new.example.com", 443, "mail");
  await ledger.flush();
  expect((await all()).map((row) => row.host)).toEqual(["new.example.com"]);
});
