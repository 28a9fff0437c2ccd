import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { AllowList } from "../../core/egress/allow-list.ts";
import type { Jail, JailFailureReason, JailJob, JailOutcome, JailRuntime, JailStats } from "../../core/ports/jail.ts";
import { messageOf } from "../../core/thrown.ts";
import { type Connect, connectTcp } from "../egress/connect.ts";
import type { Resolve } from "../egress/resolve.ts";
import { ServerBook } from "../egress/server-book.ts";
import { PYTHON } from "./bubblewrap-arguments.ts";
import { CodeRoom } from "../quickjs/code-room.ts";
import { type JailGround, openGround } from "./jail-ground.ts";
import { JailedProcess } from "./jailed-process.ts";
import type { ProxyGround } from "./proxy.ts";
import { Turns } from "./turns.ts";

export interface JailOptions {
  /** What the operator opens beyond the public internet. */
  readonly allow: AllowList;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Jobs at once. Default: two for each core, at least 4. */
  readonly runningMax?: number;
  /** Jobs accepted and not yet ended, of one tenant and of all; beyond them a job is `overloaded`. */
  readonly tenantOpenMax?: number;
  readonly openMax?: number;
  /** Longer waits nobody: `overloaded`. */
  readonly waitMsMax?: number;
  /** Kept ready of each runtime that was used lately. */
  readonly warmMax?: number;
  /** What is warm ends after this time without a job of its runtime. */
  readonly idleMs?: number;
  readonly resolve?: Resolve;
  readonly connect?: Connect;
  /** Replaces the search for what a jail needs. */
  readonly openGround?: typeof openGround;
}

const READY_MS_MAX = 10_000;
/** Of the inputs and programs of the jobs accepted; a first one of any size has room. */
const OPEN_BYTES_MAX = 64_000_000;
const WARM: readonly JailRuntime[] = ["node", "python"];

/** Nothing is looked for or started before the first job. */
export function createJail(options: JailOptions): Jail {
  return new BubblewrapJail(options);
}

interface Waiting {
  readonly go: (room: boolean) => void;
}

class BubblewrapJail implements Jail {
  readonly #options: Required<Omit<JailOptions, "resolve" | "connect" | "allow" | "nowMs">>;
  readonly #proxy: ProxyGround;
  #ground: ReturnType<typeof openGround> | null = null;
  readonly #problems = new Map<JailRuntime, Promise<string | null>>();
  readonly #warm = new Map<JailRuntime, Set<JailedProcess>>();
  readonly #running = new Map<JailedProcess, JailJob>();
  readonly #waiting = new Turns<Waiting>();
  readonly #room: CodeRoom;
  readonly #idle = new Map<JailRuntime, NodeJS.Timeout>();
  readonly #ending = new Set<Promise<void>>();
  #taken = 0;
  #closed = false;

