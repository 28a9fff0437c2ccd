/** W1 to W3 beside the echo: each stretch lies between two stretches of the echo, whose mean is its yardstick. */
import type { FlowFileInput } from "@steward/sdk";
import { z } from "zod";
import { startChild } from "./child.ts";
import { BODY, W1, W2, W3 } from "./flows.ts";
import type { SteadyResult } from "./load-process.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";

interface Workload {
  readonly slug: string;
  readonly what: string;
  readonly flow: FlowFileInput;
  /** Of the echo. */
  readonly aim: number;
}

const WORKLOADS: readonly Workload[] = [
  { slug: "w1", what: "W1 set, reply", flow: W1, aim: 0.21 },
  { slug: "w2", what: "W2 set, branch, set, code, reply", flow: W2, aim: 0.12 },
  { slug: "w3", what: "W3 100 items: map, filter, sum, reply", flow: W3, aim: 0.012 },
];
/** At the most connections. */
const P99_MS_MAX = 250;
const WARM_SECONDS_LEAST = 0.5;
const Hello = z.object({ address: z.string() });

export const webhooks: Measurement = {
  name: "webhooks",
  async run(bench) {
    const echo = await startChild("echo.ts");
    try {
      const url = `${Hello.parse(echo.hello).address}/echo`;
      const hooks: { workload: Workload; url: string }[] = [];
      for (const workload of WORKLOADS)
        hooks.push({ workload, url: await bench.steward.publish(workload.slug, workload.flow) });
      const warm = { seconds: Math.max(WARM_SECONDS_LEAST, bench.sizes.seconds / 2) };
      for (const hook of [...hooks, { url }]) await bench.load.steady({ url: hook.url, bodies: [BODY] }, 10, warm);
      const lines: Line[] = [];
      for (const connections of bench.sizes.connections) lines.push(...(await compare(bench, url, hooks, connections)));
      return lines;
    } finally {
      await echo.stop();
    }
  },
};

async function compare(
  { load, sizes, say }: Bench,
  echo: string,
  hooks: readonly { workload: Workload; url: string }[],
  connections: number,
): Promise<readonly Line[]> {
  const stretch = (url: string): Promise<SteadyResult> =>
    load.steady({ url, bodies: [BODY] }, connections, { seconds: sizes.seconds });
  const lines: Line[] = [];
  const first = await stretch(echo);
  const echoes = [first];
  for (const { workload, url } of hooks) {
    say(`${workload.slug} at ${connections}`);
    const result = await stretch(url);
    const before = echoes.at(-1) ?? first;
    const after = await stretch(echo);
    echoes.push(after);
    lines.push(lineOf(workload, connections, result, (before.perSecond + after.perSecond) / 2, sizes.connections));
  }
  const mean = echoes.reduce((sum, one) => sum + one.perSecond, 0) / echoes.length;
  return [
    {
      what: `echo, ${connections} at once`,
      measured: `${Math.round(mean)}/s`,
      ratio: 1,
      p50Ms: first.p50Ms,
      p99Ms: first.p99Ms,
    },
    ...lines,
  ];
}

function lineOf(
  workload: Workload,
  connections: number,
  result: SteadyResult,
  echo: number,
  all: readonly number[],
): Line {
  const ratio = result.perSecond / echo;
  const failed = result.refused + result.errors;
  const slowest = connections === Math.max(...all);
  return {
    what: `${workload.what}, ${connections} at once`,
    measured: `${Math.round(result.perSecond)}/s${failed === 0 ? "" : `, ${failed} not answered 2xx`}`,
    ratio,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    target: `≥ ${workload.aim * 100} %${slowest ? `, p99 < ${P99_MS_MAX} ms` : ""}`,
    met: failed === 0 && ratio >= workload.aim && (!slowest || result.p99Ms < P99_MS_MAX),
  };
}
