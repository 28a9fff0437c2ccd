/**
 * What it costs to know who calls, and whether they may: two small resources, with and without, in turn. What decides is
 * the CPU of server and database for a request, which is what a busy machine's throughput comes to, and which holds while
 * others use it too; the throughput itself stands beside it.
 */
import { z } from "zod";
import { startChild, type Child } from "./child.ts";
import { treeCpuMs } from "./cpu-time.ts";
import type { SteadyResult, Target } from "./load-process.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";
import { inTurn, median } from "./paired.ts";
import { stewardEnvironment } from "./steward.ts";

const PART_LEAST = 0.6;
const WARM_SECONDS = 0.5;
const Hello = z.object({ guarded: z.string(), open: z.string(), cookies: z.array(z.string()), project: z.string() });
const Used = z.object({ cpuMs: z.number() });
/** Keys that call in turn, so that not all who ask at once are one. */
const KEYS = 8;
const ROUTES = ["/v1/me", "/v1/variables"];

type Stretch = SteadyResult & { readonly cpuUs: number };

export const access: Measurement = {
  name: "access",
  async run(bench) {
    await bench.steward.client.putVariable({ name: "bench", body: { value: "a small value" } });
    const keys: string[] = [];
    for (let key = 0; key < KEYS; key++)
      keys.push((await bench.steward.client.createKey({ body: { name: `bench ${key}` } })).key);
    const server = await startChild("guarded-server.ts", {
      env: stewardEnvironment(bench.steward.home),
      flags: bench.flags,
    });
    try {
      const lines: Line[] = [];
      for (const route of ROUTES)
        for (const connections of bench.sizes.connections)
          lines.push(...(await compare(bench, server, keys, route, connections)));
      return lines;
    } finally {
      await server.stop();
    }
  },
};

async function compare(
  { load, sizes, steward, say }: Bench,
  server: Child,
  keys: readonly string[],
  route: string,
  connections: number,
): Promise<readonly Line[]> {
  say(`GET ${route} at ${connections}`);
  const { guarded, open, cookies, project } = Hello.parse(server.hello);
  // The database is the bench's own, below its server.
  const cpuMs = async (): Promise<number> =>
    Used.parse(await server.ask({})).cpuMs + (treeCpuMs(steward.pid) ?? Number.NaN);
  const stretch = (address: string, callers: Target["callers"] & {}) => async (): Promise<Stretch> => {
    const target = { url: `${address}${route}`, method: "GET", callers } as const;
    const before = await cpuMs();
    const result = await load.steady(target, connections, { seconds: sizes.pairSeconds });
    return { ...result, cpuUs: (((await cpuMs()) - before) * 1000) / result.answers };
  };
  const stretches = {
    open: stretch(open, [{}]),
    key: stretch(
      guarded,
      keys.map((key) => ({ authorization: `Bearer ${key}` })),
    ),
    session: stretch(
      guarded,
      cookies.map((cookie) => ({ cookie, "sec-fetch-site": "same-origin", "steward-project": project })),
    ),
  };
  for (const one of [open, guarded])
    await load.steady({ url: `${one}${route}`, method: "GET", headers: steward.headers }, connections, {
      seconds: WARM_SECONDS,
    });
  const rounds = await inTurn(sizes.pairs, stretches);
  const of = (name: keyof typeof stretches, value: (one: Stretch) => number): number =>
    median(rounds.map((round) => value(round[name])));
  const lineOf = (name: keyof typeof stretches, what: string): Line => {
    const part = median(rounds.map((round) => round.open.cpuUs / round[name].cpuUs));
    const rate = median(rounds.map((round) => round[name].perSecond / round.open.perSecond));
    const failed = rounds.reduce((sum, round) => sum + round[name].refused + round[name].errors, 0);
    const parts = name === "open" ? "" : `: ${percent(part)} of without, by throughput ${percent(rate)}`;
    const note = failed === 0 ? "" : `, ${failed} not answered 2xx`;
    return {
      what: `GET ${route} ${what}, ${connections} at once`,
      measured: `${Math.round(of(name, (one) => one.perSecond))}/s, ${Math.round(of(name, (one) => one.cpuUs))} µs of CPU${parts}${note}`,
      p50Ms: of(name, (one) => one.p50Ms),
      p99Ms: of(name, (one) => one.p99Ms),
      ...(name === "open" ? {} : { target: `≥ ${percent(PART_LEAST)}`, met: failed === 0 && part >= PART_LEAST }),
    };
  };
  return [lineOf("open", "without authentication"), lineOf("key", "by key"), lineOf("session", "by session")];
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
