/** How soon the jail is ready for code in Node and Python: warm, and cold. */
import { ALLOW_NOTHING } from "../src/core/egress/allow-list.ts";
import { createJail } from "../src/adapters/jail/create-jail.ts";
import type { Jail, JailRuntime } from "../src/core/ports/jail.ts";
import type { Line, Measurement, Sizes } from "./measurement.ts";
import { percentile } from "./percentile.ts";

const WARM_MS_MAX = 100;
const COLD_MS_MAX = 400;
const LIMITS = { timeoutMs: 20_000, cpuMs: 20_000, memoryBytes: 402_653_184, outputBytesMax: 1_000 };
const SOURCES = {
  node: "export default () => Date.now()",
  python: "import time\ndef main(input):\n  return time.time() * 1000",
} as const;
/** Between two jobs, so that the pool has what it keeps warm. */
const PAUSE_MS = 400;

export const jail: Measurement = {
  name: "jail",
  async run({ say, sizes }) {
    const lines: Line[] = [];
    for (const runtime of ["node", "python"] as const) {
      say(`the jail, ${runtime}`);
      lines.push(...(await measure(runtime, sizes)));
    }
    return lines;
  },
};

export async function measure(
  runtime: keyof typeof SOURCES,
  { pairs }: Pick<Sizes, "pairs">,
): Promise<readonly Line[]> {
  const rounds = 4 * pairs;
  const [warm, cold] = [open(2), open(0)];
  try {
    const problem = await warm.problem(runtime);
    if (problem !== null) return [{ what: `jail, ${runtime}`, measured: problem }];
    await cold.problem(runtime);
    return [
      await line(warm, runtime, "warm", rounds, WARM_MS_MAX),
      await line(cold, runtime, "cold", rounds, COLD_MS_MAX),
    ];
  } finally {
    await Promise.all([warm.close(), cold.close()]);
  }
}

function open(warmMax: number): Jail {
  return createJail({ allow: ALLOW_NOTHING, nowMs: () => performance.now(), warmMax });
}

/** Ready is when the code's first line runs; the whole is until nothing of the jail is left. */
async function line(on: Jail, runtime: JailRuntime, how: string, rounds: number, most: number): Promise<Line> {
  const ready: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const begunAt = Date.now();
    const begun = performance.now();
    const source = SOURCES[runtime === "python" ? "python" : "node"];
    const { signal } = new AbortController();
    const outcome = await on.run({
      tenant: "",
      runtime,
      source,
      input: "{}",
      limits: LIMITS,
      mounts: [],
      network: null,
      signal,
    });
    if (!outcome.ok) throw new Error(outcome.message);
    ready.push(Number(outcome.result) - begunAt);
    whole.push(performance.now() - begun);
  }
  const p50Ms = percentile(ready, 0.5);
  return {
    what: `jail ready, ${runtime}, ${how}`,
    measured: `${p50Ms.toFixed(0)} ms, ${percentile(whole, 0.5).toFixed(0)} ms until it is gone`,
    p50Ms,
    p99Ms: percentile(ready, 0.99),
    target: `≤ ${most} ms`,
    met: p50Ms <= most,
  };
}
