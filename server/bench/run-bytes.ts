/** What a W2 run leaves in the database: by how much the tables of runs grow, indexes included. */
import type { Pool } from "../src/adapters/postgres/pool.ts";
import { BODY, W2 } from "./flows.ts";
import type { Measurement } from "./measurement.ts";

const BYTES_MAX = 2048;
const TABLES = ["runs", "segments", "queue", "inbox", "deliveries", "audit_batches"] as const;

export const runBytes: Measurement = {
  name: "run-bytes",
  async run({ steward, load, sizes, say }) {
    say(`the size of ${sizes.sizedRuns} runs`);
    const url = await steward.publish("sized", W2);
    await steward.admin.query({ text: `vacuum ${TABLES.map((table) => `steward.${table}`).join(", ")}` });
    const before = await bytesOf(steward.admin);
    const { answers } = await load.steady({ url, bodies: [BODY] }, 20, { amount: sizes.sizedRuns });
    await steward.admin.query({ text: `vacuum ${TABLES.map((table) => `steward.${table}`).join(", ")}` });
    const after = await bytesOf(steward.admin);
    const per = (table: string): number => Math.round(((after.get(table) ?? 0) - (before.get(table) ?? 0)) / answers);
    const whole = TABLES.reduce((sum, table) => sum + per(table), 0);
    return [
      {
        what: `database bytes of a W2 run, over ${answers}`,
        measured: `${whole} (runs ${per("runs")}, segments ${per("segments")})`,
        target: `≤ ${BYTES_MAX}`,
        met: whole <= BYTES_MAX,
      },
    ];
  },
};

/** Bytes of each table with its partitions, indexes and long values. */
async function bytesOf(admin: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await admin.query<{ name: string; bytes: number }>({
    text: `select name, (select sum(pg_total_relation_size(relid)) from pg_partition_tree(('steward.' || name)::regclass) where isleaf)::bigint as bytes
      from unnest($1::text[]) as name`,
    values: [TABLES],
  });
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
