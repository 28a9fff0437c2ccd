/**
 * The jail: a process of its own that sees nothing of the host, made for one job and destroyed after it (PROMISES B3).
 * `adapters/jail/create-jail.ts` implements it with bubblewrap.
 * - **J1** What runs in it has no file, process, variable or network of the host but what its job names.
 * - **J2** Whatever it does, `run` settles: with its result, or by its limits, its signal, or `close`.
 * - **J3** When `run` has settled nothing of it is left: no process, no file, no connection.
 * - **J4** Where there is no jail nothing runs: `unavailable`, never without it.
 */

/** `shell`: the source is a script of `/bin/sh`, the result is `{ exitCode, stdout, stderr }`. */
export type JailRuntime = "node" | "python" | "shell";

export interface JailLimits {
  /** From the start of the job to its end, a cold start included and the wait for its turn not. */
  readonly timeoutMs: number;
  /** Of processor time, all its processes together. */
  readonly cpuMs: number;
  /** Of all its processes together, the watch looks every 50 ms; a single process is bound by its address space, too. */
  readonly memoryBytes: number;
  /** Of the result as JSON text in UTF-8. */
  readonly outputBytesMax: number;
}

/** A folder of the host that the job sees under `/work/<name>`. Symbolic links in it lead nowhere outside of the jail. */
export interface JailMount {
  readonly from: string;
  readonly name: string;
  readonly writable: boolean;
}

/** One connection that the jail asked for, for the audit: no content. */
export interface JailConnection {
  readonly host: string;
  readonly port: number;
  /** `open`: it was made; else nothing left the machine. */
  readonly verdict: "open" | "not_allowed" | "forbidden" | "unresolved" | "unreachable" | "stopped";
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** The only way out: the gate's proxy, which connects to these hosts and to no other. */
export interface JailNetwork {
  /** As `parseHostEntry` reads them; an entry without a port stands for 80 and 443. */
  readonly hosts: readonly string[];
  /** Of all connections of the job, both ways. */
  readonly bytesMax: number;
  /** Asked synchronously before each connection. */
  mayConnect(): boolean;
  /** Called once for each connection, when it ends. */
  note(connection: JailConnection): void;
}

export interface JailJob {
  /** Whose turn it takes: where jobs wait for one another, tenants take turns. */
  readonly tenant: string;
  readonly runtime: JailRuntime;
  readonly source: string;
  /** JSON text: the argument of the program, the standard input of a script. */
  readonly input: string;
  readonly limits: JailLimits;
  readonly mounts: readonly JailMount[];
  /** Null: no network at all. */
  readonly network: JailNetwork | null;
  readonly signal: AbortSignal;
}

export type JailFailureReason =
  | "threw"
  | "timeout"
  | "memory"
  | "output_too_large"
  | "not_json"
  | "crashed"
  | "cancelled"
  | "overloaded"
  | "unavailable";

/** The output of a job beside its result: standard output and error, mixed as they came, the last 16 kB of them. */
export type JailOutcome =
  | { readonly ok: true; readonly result: string | undefined; readonly log: string }
  | {
      readonly ok: false;
      readonly reason: JailFailureReason;
      /** A sentence for the author. */
      readonly message: string;
      /** Places in the job's own source, `step.js:line:column` or `step.py:line`. */
      readonly stack?: string;
      readonly log: string;
    };

/** For the health page and the bench. */
export interface JailStats {
  readonly running: number;
  readonly waiting: number;
  /** Started, never used, waiting. */
  readonly warm: number;
}

export interface Jail {
  /** Why jobs of the runtime can't be run on this machine, or null. */
  problem(runtime: JailRuntime): Promise<string | null>;
  /** Never rejects because of what the job did. */
  run(job: JailJob): Promise<JailOutcome>;
  /** Cuts every connection of every job and ends the jobs that may have one, as `cancelled`. */
  abortAll(reason: string): void;
  stats(): JailStats;
  /** Ends every job and everything warm; later jobs are `cancelled`. */
  close(): Promise<void>;
}
