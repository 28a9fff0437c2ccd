/**
 * `npm run bench [-- --quick] [-- --only=webhooks,effects] [-- --write]`: measures a Steward of its own on a fresh home,
 * everything durable, under load from another process, and prints one table. A figure below its target is printed like
 * any other; nothing fails.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { burst } from "./burst.ts";
import { effects } from "./effects.ts";
import { footprint } from "./footprint.ts";
import { lateness } from "./lateness.ts";
import { startLoad } from "./load-process.ts";
import { machineFacts } from "./machine.ts";
import type { Bench, Line, Measurement, Sizes } from "./measurement.ts";
import { reportDocument, reportText } from "./report.ts";
import { runBytes } from "./run-bytes.ts";
import { runList } from "./run-list.ts";
import { FULL, QUICK } from "./sizes.ts";
import { smallCosts } from "./small-costs.ts";
import { startSteward } from "./steward.ts";
import { webhooks } from "./webhooks.ts";

/** In their order: what leaves the home as it was comes first. */
const MEASUREMENTS: readonly Measurement[] = [
  footprint,
  webhooks,
  effects,
  burst,
  runBytes,
  lateness,
  runList,
  smallCosts,
];

interface BenchOptions {
  readonly sizes: Sizes;
  readonly measurements: readonly Measurement[];
  /** Flags of Node for the server process, as `--cpu-prof`. */
  readonly flags: readonly string[];
  readonly say: (progress: string) => void;
}

interface Report {
  readonly lines: readonly Line[];
  readonly facts: readonly string[];
}

async function runBench({ sizes, measurements, flags, say }: BenchOptions): Promise<Report> {
  const home = mkdtempSync(path.join(tmpdir(), "steward-bench-"));
  let steward = await startSteward(home, flags);
  const load = await startLoad();
  const bench: Bench = {
    load,
    sizes,
    say,
    get steward() {
      return steward;
    },
    pause: () => steward.stop(),
    resume: async () => (steward = await startSteward(home, flags)),
  };
  try {
    const { rows } = await steward.admin.query<{ version: string }>({
      text: "select split_part(current_setting('server_version'), ' ', 1) as version",
    });
    const facts = machineFacts(Date.now(), rows[0]?.version ?? "");
    const lines: Line[] = [];
    for (const measurement of measurements) lines.push(...(await measurement.run(bench)));
    return { lines, facts };
  } finally {
    await load.stop();
    await steward.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    write: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});
const names = MEASUREMENTS.map((one) => one.name);
const only = values.only?.split(",") ?? names;
const strange = only.filter((name) => !names.includes(name));
if (strange.length > 0) {
  process.stderr.write(`there is no measurement ${strange.join(", ")}; there are ${names.join(", ")}\n`);
  process.exit(2);
}
const report = await runBench({
  sizes: values.quick ? QUICK : FULL,
  measurements: MEASUREMENTS.filter((one) => only.includes(one.name)),
  flags: values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${path.resolve(values.profile)}`],
  say: (progress) => process.stderr.write(`… ${progress}\n`),
});
process.stdout.write(`${report.facts.join("\n")}\n\n${reportText(report.lines)}\n`);
if (values.write) {
  writeFileSync(path.resolve(import.meta.dirname, "../../docs/bench.md"), reportDocument(report.lines, report.facts));
}
