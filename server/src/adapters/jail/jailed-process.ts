import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { setPriority } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import type { JailJob, JailLimits, JailMount, JailOutcome, JailRuntime } from "../../core/ports/jail.ts";
import { INFO_DESCRIPTOR, jailArguments, PRLIMIT } from "./bubblewrap-arguments.ts";
import { FULL_MEMORY, readReport, tooLarge } from "./jail-report.ts";
import { asJailUser, type JailGround } from "./jail-ground.ts";
import { openProxy, type Proxy, type ProxyGround } from "./proxy.ts";
import { hasEnded, lookAtTree } from "./process-tree.ts";

const LOOK_EVERY_MS = 50;
/** Behind the server itself and its database (setpriority(2)). */
const PRIORITY = 5;
/** Of standard output and error: kept at the end, and read at all. */
const LOG_BYTES_KEPT = 16_384;
const LOG_BYTES_MAX = 16_777_216;
/** Beside the result: the kind, escapes of an error. */
const REPORT_ROOM_BYTES = 200_000;
/** After SIGKILL; only a process that hangs in the kernel takes longer, and nobody waits for that one. */
const END_MS_MAX = 5_000;
const LOOK_WHETHER_GONE_MS = 2;
/** bubblewrap needs a few; it hangs in the kernel when it takes longer. */
const INFO_MS_MAX = 2_000;
const BUBBLEWRAP_MS_MAX = 500;
const READY = "ready\n";

type Verdict = Extract<JailOutcome, { ok: false }>;

/**
 * One jail: started, waiting for a job, running it, gone. It never takes a second job.
 * The life of everything in it hangs on one process, which bubblewrap is: SIGKILL to that ends all of them.
 */
export class JailedProcess {
  readonly runtime: JailRuntime;
  /** Settles when the program waits for its job: null, or why it will not. */
  readonly ready: Promise<string | null>;
  /** Settles when nothing of it is left. */
  readonly gone: Promise<void>;
  /** It can still take a job. */
  usable = true;
  readonly #child: ChildProcess;
  readonly #netFolder: string;
  #log: Buffer[] = [];
  #logKept = 0;
  #logRead = 0;
  #report: Buffer[] = [];
  #reportBytes = 0;
  #reportBytesMax = REPORT_ROOM_BYTES;
  #outputBytesMax = 0;
  #info = "";
  /** The number of the jail's first process. */
  #first: number | null = null;
  #stopping = false;
  #unheard: NodeJS.Timeout | undefined;
  #verdict: Omit<Verdict, "log" | "ok"> | null = null;

  static async start(ground: JailGround, runtime: JailRuntime, mounts: readonly JailMount[]): Promise<JailedProcess> {
    const netFolder = await mkdtemp(path.join(ground.folder, "net-"));
    await chmod(netFolder, 0o711);
    return new JailedProcess(ground, runtime, mounts, netFolder);
  }

