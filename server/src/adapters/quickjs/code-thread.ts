import { Worker } from "node:worker_threads";
import { invariant } from "../../core/invariant.ts";
import type { CodeTask } from "./code-task.ts";
import { failure, timeoutMessage } from "./guest-result.ts";
import { SLOT, SLOTS, type FromWorker, type Offer, type WorkerStart } from "./worker-protocol.ts";

/** What a thread tells its pool. */
export interface ThreadEvents {
  /** It has room for more. */
  room(): void;
  /** It is gone. `unharmed` are the tasks to offer elsewhere, in their order; the one that caused it is settled. */
  gone(unharmed: readonly CodeTask[], wasReady: boolean): void;
}

/** Input held in a thread's slots at most, apart from a first task of any size. */
const BYTES_IN_FLIGHT_MAX = 8_000_000;
/** How long the engine has to notice its deadline or a cancel, before its thread is ended from outside. */
const GRACE_MS = 100;
/** A thread that isn't ready by then is given up. */
const START_MS_MAX = 10_000;
const CRASHED = "The thread that ran the step ended. Its state was discarded; other runs are not affected.";

interface Held {
  readonly task: CodeTask;
  /** Counts what was offered to the thread. */
  readonly order: number;
  /** The thread gave it back, the pool may have offered it to another one. */
  withdrawn: boolean;
}

/** One worker thread as the main thread sees it: the tasks in its slots, and the watch over the running one. */
export class CodeThread {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #slots: Int32Array<SharedArrayBuffer>;
  readonly #held: (Held | undefined)[] = Array.from({ length: SLOTS });
  #heldCount = 0;
  #offered = 0;
  #bytes = 0;
  #ready = false;
  #alive = true;
  /** Its running task has been seen running twice: nothing is put behind it until the thread replies. */
  #occupied = false;
  #startedMs: number | undefined;
  #seen: { readonly held: Held; readonly sinceMs: number } | undefined;

  constructor(start: Omit<WorkerStart, "slots">, events: ThreadEvents) {
    this.#events = events;
    const slots = new SharedArrayBuffer(4 * SLOTS);
    this.#slots = new Int32Array(slots);
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      name: "code steps",
      workerData: { ...start, slots } satisfies WorkerStart,
      env: {},
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", () => this.#end("crashed"));
    this.#worker.on("exit", () => this.#end("crashed"));
    this.#worker.unref();
  }

  get ready(): boolean {
    return this.#ready;
  }

  get held(): number {
    return this.#heldCount;
  }

  get hasRoom(): boolean {
    return this.#alive && !this.#occupied && this.#heldCount < SLOTS && this.#bytes < BYTES_IN_FLIGHT_MAX;
  }

  /** Puts tasks into free slots while there is room, in one message; `next` yields them. */
  offer(next: () => CodeTask | undefined): void {
    const offers: Offer[] = [];
    for (let slot = 0; slot < SLOTS && this.hasRoom; slot++) {
      if (this.#held[slot]) continue;
      const task = next();
      if (!task) break;
      this.#hold(slot, { task, order: this.#offered++, withdrawn: false });
      const { program, input, limits } = task;
      offers.push({ slot, key: program.key, source: program.source, input, limits });
    }
    if (offers.length === 0) return;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    this.#worker.postMessage(offers);
  }

  /** Stops a task if this thread holds it; the caller settles it. */
  cancel(task: CodeTask): void {
    const slot = this.#held.findIndex((held) => held?.task === task);
    if (slot < 0 || this.#exchange(slot, SLOT.offered, SLOT.withdrawn)) return;
    this.#exchange(slot, SLOT.running, SLOT.cancelled);
  }

  /**
   * To be called every few milliseconds while the thread holds tasks. Ends the thread when its
   * running task overstays (a loop inside a built-in never asks whether to stop), and gives back
   * the tasks behind one that runs long, so that another thread can have them.
   */
  watch(nowMs: number): readonly CodeTask[] {
    this.#startedMs ??= nowMs;
    if (!this.#ready && nowMs - this.#startedMs > START_MS_MAX) this.#end("crashed");
    const held = this.#held[this.#runningSlot()];
    if (!held) {
      this.#seen = undefined;
      return [];
    }
    if (this.#seen?.held !== held) {
      this.#seen = { held, sinceMs: nowMs };
      return [];
    }
    const limitMs = held.task.settled ? 0 : held.task.limits.timeoutMs;
    if (nowMs - this.#seen.sinceMs < limitMs + GRACE_MS) return this.#withdrawAll();
    this.#end("timeout");
    return [];
  }

  /** Ends the thread; settles and hands back nothing. */
  async stop(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }

  /** Tasks it holds whose outcome somebody waits for. */
  tasks(): readonly CodeTask[] {
    return this.#held.flatMap((held) => (held && !held.withdrawn ? [held.task] : []));
  }

  #receive(message: FromWorker): void {
    if (!this.#alive) return;
    this.#occupied = false;
    if (message === "ready") this.#ready = true;
    else {
      for (const { slot, result } of message) {
        const held = this.#held[slot];
        invariant(held, "a worker answers for a slot that holds nothing");
        this.#free(slot, held);
        if (result && !held.withdrawn) held.task.settle(result);
      }
    }
    this.#events.room();
  }

  #end(cause: "timeout" | "crashed"): void {
    if (!this.#alive) return;
    this.#alive = false;
    const running = this.#held[this.#runningSlot()];
    const unharmed = this.tasks().filter((task) => !task.settled && task !== running?.task);
    if (running) {
      const message = cause === "timeout" ? timeoutMessage(running.task.limits) : CRASHED;
      running.task.settle(failure(cause, message));
    }
    this.#worker.terminate().catch(() => undefined);
    this.#events.gone(unharmed, this.#ready);
  }

  /** Those that have not begun, in the order they were offered. */
  #withdrawAll(): readonly CodeTask[] {
    this.#occupied = true;
    const back = this.#held.flatMap((held, slot) => {
      if (!held || held.withdrawn || !this.#exchange(slot, SLOT.offered, SLOT.withdrawn)) return [];
      held.withdrawn = true;
      return held.task.settled ? [] : [held];
    });
    return back.toSorted((one, other) => one.order - other.order).map(({ task }) => task);
  }

  #runningSlot(): number {
    return this.#held.findIndex((held, slot) => {
      const state = held ? Atomics.load(this.#slots, slot) : SLOT.free;
      return state === SLOT.running || state === SLOT.cancelled;
    });
  }

  #hold(slot: number, held: Held): void {
    this.#held[slot] = held;
    this.#bytes += held.task.bytes;
    if (this.#heldCount++ === 0) this.#worker.ref();
    Atomics.store(this.#slots, slot, SLOT.offered);
  }

  #free(slot: number, held: Held): void {
    this.#held[slot] = undefined;
    this.#bytes -= held.task.bytes;
    if (--this.#heldCount === 0) this.#worker.unref();
    Atomics.store(this.#slots, slot, SLOT.free);
  }

  #exchange(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#slots, slot, from, to) === from;
  }
}
