import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type { CodeLimits, CodeOutcome, CodeProgram, CodeRunner } from "../../core/ports/code-runner.ts";
import { CodeQueue } from "./code-queue.ts";
import { CodeRoom } from "./code-room.ts";
import { CodeTask } from "./code-task.ts";
import { CodeThread } from "./code-thread.ts";
import { CANCELLED, failure } from "./guest-result.ts";

export interface CodePoolOptions {
  /** Default: one less than the machine's cores, at least 1, at most 4. */
  readonly threadsMax?: number;
  /** Runs accepted and not yet finished; above it, and above 64 MB of their inputs, a run is `overloaded`. */
  readonly openMax?: number;
  /** The same of one project, with half of those bytes. */
  readonly projectOpenMax?: number;
  /** How long a run may wait for a thread; then it is `overloaded`. Its own time begins when it begins. */
  readonly waitMsMax?: number;
  /** Threads end after this time without a run. */
  readonly idleMs?: number;
  /** Warm programs a thread keeps: at most so many, in at most so many bytes. */
  readonly imagesMax?: number;
  readonly imageBytesMax?: number;
  readonly monotonicMs?: () => number;
}

/** For the health page: threads alive, runs accepted and not yet settled. */
export interface CodePoolStats {
  readonly threads: number;
  readonly open: number;
}

const OPEN_BYTES_MAX = 64_000_000;
const PROJECT_OPEN_BYTES_MAX = OPEN_BYTES_MAX / 2;
const WATCH_EVERY_MS = 20;
/** The watch goes on so long without work before it gives way to the idle timer. */
const WATCH_LINGER_MS = 1000;
const START_FAILURES_MAX = 3;

/** A runner of light code steps in worker threads of their own. Nothing is started before the first run. */
export function createCodePool(options: CodePoolOptions = {}): CodeRunner & { stats(): CodePoolStats } {
  return new CodePool(options);
}

/**
 * - **C1** Every accepted run settles exactly once: with its result, or by its deadline plus 0.2 s
 *   of running, or by the longest wait, or by its signal, or by `close`.
 * - **C2** A run that harms its thread harms no other: those behind it run elsewhere or later. Code
 *   has no effects, so that a run may be repeated whose reply was lost with its thread.
 * - **C3** Projects take turns: a run waits for at most one of each other project's per thread, beside what is
 *   short enough to lie in the threads' slots already.
 */
class CodePool implements CodeRunner {
  readonly #options: Required<CodePoolOptions>;
  readonly #queue = new CodeQueue();
  readonly #room: CodeRoom;
  readonly #threads = new Set<CodeThread>();
  #module: WebAssembly.Module | undefined;
  #compiling: Promise<void> | undefined;
  #dispatchDue = false;
  #startFailures = 0;
  #watch: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #busyMs = 0;
  #closed = false;

