import { invariant } from "../../core/invariant.ts";
import type { CodeLimits, CodeProgram } from "../../core/ports/code-runner.ts";
import { GUEST_HARNESS, HARNESS_FILE, STEP_FILE } from "./guest-harness.ts";
import { EVAL_MODULE, EVAL_SCRIPT, GuestMachine } from "./guest-machine.ts";
import {
  CANCELLED,
  failure,
  FULL_MEMORY,
  readReport,
  timeoutMessage,
  type GuestFailure,
  type GuestResult,
} from "./guest-result.ts";
import { ImageCache, type ImageBounds } from "./image-cache.ts";
import { captureImage, captureOverlay, flattenImage, restoreImage, type MemoryImage } from "./memory-image.ts";

export interface SandboxPorts {
  /** Wall clock, as the guest's `Date.now()`. */
  clockMs(): number;
  /** Monotonic clock, for the deadline. */
  monotonicMs(): number;
  entropy(bytes: Uint8Array): void;
}

interface Harness {
  readonly bind: number;
  readonly call: number;
  readonly seed: number;
  readonly settled: number;
  readonly describe: number;
}

/** Free heap in the image, so that a run of ordinary size never grows the memory (which costs it a new instance: 0.5 ms). */
const SLACK_BYTES = 2 * 1024 * 1024;
/** While the engine's own message about a full heap is read. */
const MEMORY_UNLIMITED = 0x7fff_ffff;

/**
 * Runs steps one after the other in one engine, each in pristine state:
 *
 * - **Q1** Before each run the whole linear memory equals, byte for byte, what it was when the
 *   program's top level had just been evaluated in an engine that ran nothing else.
 * - **Q2** An image is kept only of a top level that read neither the clock nor a random number:
 *   evaluating it anew would give the same. Others are evaluated for every run.
 * - **Q3** An instance whose memory grew or whose call failed on the host is never used again.
 */
export class Sandbox {
  readonly images: ImageCache;
  readonly #module: WebAssembly.Module;
  readonly #ports: SandboxPorts;
  readonly #base: MemoryImage;
  readonly #baseFlat: Buffer;
  readonly #harness: Harness;
  readonly #random = new Uint32Array(2);
  #machine: GuestMachine;
  #clockReads = 0;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #limits: CodeLimits = { timeoutMs: 0, memoryBytes: 0, outputBytesMax: 0 };
  #isCancelled: () => boolean = () => false;
  #stopped: "timeout" | "cancelled" | null = null;

