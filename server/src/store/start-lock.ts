import type { Database, Transaction } from "../core/ports/database.ts";

/** Any number; the same for every Steward on a database, and another than that of `migrate`. */
const FIRST_START_LOCK = 7_788_002;

/** Lets one process at a time look whether the installation is new and make what it begins with; until the transaction ends. */
export async function lockFirstStart(tx: Transaction): Promise<void> {
  await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [FIRST_START_LOCK] });
}

const KEYS_LOCK = 7_788_004;

/** Runs work on key files while nobody else's runs, in any process: files know no compare-and-swap. A few file operations at most. */
export async function withKeysLock<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return await database.transaction(async (tx) => {
    await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [KEYS_LOCK] });
    return await work();
  });
}
