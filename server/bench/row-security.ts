/**
 * What row-level security costs W1: the same program on the same database, with the policies of all tables in force and
 * with all of them switched off by the superuser, in turn. What decides is the database's CPU, where policies act: it holds on a machine that does other things too.
 */
import { treeCpuMs } from "./cpu-time.ts";
import { BODY, W1 } from "./flows.ts";
import type { SteadyResult } from "./load-process.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";
import { inTurn, median } from "./paired.ts";

const OVERHEAD_MAX = 0.1;
const CONNECTIONS = 20;
/** After a switch every statement is planned anew. */
const WARM_SECONDS = 0.5;

type Stretch = SteadyResult & { readonly wholeUs: number; readonly databaseUs: number };

export const rowSecurity: Measurement = {
  name: "row-security",
  async run(bench) {
    const { steward, sizes, say } = bench;
    const url = await steward.publish("row-security", W1);
    const tables = await securedTables(bench);
    say(`W1 with and without row-level security on ${tables.length} tables`);
    const stretch = async (secured: boolean): Promise<Stretch> => {
      await secure(bench, tables, secured);
      await bench.load.steady({ url, bodies: [BODY] }, CONNECTIONS, { seconds: WARM_SECONDS });
      const [wholeBefore, serverBefore] = [treeCpuMs(steward.pid), await steward.cpuMs()];
      const result = await bench.load.steady({ url, bodies: [BODY] }, CONNECTIONS, { seconds: sizes.pairSeconds });
      const [whole, server] = [treeCpuMs(steward.pid), await steward.cpuMs()];
      const wholeUs = (((whole ?? Number.NaN) - (wholeBefore ?? Number.NaN)) * 1000) / result.answers;
      return { ...result, wholeUs, databaseUs: wholeUs - ((server - serverBefore) * 1000) / result.answers };
    };
    try {
      await stretch(true);
      const rounds = await inTurn(sizes.pairs, { secured: () => stretch(true), bare: () => stretch(false) });
      return [lineOf(rounds)];
    } finally {
      await secure(bench, tables, true);
    }
  },
};

function lineOf(rounds: readonly { readonly secured: Stretch; readonly bare: Stretch }[]): Line {
  const added = median(rounds.map(({ secured, bare }) => secured.databaseUs - bare.databaseUs));
  const whole = median(rounds.map(({ bare }) => bare.wholeUs));
  const rate = median(rounds.map(({ secured, bare }) => secured.perSecond / bare.perSecond)) - 1;
  const failed = rounds.reduce((sum, { secured, bare }) => sum + refusals(secured) + refusals(bare), 0);
  const note = failed === 0 ? "" : `, ${failed} not answered 2xx`;
  return {
    what: `row-level security on W1, ${CONNECTIONS} at once, ${rounds.length} pairs`,
    measured: `${percent(added / whole)} of CPU (${added.toFixed(0)} µs of ${whole.toFixed(0)} a run), ${percent(rate)} of throughput${note}`,
    target: `≤ ${OVERHEAD_MAX * 100} %`,
    met: failed === 0 && added / whole <= OVERHEAD_MAX,
  };
}

function refusals({ refused, errors }: SteadyResult): number {
  return refused + errors;
}

function percent(part: number): string {
  return `${part < 0 ? "−" : "+"}${Math.abs(part * 100).toFixed(1)} %`;
}

/** Quoted, with their schema. */
async function securedTables({ steward }: Bench): Promise<readonly string[]> {
  const { rows } = await steward.admin.query<{ name: string }>({
    text: "select oid::regclass::text as name from pg_class where relrowsecurity and relnamespace = 'steward'::regnamespace order by 1",
  });
  return rows.map(({ name }) => name);
}

/** Each table by itself, for Steward works meanwhile and locks them in its own order. Whether it is forced on owners stays as it is. */
async function secure({ steward }: Bench, tables: readonly string[], on: boolean): Promise<void> {
  for (const name of tables)
    await steward.admin.query({ text: `alter table ${name} ${on ? "enable" : "disable"} row level security` });
}
