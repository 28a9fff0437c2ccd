import type { Json } from "../json.ts";

/** Where code runs: in QuickJS, or in the jail. */
export type CodeRuntime = "light" | "node" | "python";

/** One code step as published: checked, types stripped. */
export interface CodeProgram {
  /** Light when left out. */
  readonly runtime?: CodeRuntime;
  /**
   * Identity of tenant and content, `${project}:${sha256(source)}`: what a run may find warm is found by this key alone,
   * and the project before the colon is whose turn the run takes.
   */
  readonly key: string;
  /** Module text, `export default ({ steps, trigger, item }) => value`, in Python `def main(input)`; it may be async. */
  readonly source: string;
}

/** What one run may use. Time counts from the first instruction to the result, a cold start included and the wait for a thread not. */
export interface CodeLimits {
  readonly timeoutMs: number;
  /** Of light code, for the engine's heap, in which the pristine engine itself takes about 0.3 MB. */
  readonly memoryBytes: number;
  /** Of the result as JSON text in UTF-8. */
  readonly outputBytesMax: number;
}

export type CodeFailureReason =
  | "threw"
  | "timeout"
  | "memory"
  | "output_too_large"
  | "not_json"
  | "overloaded"
  | "crashed"
  | "unavailable"
  | "cancelled";

/** What became of a run, as data; a runner never rejects because of what the code did. */
export type CodeOutcome =
  | { readonly ok: true; readonly output: Json | undefined; readonly logs: readonly string[] }
  | {
      readonly ok: false;
      readonly reason: CodeFailureReason;
      /** A sentence for the author of the step: what happened and what to do. */
      readonly message: string;
      /** Positions in the step's own source (`step.js:line:column`, `step.py:line`), never in the program's. */
      readonly stack?: string;
    };

/** Runs light code steps, each in a state that no other run has touched. */
export interface CodeRunner {
  /** `input` is the JSON text of the argument object. An aborted signal yields `cancelled`. */
  run(program: CodeProgram, input: string, limits: CodeLimits, signal: AbortSignal): Promise<CodeOutcome>;
  /** Ends every run as `cancelled` and stops the threads; may be repeated. */
  close(): Promise<void>;
}

export type CodeLanguage = "js" | "ts" | "node" | "python";

/** The module text to store with a published version, or the first thing that is wrong with it (line and column from 1). */
export type CodeVerdict =
  | { readonly source: string }
  | { readonly problem: string; readonly line: number; readonly column: number };

/** Judges a code step's source at publish without executing any of it. */
export type CheckCode = (language: CodeLanguage, source: string) => CodeVerdict;
