/** Runs a code step off the main thread, or in the jail. It has no effect, so it needs no intent: after a crash it simply runs again. */
import { retryOfCode } from "../core/code-failure.ts";
import type { Json } from "../core/json.ts";
import type { CodeOutcome } from "../core/ports/code-runner.ts";
import type { Task } from "../core/run/state.ts";
import type { CodeRequest } from "../core/step-kind.ts";
import type { EngineParts } from "./engine-parts.ts";
import { beginFlight, endFlight } from "./flight.ts";
import type { LiveRun } from "./live-run.ts";
import { recordStep } from "./record-step.ts";
import { failed } from "./step-ending.ts";

const CODE_TIMEOUT_MS = 10_000;
const CODE_MEMORY_BYTES = 64 * 1024 * 1024;
const CODE_OUTPUT_BYTES_MAX = 8 * 1024 * 1024;

export function runCode(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  code: CodeRequest,
  input: Json | undefined,
): void {
  const flight = beginFlight(run, task, null);
  const began = parts.clock.monotonicMs();
  const program = {
    key: `${run.project.project}:${run.version.codeKeys.get(task.step.id) ?? code.source}`,
    source: code.source,
    ...(code.runtime === undefined ? {} : { runtime: code.runtime }),
  };
  const limits = {
    timeoutMs: task.step.definition.timeoutMs ?? CODE_TIMEOUT_MS,
    memoryBytes: CODE_MEMORY_BYTES,
    outputBytesMax: CODE_OUTPUT_BYTES_MAX,
  };
  parts.code
    .run(program, JSON.stringify(code.argument), limits, flight.controller.signal)
    .then((outcome) => {
      const counts = endFlight(run, flight);
      if (counts && !flight.controller.signal.aborted) {
        recordStep(parts, run, task, stepOutcome(task.step.id, outcome), input, parts.clock.monotonicMs() - began);
      }
      return parts.advance(run);
    })
    .catch((error: unknown) => parts.abandon(run, error));
}

function stepOutcome(step: string, outcome: CodeOutcome) {
  if (outcome.ok) return { kind: "output", output: outcome.output } as const;
  const where = outcome.stack === undefined ? "" : `\n${outcome.stack}`;
  return failed(
    `code_${outcome.reason}`,
    `the code of step ${step}: ${outcome.message}${where}`,
    retryOfCode(outcome.reason),
  );
}
