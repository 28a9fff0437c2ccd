import type { Json } from "../../core/json.ts";
import type { CodeLimits, CodeOutcome, CodeProgram } from "../../core/ports/code-runner.ts";
import { failure, type GuestResult } from "./guest-result.ts";

/** One call of `CodeRunner.run` on the main thread: settled once, later results are ignored. */
export class CodeTask {
  readonly program: CodeProgram;
  readonly input: string;
  readonly limits: CodeLimits;
  readonly outcome: Promise<CodeOutcome>;
  /** Whose turn it takes. */
  readonly project: string;
  /** When it was asked for, on the pool's clock. */
  readonly sinceMs: number;
  /** Set when the result no longer matters. */
  settled = false;
  readonly #resolve: (outcome: CodeOutcome) => void;
  #onSettled: () => void = () => undefined;

  constructor(program: CodeProgram, input: string, limits: CodeLimits, sinceMs: number) {
    this.program = program;
    this.project = program.key.slice(0, Math.max(0, program.key.indexOf(":")));
    this.sinceMs = sinceMs;
    this.input = input;
    this.limits = limits;
    const { promise, resolve } = Promise.withResolvers<CodeOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
  }

  /** What the task holds in memory, about. */
  get bytes(): number {
    return this.input.length + this.program.source.length;
  }

  /** Calls back once, synchronously, when the task settles. */
  whenSettled(callback: () => void): void {
    this.#onSettled = callback;
  }

  settle(result: GuestResult): void {
    if (this.settled) return;
    this.settled = true;
    this.#onSettled();
    this.#resolve(readResult(result));
  }
}

/** The texts of a result as values. A step can forge its report, so that text is untrusted here. */
function readResult(result: GuestResult): CodeOutcome {
  if (!result.ok) return result;
  try {
    const output: Json | undefined = result.output === undefined ? undefined : JSON.parse(result.output);
    const logs: unknown = JSON.parse(result.logs);
    return { ok: true, output, logs: Array.isArray(logs) ? logs.map(String) : [] };
  } catch {
    return failure("not_json", "The step's result is not JSON. Return plain values.");
  }
}
