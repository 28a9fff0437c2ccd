/** What a measurement gets and gives. */
import type { LoadProcess } from "./load-process.ts";
import type { BenchSteward } from "./steward.ts";

/** One line of the table. */
export interface Line {
  readonly what: string;
  /** With its unit, as it is printed. */
  readonly measured: string;
  /** To the echo in the same minute, as a part of 1. */
  readonly ratio?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** As it is printed; a line without one is for information. */
  readonly target?: string;
  readonly met?: boolean;
}

export interface Sizes {
  /** Of each stretch of load. */
  readonly seconds: number;
  readonly connections: readonly number[];
  /** Of what is measured in turn: how often, and how long each time. */
  readonly pairs: number;
  readonly pairSeconds: number;
  readonly chainRuns: number;
  readonly chainsAtOnce: number;
  readonly burst: number;
  readonly waitingRuns: number;
  readonly schedules: number;
  /** Over which the waiting runs are due. */
  readonly dueSeconds: number;
  readonly starts: number;
  readonly idleSeconds: number;
  readonly sizedRuns: number;
  readonly listedRuns: number;
  readonly signIns: number;
  readonly importedRows: number;
  readonly fileMegabytes: number;
  readonly auditEntries: number;
}

export interface Bench {
  /** The one that runs now. */
  readonly steward: BenchSteward;
  readonly load: LoadProcess;
  readonly sizes: Sizes;
  /** Of Node, for server processes. */
  readonly flags: readonly string[];
  /** Stops Steward; `resume` starts it again on the same home. */
  pause(): Promise<void>;
  resume(): Promise<BenchSteward>;
  readonly say: (progress: string) => void;
}

export interface Measurement {
  readonly name: string;
  run(bench: Bench): Promise<readonly Line[]>;
}
