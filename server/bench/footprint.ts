/** How long a start on an existing home takes, and how much memory it holds while nothing happens. */
import { readFileSync } from "node:fs";
import { descendants } from "./cpu-time.ts";
import type { Line, Measurement } from "./measurement.ts";
import { percentile } from "./percentile.ts";

const START_MS_MAX = 2500;
const SERVER_MB_MAX = 180;
const WHOLE_MB_MAX = 350;

export const footprint: Measurement = {
  name: "footprint",
  async run(bench) {
    bench.say("starting again on the same home");
    const startMs: number[] = [];
    let steward = bench.steward;
    for (let start = 0; start < bench.sizes.starts; start++) {
      await bench.pause();
      const began = performance.now();
      steward = await bench.resume();
      await fetch(`${steward.address}/readyz`).then((answer) => answer.arrayBuffer());
      startMs.push(performance.now() - began);
    }
    bench.say("idle");
    await new Promise((done) => void setTimeout(done, bench.sizes.idleSeconds * 1000));
    const slowest = Math.max(...startMs);
    return [
      {
        what: "start on an existing home until ready",
        measured: `${Math.round(percentile(startMs, 0.5))} ms, slowest of ${startMs.length} ${Math.round(slowest)} ms`,
        target: `≤ ${START_MS_MAX} ms`,
        met: slowest <= START_MS_MAX,
      },
      ...memoryLines(steward.pid),
    ];
  },
};

function memoryLines(pid: number): readonly Line[] {
  const server = residentBytes(pid);
  if (server === null) return [{ what: "memory while idle", measured: "not told by this system" }];
  const children = descendants(pid).map((child) => residentBytes(child) ?? 0);
  const whole = children.reduce((sum, bytes) => sum + bytes, server);
  return [
    {
      what: "memory of the idle server process",
      measured: `${megabytes(server)} MB`,
      target: `≤ ${SERVER_MB_MAX} MB`,
      met: megabytes(server) <= SERVER_MB_MAX,
    },
    {
      what: "memory with the database",
      measured: `${megabytes(whole)} MB in ${children.length + 1} processes`,
      target: `≤ ${WHOLE_MB_MAX} MB`,
      met: megabytes(whole) <= WHOLE_MB_MAX,
    },
  ];
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

/** Resident memory with its share of what several processes hold (PSS); null where /proc does not tell. */
function residentBytes(pid: number): number | null {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
