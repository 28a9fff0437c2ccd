import { expect, test } from "vitest";
import { MEASUREMENTS, runBench } from "./run-bench.ts";
import { TINY } from "./sizes.ts";

test("every measurement gives its figures on a small scale", async () => {
  const told: string[] = [];
  const { lines } = await runBench({ sizes: TINY, measurements: MEASUREMENTS, flags: [], say: (it) => told.push(it) });
  expect(lines.length).toBeGreaterThan(MEASUREMENTS.length);
  for (const { what, measured, ratio, p50Ms, p99Ms } of lines) {
    expect(`${what}: ${measured}`).toMatch(/: .*\d/);
    expect(`${what}: ${measured}`).not.toMatch(/NaN|Infinity|not answered|failed$/);
    expect([ratio, p50Ms, p99Ms].filter((figure) => figure !== undefined && !(figure >= 0))).toEqual([]);
  }
  // What does not depend on the machine holds on any scale.
  expect(lines.filter(({ what, met }) => what.includes("webhooks at once") && met !== true)).toEqual([]);
});
