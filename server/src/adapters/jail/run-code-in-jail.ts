import type { Json } from "../../core/json.ts";
import { parseJson } from "../../core/parse-json.ts";
import type { CodeLimits, CodeOutcome, CodeProgram, CodeRunner } from "../../core/ports/code-runner.ts";
import type { Jail, JailNetwork } from "../../core/ports/jail.ts";

const MEMORY_BYTES_MAX = 402_653_184;
/** Of processor time for each millisecond that a step may take: two cores' worth. */
const CPU_PER_MS = 2;
/** Of what a step printed before it failed, in its error. */
const PRINTED_MAX = 2_000;

/** One code step in the jail. The way out is for those that the gate has let pass; others have none. */
export async function runCodeInJail(
  jail: Jail,
  program: CodeProgram & { readonly runtime: "node" | "python" },
  input: string,
  limits: CodeLimits,
  signal: AbortSignal,
  network: JailNetwork | null,
): Promise<CodeOutcome> {
  const { timeoutMs, outputBytesMax } = limits;
  const outcome = await jail.run({
    tenant: program.key.slice(0, Math.max(0, program.key.indexOf(":"))),
    runtime: program.runtime,
    source: program.source,
    input,
    limits: { timeoutMs, outputBytesMax, cpuMs: CPU_PER_MS * timeoutMs, memoryBytes: MEMORY_BYTES_MAX },
    mounts: [],
    network,
    signal,
  });
  const { log } = outcome;
  if (!outcome.ok) {
    const { reason, message, stack } = outcome;
    const printed = log.trim() === "" ? "" : `\nIt had printed: ${log.trim().slice(-PRINTED_MAX)}`;
    return { ok: false, reason, message: `${message}${printed}`, ...(stack === undefined ? {} : { stack }) };
  }
  const logs = log === "" ? [] : log.replace(/\n$/, "").split("\n");
  if (outcome.result === undefined) return { ok: true, output: undefined, logs };
  // A step can forge its report.
  const parsed = parseJson(outcome.result);
  if (parsed.ok) return { ok: true, output: parsed.value satisfies Json, logs };
  return { ok: false, reason: "not_json", message: "The step's result is not JSON. Return plain values." };
}

/** Light code where it always ran, the rest in the jail, without a network. */
export function withJail(light: CodeRunner, jail: Jail): CodeRunner {
  return {
    run(program, input, limits, signal) {
      const { runtime = "light" } = program;
      return runtime === "light"
        ? light.run(program, input, limits, signal)
        : runCodeInJail(jail, { ...program, runtime }, input, limits, signal, null);
    },
    async close() {
      await Promise.all([light.close(), jail.close()]);
    },
  };
}
