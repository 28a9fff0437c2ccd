import { RateLimiterPostgres } from "rate-limiter-flexible";
import type { Counter, Tried } from "../../core/ports/counter.ts";
import type { Database, SqlValue } from "../../core/ports/database.ts";

/** What the library sends. */
interface Sent {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly SqlValue[];
}

const SECOND_MS = 1000;

/**
 * Counts in `steward.rate_limits` by `rate-limiter-flexible`: one upsert for each try, under the row's lock, so that no
 * two processes count one try as the same. Windows are whole seconds; the library reads the machine's clock by itself.
 * Errors of the database are thrown on: what can't be counted is not done.
 */
export function postgresCounter(database: Database): Counter {
  const counter = new RateLimiterPostgres({
    storeClient: {
      query: async ({ name, text, values }: Sent) => {
        const { rows, count } = await database.query({
          ...(name === undefined ? {} : { name }),
          text,
          values: values ?? [],
        });
        return { rows, rowCount: count };
      },
    },
    storeType: "client",
    schemaName: "steward",
    tableName: "rate_limits",
    tableCreated: true, // by a migration; this role may not
    clearExpiredByTimeout: false, // `deleteExpiredCounts` does
    keyPrefix: "",
    points: Number.MAX_SAFE_INTEGER, // how many are too many is the caller's to say
    duration: 0,
  });
  return {
    async take(key, windowMs): Promise<Tried> {
      const { consumedPoints, msBeforeNext } = await counter.consume(key, 1, lasting(windowMs));
      return { count: consumedPoints, leftMs: Math.max(0, msBeforeNext) };
    },
    async giveBack(key, windowMs) {
      await counter.reward(key, 1, lasting(windowMs));
    },
    async mark(key, lastsMs) {
      await counter.set(key, 1, Math.ceil(lastsMs / SECOND_MS));
    },
    isMarked: async (key) => (await counter.get(key)) !== null,
    async clear(key) {
      await counter.delete(key);
    },
  };
}

function lasting(windowMs: number): { readonly customDuration: number } {
  return { customDuration: Math.ceil(windowMs / SECOND_MS) };
}
