/** What tests of the jail have in common: a jail of their own, jobs with plain limits, and a look at the host's processes. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { Jail, JailJob, JailOutcome, JailRuntime } from "../../core/ports/jail.ts";
import { BUBBLEWRAP, PYTHON } from "./bubblewrap-arguments.ts";
import { createJail, type JailOptions } from "./create-jail.ts";

/** Tests that need the jail are skipped without it; `npm test` installs it where it may, and says so where not. */
export const HAS_JAIL =
  existsSync(BUBBLEWRAP) &&
  existsSync(PYTHON) &&
  spawnSync(BUBBLEWRAP, ["--unshare-user", "--ro-bind", "/", "/", "--", "/bin/true"]).status === 0;

export const MEGABYTE = 1_048_576;

export function openJail(options: Partial<JailOptions> & { readonly opened?: string } = {}): Jail {
  const { opened = "", ...more } = options;
  return createJail({ allow: parseAllowList(opened), nowMs: () => performance.now(), ...more });
}

export function job(
  runtime: JailRuntime,
  source: string,
  change: Partial<Omit<JailJob, "limits">> & { readonly limits?: Partial<JailJob["limits"]> } = {},
): JailJob {
  const { limits, ...more } = change;
  return {
    tenant: "one",
    runtime,
    source,
    input: "{}",
    mounts: [],
    network: null,
    signal: new AbortController().signal,
    ...more,
    limits: {
      timeoutMs: 20_000,
      cpuMs: 10_000,
      memoryBytes: 256 * MEGABYTE,
      outputBytesMax: MEGABYTE,
      ...limits,
    },
  };
}

/** The result as a value; a failure is a text that says which. */
export function resultOf(outcome: JailOutcome): unknown {
  if (!outcome.ok) return `${outcome.reason}: ${outcome.message}`;
  return outcome.result === undefined ? undefined : JSON.parse(outcome.result);
}

/** What a script printed to its standard output. */
export function printedBy(outcome: JailOutcome): string {
  const result = resultOf(outcome);
  if (typeof result !== "object" || result === null || !("stdout" in result)) return String(result);
  return String(result.stdout);
}

/** Command lines of this machine's processes that hold the text. */
export function processesWith(text: string): readonly string[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ");
      return line.includes(text) ? [`${name} ${line}`] : [];
    } catch {
      return [];
    }
  });
}