  constructor(module: WebAssembly.Module, ports: SandboxPorts, bounds: ImageBounds) {
    this.#module = module;
    this.#ports = ports;
    this.images = new ImageCache(bounds);
    this.#machine = this.#newMachine(0);
    const machine = this.#machine;
    machine.boot(SLACK_BYTES);
    const harness = machine.evaluate(GUEST_HARNESS, HARNESS_FILE, EVAL_SCRIPT);
    invariant(!machine.isException(harness), "the harness of code steps does not evaluate");
    const entry = (name: string): number => machine.property(harness, name);
    this.#harness = {
      bind: entry("bind"),
      call: entry("call"),
      seed: entry("seed"),
      settled: entry("settled"),
      describe: entry("describe"),
    };
    this.#base = captureImage(machine.bytes);
    this.#baseFlat = flattenImage(this.#base);
  }

  /** The program's result, or what went wrong; `isCancelled` is asked while it runs. Throws nothing. */
  run(program: CodeProgram, input: string, limits: CodeLimits, isCancelled: () => boolean): GuestResult {
    this.#stopped = null;
    this.#isCancelled = isCancelled;
    this.#limits = limits;
    this.#deadlineMs = this.#ports.monotonicMs() + limits.timeoutMs;
    try {
      const image = this.images.get(program.key);
      this.#enter(image);
      this.#machine.limitMemory(limits.memoryBytes);
      const refusal = image ? null : this.#load(program);
      return refusal ?? this.#call(input);
    } catch (error) {
      this.#machine = this.#newMachine(this.#base.memoryBytes);
      if (this.#stopped) return this.#stopFailure();
      // Thrown by V8 when the C stack fits its bound and V8's own does not.
      if (error instanceof RangeError) return failure("threw", "RangeError: Maximum call stack size exceeded");
      return failure(
        "crashed",
        "The engine failed while it ran the step. Its state was discarded; other runs are not affected.",
      );
    }
  }

  #newMachine(memoryBytes: number): GuestMachine {
    const host = {
      clockMs: () => {
        this.#clockReads++;
        return this.#ports.clockMs();
      },
      interrupted: () => this.#mustStop(),
      entropy: (bytes: Uint8Array) => this.#ports.entropy(bytes),
    };
    return new GuestMachine(this.#module, host, memoryBytes);
  }

  #enter(overlay: MemoryImage | undefined): void {
    const { memoryBytes } = overlay ?? this.#base;
    if (this.#machine.memory.buffer.byteLength !== memoryBytes) this.#machine = this.#newMachine(memoryBytes);
    restoreImage(this.#machine.bytes, this.#base, overlay);
  }

  /** Evaluates the module's top level and keeps its image (Q2); null when the step can be called. */
  #load(program: CodeProgram): GuestFailure | null {
    const machine = this.#machine;
    machine.call(this.#harness.seed, this.#newSeed());
    const clockReadsBefore = this.#clockReads;
    const promise = machine.evaluate(program.source, STEP_FILE, EVAL_MODULE);
    if (machine.isException(promise)) return this.#describe(machine.exception());
    this.#drain();
    const state = machine.promiseState(promise);
    if (state === "rejected") return this.#describe(machine.promiseResult(promise));
    if (this.#stopped) return this.#stopFailure();
    if (state === "pending")
      return failure("threw", "The module's top level awaits a promise that nothing can settle.");
    const kind = machine.textBytes(
      machine.call(this.#harness.bind, machine.property(machine.promiseResult(promise), "default")),
    );
    const bound = kind?.toString("latin1");
    if (bound === "unrepeatable") return null;
    if (bound !== "function") {
      return failure("threw", `The module must export a function as its default; it exports ${bound ?? "nothing"}.`);
    }
    if (this.#clockReads === clockReadsBefore)
      this.images.put(program.key, captureOverlay(machine.bytes, this.#baseFlat));
    return null;
  }

  #call(input: string): GuestResult {
    const machine = this.#machine;
    const returned = machine.call(this.#harness.call, machine.newString(input), this.#newSeed());
    if (machine.isException(returned) || !machine.isUndefined(returned)) return this.#read(returned);
    this.#drain();
    const settled = machine.call(this.#harness.settled);
    if (this.#stopped || !machine.isUndefined(settled)) return this.#read(settled);
    return failure(
      "threw",
      "The step awaits a promise that nothing can settle: a code step has no timers and no network.",
    );
  }

  /** Runs promise jobs until none is left or the run must stop. */
  #drain(): void {
    while (!this.#mustStop() && this.#machine.runJob());
  }

  #describe(error: number): GuestFailure {
    const result = this.#read(this.#machine.call(this.#harness.describe, error));
    return result.ok ? failure("crashed", "The step broke the function that reports its result.") : result;
  }

  #read(report: number): GuestResult {
    if (this.#stopped) return this.#stopFailure();
    if (this.#machine.isException(report)) return this.#engineFailure();
    const bytes = this.#machine.textBytes(report);
    return bytes ? readReport(bytes, this.#limits.outputBytesMax) : failure("memory", FULL_MEMORY);
  }

  /** What the harness could not catch or report: nearly always that the heap is full. */
  #engineFailure(): GuestFailure {
    this.#machine.limitMemory(MEMORY_UNLIMITED);
    const text = this.#machine
      .textBytes(this.#machine.property(this.#machine.exception(), "message"))
      ?.toString("utf8", 0, 1000);
    if (this.#stopped) return this.#stopFailure();
    return text === undefined || text === "out of memory" ? failure("memory", FULL_MEMORY) : failure("threw", text);
  }

  /** Sticky, so that a step that catches the first interruption meets the next. */
  #mustStop(): boolean {
    if (this.#stopped === null) {
      if (this.#isCancelled()) this.#stopped = "cancelled";
      else if (this.#ports.monotonicMs() >= this.#deadlineMs) this.#stopped = "timeout";
    }
    return this.#stopped !== null;
  }

  #stopFailure(): GuestFailure {
    return this.#stopped === "cancelled"
      ? failure("cancelled", CANCELLED)
      : failure("timeout", timeoutMessage(this.#limits));
  }

  #newSeed(): number {
    this.#ports.entropy(new Uint8Array(this.#random.buffer));
    const [high = 0, low = 0] = this.#random;
    return this.#machine.newNumber((high >>> 11) * 2 ** 32 + low);
  }
}
