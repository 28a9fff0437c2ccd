/** The list of runs when there are very many. The rows are seeded by SQL: lists read no content. */
import { W1 } from "./flows.ts";
import type { LoadProcess, SteadyResult, Target } from "./load-process.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";

const LIST_MS_MAX = 20;
const REQUESTS = 200;
/** One of so many seeded runs failed. */
const FAILED_ONE_IN = 1000;

export const runList: Measurement = {
  name: "run-list",
  async run(bench) {
    const { steward, load, sizes, say } = bench;
    say(`seeding ${sizes.listedRuns} runs`);
    await steward.publish("listed", W1);
    await seed(bench);
    say("the list of runs");
    const { next } = await steward.client.listRuns({ limit: 50 });
    const lists = [
      { what: "the newest 50", query: "limit=50" },
      { what: "the next page", query: `limit=50&cursor=${next ?? ""}` },
      { what: "of one flow", query: "limit=50&flow=listed" },
      { what: `those that failed (1 of ${FAILED_ONE_IN})`, query: "limit=50&status=failed" },
      { what: "of one flow, failed", query: "limit=50&flow=listed&status=failed" },
      { what: "of one flow, waiting (none)", query: "limit=50&flow=listed&status=waiting" },
    ];
    const lines: Line[] = [];
    for (const { what, query } of lists) {
      const target = { url: `${steward.address}/v1/runs?${query}`, method: "GET", headers: steward.headers } as const;
      lines.push(lineOf(`run list of ${sizes.listedRuns}: ${what}`, await listed(load, target)));
    }
    return lines;
  },
};

async function listed(load: LoadProcess, target: Target): Promise<SteadyResult> {
  await load.steady(target, 1, { amount: 20 });
  return await load.steady(target, 1, { amount: REQUESTS });
}

function lineOf(what: string, result: SteadyResult): Line {
  return {
    what,
    measured: `${(1000 / result.perSecond).toFixed(1)} ms`,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    target: `≤ ${LIST_MS_MAX} ms`,
    met: result.refused + result.errors === 0 && result.p99Ms <= LIST_MS_MAX,
  };
}

/** Ended runs of the flow, a millisecond apart, ending now. */
async function seed({ steward, sizes }: Bench): Promise<void> {
  await steward.admin.query({
    text: `insert into steward.runs (project, id, flow, version, trigger, status, records, steps, effects, bytes, started_at, ended_at, error_code)
      select f.project, (lpad(to_hex(at), 12, '0') || '7' || substr(md5(at::text), 1, 3) || '8' || substr(md5(at::text), 4, 15))::uuid,
        f.id, 1, 'in', case when at % ${FAILED_ONE_IN} = 0 then 'failed' else 'completed' end, 4, 2, 0, 700,
        to_timestamp(at / 1000.0), to_timestamp(at / 1000.0), case when at % ${FAILED_ONE_IN} = 0 then 'failed' end
      from steward.flows f, generate_series($1::bigint - $2::bigint, $1::bigint - 1) as at where f.slug = 'listed'`,
    values: [Date.now(), sizes.listedRuns],
  });
  await steward.admin.query({ text: "vacuum analyze steward.runs" });
}
