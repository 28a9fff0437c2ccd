import { expect, test } from "vitest";
import { storm } from "./storm.ts";

test("R1 R4 R5 R8: whatever is killed and whenever, every accepted run ends and nothing happens twice", async () => {
  const seed = Number(process.env["STORM_SEED"] ?? Date.now() % 1_000_000_007);
  const report = await storm({
    seed,
    runs: 120,
    kills: 8,
    gapMsMax: 1500,
    settleMsMax: 45_000,
    apiEvery: 0,
    log: () => undefined,
  });
  console.log(`storm of seed ${seed}: ${JSON.stringify(report)}`);
  expect(report.faults.slice(0, 20)).toEqual([]);
  expect(report.accepted).toBe(120);
}, 120_000);
