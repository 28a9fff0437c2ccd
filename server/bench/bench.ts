/**
 * `npm run bench [-- --quick] [-- --only=webhooks,effects] [-- --write]`: measures a Steward of its own on a fresh home,
 * everything durable, under load from another process, and prints one table. A figure below its target is printed like
 * any other; nothing fails. `--profile=folder` leaves the server's CPU profiles there.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { reportDocument, reportText } from "./report.ts";
import { MEASUREMENTS, runBench } from "./run-bench.ts";
import { FULL, QUICK } from "./sizes.ts";

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
