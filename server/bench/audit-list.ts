/** The audit log when it is very long. Its batches are seeded by SQL: their chain holds nothing, which no list looks at. */
import type { LoadProcess } from "./load-process.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";

const LIST_MS_MAX = 20;
const REQUESTS = 200;
/** As a busy worker's flush has. */
const ENTRIES_PER_BATCH = 10;

export const auditList: Measurement = {
  name: "audit-list",
  async run(bench) {
    const { steward, load, sizes, say } = bench;
    say(`seeding ${sizes.auditEntries} audit entries`);
    await seed(bench);
    say("the audit log");
    const { organizationId } = await steward.client.me();
    const path = `/v1/organizations/${organizationId}/audit`;
    const { next } = await steward.client.listAudit({ organization: organizationId, limit: 50 });
    const lines: Line[] = [];
    for (const { what, query } of [
      { what: "the newest 50", query: "limit=50" },
      { what: "the next page", query: `limit=50&cursor=${encodeURIComponent(next ?? "")}` },
      { what: "of one action", query: "limit=50&action=effect.outcome" },
    ]) {
      const target = { url: `${steward.address}${path}?${query}`, method: "GET", headers: steward.headers } as const;
      lines.push(await lineOf(`audit of ${sizes.auditEntries}: ${what}`, load, target));
    }
    return lines;
  },
};

async function lineOf(what: string, load: LoadProcess, target: Parameters<LoadProcess["steady"]>[0]): Promise<Line> {
  await load.steady(target, 1, { amount: 20 });
  const result = await load.steady(target, 1, { amount: REQUESTS });
  return {
    what,
    measured: `${(1000 / result.perSecond).toFixed(1)} ms`,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    target: `≤ ${LIST_MS_MAX} ms`,
    met: result.refused + result.errors === 0 && result.p99Ms <= LIST_MS_MAX,
  };
}

/** One chain of its own, a batch each millisecond, ending now. */
async function seed({ steward, sizes }: Bench): Promise<void> {
  const batches = Math.ceil(sizes.auditEntries / ENTRIES_PER_BATCH);
  await steward.admin.query({
    text: `insert into steward.audit_batches (organization, chain, seq, recorded_at, previous, digest, entries)
      select p.organization, '0197b1c0-0000-7000-8000-000000000000', n, to_timestamp(($1::bigint - $2::bigint + n) / 1000.0), ''::bytea, ''::bytea,
        (select jsonb_agg(jsonb_build_object('atMs', $1::bigint - $2::bigint + n, 'project', p.id, 'actor', 'flow:bench',
            'action', case when e % 2 = 0 then 'effect.intent' else 'effect.outcome' end, 'target', 'run_' || n, 'facts', '{"host":"127.0.0.1"}'::jsonb))
          from generate_series(1, $3::int) as e)
      from (select organization, id from steward.projects where slug = 'default') p, generate_series(1, $2::bigint) as n`,
    values: [Date.now(), batches, ENTRIES_PER_BATCH],
  });
  await steward.admin.query({ text: "vacuum analyze steward.audit_batches" });
}