  private constructor(ground: JailGround, runtime: JailRuntime, mounts: readonly JailMount[], netFolder: string) {
    this.runtime = runtime;
    this.#netFolder = netFolder;
    const filter = openSync(ground.filter, "r");
    try {
      this.#child = spawn(PRLIMIT, jailArguments({ ground, runtime, mounts, netFolder }), {
        ...asJailUser(ground),
        stdio: ["pipe", "pipe", "pipe", "pipe", filter, "pipe"],
      });
      if (this.#child.pid !== undefined) setPriority(this.#child.pid, PRIORITY);
    } finally {
      closeSync(filter);
    }
    const ready = Promise.withResolvers<string | null>();
    this.ready = ready.promise;
    this.#listen(() => ready.resolve(null));
    this.gone = this.#end(() => ready.resolve(this.#lastLine()));
  }

  /** Runs the job, once, and settles when nothing of the jail is left. */
  async run(job: JailJob, proxyGround: ProxyGround): Promise<JailOutcome> {
    this.usable = false;
    const { limits, network, signal } = job;
    this.#outputBytesMax = limits.outputBytesMax;
    this.#reportBytesMax = limits.outputBytesMax + REPORT_ROOM_BYTES;
    const onAbort = (): void => this.stop("cancelled", "The run was cancelled while the step was running.");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const timer = setTimeout(() => this.stop("timeout", timeoutMessage(limits)), limits.timeoutMs);
    const watch = setInterval(() => this.#look(limits), LOOK_EVERY_MS);
    let proxy: Proxy | null = null;
    try {
      if (network !== null) proxy = await openProxy(path.join(this.#netFolder, "proxy.sock"), network, proxyGround);
      const { runtime, source, input } = job;
      const stdin = this.#child.stdin;
      stdin?.end(JSON.stringify({ runtime, source, input, network: network !== null }));
      await this.gone;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      signal.removeEventListener("abort", onAbort);
      proxy?.close();
      await this.#clear();
    }
    return this.#outcome();
  }

  /** Ends it, with everything in it; the first reason counts. */
  stop(reason: Verdict["reason"], message: string): void {
    this.#verdict ??= { reason, message };
    this.usable = false;
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#first !== null) return this.#kill();
    this.#unheard = setTimeout(() => this.#kill(), INFO_MS_MAX);
  }

  /**
   * Not before bubblewrap has told of its first process: until it has let that one go on, that one waits for it, and would
   * for ever. While bubblewrap lives the number is no other process's.
   */
  #kill(): void {
    clearTimeout(this.#unheard);
    const lives = this.#child.exitCode === null && this.#child.signalCode === null;
    if (this.#first === null || !lives) return void this.#child.kill("SIGKILL");
    killOne(this.#first);
    // bubblewrap ends when that one has, and has then read how: killed itself, it would leave that to others.
    this.#unheard = setTimeout(() => this.#child.kill("SIGKILL"), BUBBLEWRAP_MS_MAX);
  }

  #hearInfo(text: string): void {
    this.#info += text;
    const found = /"child-pid":\s*(\d+)\D/.exec(this.#info);
    if (this.#first !== null || found === null) return;
    this.#first = Number(found[1]);
    if (this.#stopping) this.#kill();
  }

  /** Ends one that was never used. */
  async discard(): Promise<void> {
    this.stop("cancelled", "it is no longer needed");
    await this.gone;
    await this.#clear();
  }

  async #clear(): Promise<void> {
    await rm(this.#netFolder, { recursive: true, force: true });
  }

  #listen(onReady: () => void): void {
    const child = this.#child;
    child.on("error", (error) => this.#keepLog(Buffer.from(`${error.message}\n`)));
    child.stdin?.on("error", () => undefined); // it ended before it had read its job
    const report = child.stdio[3];
    report?.on("error", () => undefined);
    let waiting = true;
    report?.on("data", (bytes: Buffer) => {
      this.#report.push(bytes);
      this.#reportBytes += bytes.length;
      if (waiting && this.#reportBytes >= READY.length) {
        waiting = false;
        onReady();
      }
      if (this.#reportBytes <= this.#reportBytesMax) return;
      this.stop("output_too_large", tooLarge(this.#reportBytes, this.#outputBytesMax));
      this.#report = [];
    });
    const streams: readonly (Readable | Writable | null | undefined)[] = child.stdio;
    const info = streams[INFO_DESCRIPTOR];
    info?.on("error", () => undefined);
    info?.on("data", (bytes: Buffer) => this.#hearInfo(bytes.toString("latin1")));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("error", () => undefined);
      stream?.on("data", (bytes: Buffer) => this.#keepLog(bytes));
    }
  }

  /** Calls back when it is clear that it will do nothing more. */
  async #end(callback: () => void): Promise<void> {
    const closed = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    this.#child.once("error", () => closed.resolve());
    this.#child.once("close", () => closed.resolve());
    this.#child.once("exit", () => (timer = setTimeout(() => closed.resolve(), END_MS_MAX)));
    await closed.promise;
    clearTimeout(timer);
    await this.#emptied();
    this.usable = false;
    for (const stream of this.#child.stdio) stream?.destroy();
    callback();
  }

  /**
   * bubblewrap itself ends when its program does, and the others a moment later: the first process of their namespace,
   * which takes all of them along and ends last.
   */
  async #emptied(): Promise<void> {
    clearTimeout(this.#unheard);
    const first = this.#first;
    if (first === null) return;
    for (let ms = 0; ms < END_MS_MAX && !hasEnded(first); ms += LOOK_WHETHER_GONE_MS)
      await new Promise((resolve) => setTimeout(resolve, LOOK_WHETHER_GONE_MS));
  }

  #keepLog(bytes: Buffer): void {
    this.#logRead += bytes.length;
    if (this.#logRead > LOG_BYTES_MAX) {
      this.stop("output_too_large", `The step printed more than ${LOG_BYTES_MAX} bytes. Print less.`);
      return;
    }
    this.#log.push(bytes);
    this.#logKept += bytes.length;
    while (this.#log.length > 1 && this.#logKept - this.#log[0]!.length >= LOG_BYTES_KEPT)
      this.#logKept -= this.#log.shift()!.length;
  }

  #look({ memoryBytes, cpuMs }: JailLimits): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    const use = lookAtTree(pid, memoryBytes);
    if (use.memoryBytes > memoryBytes) this.stop("memory", memoryMessage(memoryBytes));
    else if (use.cpuMs > cpuMs)
      this.stop("timeout", `The step used more than ${cpuMs} ms of processor time. Do less at once.`);
  }

  #outcome(): JailOutcome {
    const log = this.#logText();
    if (this.#verdict !== null) return { ok: false, ...this.#verdict, log };
    const all = Buffer.concat(this.#report);
    const report = { bytes: all.subarray(READY.length), log, outputBytesMax: this.#outputBytesMax };
    const outcome = all.toString("latin1", 0, READY.length) === READY ? readReport(report) : null;
    if (outcome !== null) return outcome;
    return { ok: false, ...this.#howItDied(log), log };
  }

  #howItDied(log: string): Omit<Verdict, "log" | "ok"> {
    if (/heap out of memory|Cannot allocate memory|Out of memory|MemoryError/i.test(log))
      return { reason: "memory", message: FULL_MEMORY };
    const { exitCode, signalCode } = this.#child;
    const how = signalCode ?? `code ${exitCode}`;
    return { reason: "crashed", message: `The step ended without a result (${how}).` };
  }

  #logText(): string {
    return Buffer.concat(this.#log).subarray(-LOG_BYTES_KEPT).toString("utf8");
  }

  #lastLine(): string {
    return this.#logText().trim().split("\n").at(-1) || "it ended at once";
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function timeoutMessage({ timeoutMs }: JailLimits): string {
  return `The step did not finish within ${timeoutMs} ms. Do less at once, or raise its timeoutMs.`;
}

function memoryMessage(bytes: number): string {
  return `The step used more than ${Math.round(bytes / 1_048_576)} MB of memory. Work on fewer or smaller values at once.`;
}
