/** Runs measurements one after the other on one Steward with a fresh home, everything durable. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { access } from "./access.ts";
import { auditList } from "./audit-list.ts";
import { burst } from "./burst.ts";
import { decisions } from "./decisions.ts";
import { durableCommit } from "./durable-commit.ts";
import { effects } from "./effects.ts";
import { footprint } from "./footprint.ts";
import { gate } from "./gate.ts";
import { jail } from "./jail.ts";
import { lateness } from "./lateness.ts";
import { startLoad } from "./load-process.ts";
import { machineFacts } from "./machine.ts";
import type { Bench, Line, Measurement, Sizes } from "./measurement.ts";
import { revoke } from "./revoke.ts";
import { rowSecurity } from "./row-security.ts";
import { runBytes } from "./run-bytes.ts";
import { runList } from "./run-list.ts";
import { signIn } from "./sign-in.ts";
import { smallCosts } from "./small-costs.ts";
import { startSteward } from "./steward.ts";
import { volumeAndTables } from "./volume-and-tables.ts";
import { webhooks } from "./webhooks.ts";

/** In their order: what leaves the home as it was comes first. */
export const MEASUREMENTS: readonly Measurement[] = [
  footprint,
  durableCommit,
  webhooks,
  rowSecurity,
  access,
  signIn,
  effects,
  gate,
  revoke,
  burst,
  runBytes,
  lateness,
  runList,
  auditList,
  volumeAndTables,
  smallCosts,
  decisions,
  jail,
];

export interface BenchOptions {
  readonly sizes: Sizes;
  readonly measurements: readonly Measurement[];
  /** Flags of Node for the server process, as `--cpu-prof`. */
  readonly flags: readonly string[];
  readonly say: (progress: string) => void;
}

export interface Report {
  readonly lines: readonly Line[];
  readonly facts: readonly string[];
}

export async function runBench({ sizes, measurements, flags, say }: BenchOptions): Promise<Report> {
  const home = mkdtempSync(path.join(tmpdir(), "steward-bench-"));
  let steward = await startSteward(home, flags);
  const load = await startLoad();
  const bench: Bench = {
    load,
    sizes,
    flags,
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