  constructor({ allow, nowMs, resolve, connect = connectTcp, ...options }: JailOptions) {
    this.#options = {
      runningMax: Math.max(4, 2 * availableParallelism()),
      tenantOpenMax: 500,
      openMax: 1_000,
      waitMsMax: 30_000,
      warmMax: 2,
      idleMs: 300_000,
      openGround,
      ...options,
    };
    this.#room = new CodeRoom({
      openMax: this.#options.openMax,
      projectOpenMax: this.#options.tenantOpenMax,
      openBytesMax: OPEN_BYTES_MAX,
      projectOpenBytesMax: OPEN_BYTES_MAX / 2,
    });
    const book = new ServerBook({ allow, nowMs, resolve });
    this.#proxy = { find: (target) => book.find(target), connect };
  }

  /** Starts one and sees whether it comes to wait for a job; that one is the first warm one. */
  problem(runtime: JailRuntime): Promise<string | null> {
    const known = this.#problems.get(runtime);
    if (known) return known;
    const asked = this.#tryOut(runtime);
    this.#problems.set(runtime, asked);
    // What hinders it may be gone the next time somebody asks.
    void asked.then((problem) => problem !== null && this.#problems.delete(runtime));
    return asked;
  }

  async run(job: JailJob): Promise<JailOutcome> {
    if (this.#closed || job.signal.aborted) return failure("cancelled", "The run was cancelled before the step began.");
    const problem = await this.problem(job.runtime);
    if (problem !== null) return failure("unavailable", problem);
    const roomed = { project: job.tenant, bytes: job.input.length + job.source.length };
    const full = this.#room.refusal(roomed);
    if (full !== null) return failure("overloaded", full);
    this.#room.enter(roomed);
    try {
      return (await this.#awaitTurn(job)) ?? (await this.#runInTurn(job));
    } finally {
      this.#room.leave(roomed);
    }
  }

  abortAll(reason: string): void {
    for (const [process, { network }] of this.#running) if (network !== null) process.stop("cancelled", reason);
  }

  stats(): JailStats {
    const warm = [...this.#warm.values()].reduce((sum, some) => sum + some.size, 0);
    return { running: this.#running.size, waiting: this.#waiting.length, warm };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#idle.values()) clearTimeout(timer);
    for (let next = this.#waiting.take(); next; next = this.#waiting.take()) next.go(false);
    for (const process of this.#running.keys()) process.stop("cancelled", "Steward is stopping.");
    await Promise.allSettled(this.#problems.values());
    for (const runtime of WARM) this.#coolDown(runtime);
    await Promise.allSettled([...this.#running.keys()].map((process) => process.gone));
    await Promise.allSettled(this.#ending);
    const ground = this.#ground === null ? null : await this.#ground;
    this.#ground = null;
    if (ground !== null && !("problem" in ground)) await rm(ground.folder, { recursive: true, force: true });
  }

  async #runNow(job: JailJob): Promise<JailOutcome> {
    const ground = await this.#openGround();
    if (this.#closed || job.signal.aborted) return failure("cancelled", "The run was cancelled before the step began.");
    if ("problem" in ground) return failure("unavailable", ground.problem);
    let process: JailedProcess;
    try {
      process = this.#takeWarm(job) ?? (await JailedProcess.start(ground, job.runtime, job.mounts));
    } catch (error) {
      return failure("crashed", `The jail could not be started: ${messageOf(error)}.`);
    }
    this.#running.set(process, job);
    if (this.#closed) process.stop("cancelled", "Steward is stopping.");
    this.#stayWarm(ground, job.runtime);
    try {
      return await process.run(job, this.#proxy);
    } finally {
      this.#running.delete(process);
    }
  }

  /** Null when it may run now; else why it won't. */
  async #awaitTurn({ tenant, signal }: JailJob): Promise<JailOutcome | null> {
    const { runningMax, waitMsMax } = this.#options;
    if (this.#taken < runningMax) {
      this.#taken++;
      return null;
    }
    const { promise, resolve: go } = Promise.withResolvers<boolean>();
    const waiting = { go };
    this.#waiting.push(tenant, waiting);
    const giveUp = (): void => {
      this.#waiting.remove(tenant, waiting);
      go(false);
    };
    const timer = setTimeout(giveUp, waitMsMax);
    signal.addEventListener("abort", giveUp, { once: true });
    const mayRun = await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    if (mayRun) return null;
    if (signal.aborted || this.#closed)
      return failure("cancelled", "The run was cancelled while the step was waiting.");
    return failure("overloaded", `It waited ${waitMsMax / 1000} s for its turn: too many code steps run at once.`);
  }

  async #runInTurn(job: JailJob): Promise<JailOutcome> {
    try {
      return await this.#runNow(job);
    } finally {
      this.#leave();
    }
  }

  /** Room is handed on, so that nobody who comes just then gets before those who wait. */
  #leave(): void {
    const next = this.#waiting.take();
    if (next) next.go(true);
    else this.#taken--;
  }

  #takeWarm({ runtime, mounts }: JailJob): JailedProcess | null {
    if (mounts.length > 0) return null;
    for (const process of this.#warm.get(runtime) ?? []) {
      this.#warm.get(runtime)?.delete(process);
      if (process.usable) return process;
    }
    return null;
  }

  #stayWarm(ground: JailGround, runtime: JailRuntime): void {
    if (!WARM.includes(runtime) || this.#closed) return;
    const { warmMax, idleMs } = this.#options;
    clearTimeout(this.#idle.get(runtime));
    this.#idle.set(runtime, setTimeout(() => this.#coolDown(runtime), idleMs).unref());
    const missing = warmMax - (this.#warm.get(runtime)?.size ?? 0);
    if (missing > 0) this.#note(this.#warmOne(ground, runtime));
  }

  async #warmOne(ground: JailGround, runtime: JailRuntime): Promise<void> {
    this.#keepWarm(await JailedProcess.start(ground, runtime, []));
  }

  #keepWarm(process: JailedProcess): void {
    const { runtime } = process;
    const warm = this.#warm.get(runtime) ?? new Set();
    this.#warm.set(runtime, warm);
    if (this.#closed || warm.size >= this.#options.warmMax) return this.#note(process.discard());
    warm.add(process);
    void this.#noteEnd(process, warm);
  }

  /** One that ended before it had a job leaves its folder. */
  async #noteEnd(process: JailedProcess, warm: Set<JailedProcess>): Promise<void> {
    await process.gone;
    if (warm.delete(process)) this.#note(process.discard());
  }

  #coolDown(runtime: JailRuntime): void {
    const warm = this.#warm.get(runtime) ?? new Set();
    for (const process of warm) {
      warm.delete(process);
      this.#note(process.discard());
    }
  }

  #note(ending: Promise<void>): void {
    this.#ending.add(ending);
    void ending.catch(() => undefined).finally(() => this.#ending.delete(ending));
  }

  async #openGround(): ReturnType<typeof openGround> {
    const before = this.#ground === null ? null : await this.#ground;
    // What tidies the folder of temporary files may have taken it.
    if (before !== null && !("problem" in before) && isGone(before)) this.#ground = null;
    this.#ground ??= this.#options.openGround();
    const ground = await this.#ground;
    if ("problem" in ground) this.#ground = null;
    return ground;
  }

  async #tryOut(runtime: JailRuntime): Promise<string | null> {
    const ground = await this.#openGround();
    if ("problem" in ground) return ground.problem;
    if (runtime === "python" && !existsSync(PYTHON))
      return "Steps in Python need it. On Debian: apt-get install python3.";
    const process = await JailedProcess.start(ground, runtime, []);
    const timer = setTimeout(() => process.stop("timeout", "it took too long"), READY_MS_MAX);
    const problem = await process.ready;
    clearTimeout(timer);
    if (problem !== null || !WARM.includes(runtime)) await process.discard();
    else this.#keepWarm(process);
    return problem === null ? null : `The jail does not start here: ${problem}`;
  }
}

function isGone({ folder, node, inside, filter }: JailGround): boolean {
  return [folder, node, inside, filter].some((one) => !existsSync(one));
}

function failure(reason: JailFailureReason, message: string): JailOutcome {
  return { ok: false, reason, message, log: "" };
}