  constructor(options: CodePoolOptions) {
    this.#options = {
      threadsMax: Math.min(4, Math.max(1, availableParallelism() - 1)),
      openMax: 10_000,
      projectOpenMax: 5000,
      waitMsMax: 30_000,
      idleMs: 60_000,
      imagesMax: 1000,
      imageBytesMax: 32_000_000,
      monotonicMs: () => performance.now(),
      ...options,
    };
    const { openMax, projectOpenMax } = this.#options;
    this.#room = new CodeRoom({
      openMax,
      projectOpenMax,
      openBytesMax: OPEN_BYTES_MAX,
      projectOpenBytesMax: PROJECT_OPEN_BYTES_MAX,
    });
  }

  run(program: CodeProgram, input: string, limits: CodeLimits, signal: AbortSignal): Promise<CodeOutcome> {
    if (this.#closed || signal.aborted) return Promise.resolve(failure("cancelled", CANCELLED));
    const task = new CodeTask(program, input, limits, this.#options.monotonicMs());
    const refusal = this.#room.refusal(task);
    if (refusal !== null) return Promise.resolve(failure("overloaded", refusal));
    this.#room.enter(task);
    const onAbort = (): void => this.#cancel(task);
    signal.addEventListener("abort", onAbort, { once: true });
    task.whenSettled(() => {
      this.#room.leave(task);
      signal.removeEventListener("abort", onAbort);
    });
    this.#queue.push(task);
    this.#startWatch();
    this.#dispatchSoon();
    return task.outcome;
  }

  stats(): CodePoolStats {
    return { threads: this.#threads.size, open: this.#room.open };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    clearTimeout(this.#idle);
    const waiting = [...this.#queue.takeAll(), ...[...this.#threads].flatMap((thread) => thread.tasks())];
    for (const task of waiting) task.settle(failure("cancelled", CANCELLED));
    await this.#compiling;
    await this.#stopThreads();
  }

  #cancel(task: CodeTask): void {
    if (!this.#queue.remove(task)) for (const thread of this.#threads) thread.cancel(task);
    task.settle(failure("cancelled", CANCELLED));
  }

  /** At the end of the current turn, so that runs asked for together travel together. */
  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    queueMicrotask(() => {
      this.#dispatchDue = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#closed || this.#queue.length === 0) return;
    if (!this.#module) {
      this.#compiling ??= this.#compile();
      return;
    }
    const threads = [...this.#threads];
    if (threads.length < this.#options.threadsMax && threads.every((thread) => thread.ready && thread.held > 0)) {
      threads.push(this.#startThread(this.#module));
    }
    const roomy = threads.filter((thread) => thread.hasRoom).toSorted((a, b) => a.held - b.held);
    const ready = roomy.filter((thread) => thread.ready);
    const chosen = ready.length > 0 ? ready : roomy;
    for (const [index, thread] of chosen.entries()) {
      let share = Math.ceil(this.#queue.length / (chosen.length - index));
      thread.offer(() => (share-- > 0 ? this.#queue.take() : undefined));
    }
  }

  async #compile(): Promise<void> {
    try {
      const file = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
      this.#module = await WebAssembly.compile(await readFile(file));
    } catch {
      this.#refuseAll("The engine of code steps can't be loaded. Install Steward anew.");
    }
    this.#compiling = undefined;
    this.#dispatch();
  }

  #startThread(module: WebAssembly.Module): CodeThread {
    const { imagesMax, imageBytesMax } = this.#options;
    const thread = new CodeThread(
      { module, imagesMax, imageBytesMax },
      {
        room: () => {
          this.#startFailures = 0;
          this.#dispatchSoon();
        },
        gone: (unharmed, wasReady) => {
          this.#threads.delete(thread);
          this.#queue.putBack(unharmed);
          if (!wasReady && ++this.#startFailures >= START_FAILURES_MAX) {
            this.#startFailures = 0;
            this.#refuseAll(
              "The threads of code steps don't start. Look at the memory and thread limits of this machine.",
            );
          }
          this.#dispatchSoon();
        },
      },
    );
    this.#threads.add(thread);
    return thread;
  }

  #refuseAll(message: string): void {
    for (const task of this.#queue.takeAll()) task.settle(failure("crashed", message));
  }

  #refuseLate(nowMs: number): void {
    const { waitMsMax } = this.#options;
    for (const task of this.#queue.takeOlder(nowMs - waitMsMax)) {
      const message = `It waited ${waitMsMax / 1000} s for its turn: too many code steps run at once. Try again later.`;
      task.settle(failure("overloaded", message));
    }
  }

  #startWatch(): void {
    this.#busyMs = this.#options.monotonicMs();
    if (this.#watch) return;
    clearTimeout(this.#idle);
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS).unref();
  }

  #look(): void {
    const nowMs = this.#options.monotonicMs();
    if (this.#room.open > 0) this.#busyMs = nowMs;
    for (const thread of this.#threads) this.#queue.putBack(thread.watch(nowMs));
    this.#refuseLate(nowMs);
    this.#dispatch();
    if (nowMs - this.#busyMs < WATCH_LINGER_MS || [...this.#threads].some((thread) => thread.held > 0)) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#idle = setTimeout(() => void this.#stopThreads(), this.#options.idleMs).unref();
  }

  async #stopThreads(): Promise<void> {
    const threads = [...this.#threads];
    this.#threads.clear();
    await Promise.allSettled(threads.map((thread) => thread.stop()));
  }
}
