import { invariant } from "../../core/invariant.ts";

/** The part of `quickjs.wasm`'s C interface that is used. Numbers are addresses in its memory; a "value" is a boxed JSValue. */
interface GuestExports {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: WebAssembly.Global;
  readonly _initialize: () => void;
  qjs_init(): number;
  qjs_set_interrupt_handler(on: number): void;
  qjs_set_memory_limit(bytes: number): void;
  qjs_set_max_stack_size(bytes: number): void;
  qjs_set_gc_threshold(bytes: number): void;
  qjs_eval(text: number, length: number, file: number, flags: number): number;
  qjs_call(callee: number, self: number, count: number, values: number): number;
  qjs_new_string(text: number, length: number): number;
  qjs_new_number(value: number): number;
  qjs_get_undefined(): number;
  qjs_get_prop_string(value: number, name: number): number;
  qjs_get_string_len(value: number, lengthAt: number): number;
  qjs_is_exception(value: number): number;
  qjs_is_undefined(value: number): number;
  qjs_get_exception(): number;
  qjs_promise_state(value: number): number;
  qjs_promise_result(value: number): number;
  qjs_is_job_pending(): number;
  qjs_execute_pending_job(): number;
  wasm_malloc(bytes: number): number;
  wasm_free(at: number): void;
}

/** What the engine may ask of the host: the time, whether to stop, and random bytes while it starts. Nothing else. */
export interface GuestHost {
  clockMs(): number;
  interrupted(): boolean;
  entropy(bytes: Uint8Array): void;
}

export const EVAL_SCRIPT = 0;
export const EVAL_MODULE = 1;

/** The C stack lies below the data: [0, 1 MiB), growing down from its top, empty between two calls. */
export const STACK_TOP = 1_048_576;

const PAGE_BYTES = 65_536;
const WASI_OK = 0;
const WASI_BADF = 8;
/** Half of it is left for C frames and for the handling of the overflow itself. */
const STACK_BYTES_MAX = 512 * 1024;
/** A tiny run must not pay for a collection: the pristine heap holds 0.3 MB already. */
const GC_THRESHOLD_BYTES = 1_000_000;

/**
 * One instance of the engine: its linear memory and calls into it. All its state is that memory:
 * the module has one mutable global, the stack pointer, which is at its top between two calls, and
 * its function table is never written. A call that throws on the host leaves the instance unusable.
 */
export class GuestMachine {
  readonly memory: WebAssembly.Memory;
  readonly #exports: GuestExports;
  #bytes: Buffer;

  /** An instance whose memory is not initialised: either `boot` it or copy an image into it. */
  constructor(module: WebAssembly.Module, host: GuestHost, memoryBytes = 0) {
    const instance = new WebAssembly.Instance(module, this.#imports(host));
    invariant(isGuest(instance.exports), "quickjs.wasm has another interface");
    this.#exports = instance.exports;
    this.memory = this.#exports.memory;
    const missing = memoryBytes - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(missing / PAGE_BYTES);
    this.#bytes = Buffer.from(this.memory.buffer);
    const { __stack_pointer: stack } = this.#exports;
    invariant(stack.value === STACK_TOP, "the stack of quickjs.wasm starts elsewhere");
  }

  /** Starts the engine and gives its allocator `slackBytes` of free heap, so that small runs never grow the memory. */
  boot(slackBytes: number): void {
    const guest = this.#exports;
    const { _initialize: initialize } = guest;
    initialize();
    invariant(guest.qjs_init() === 0, "QuickJS does not start");
    guest.qjs_set_max_stack_size(STACK_BYTES_MAX);
    guest.qjs_set_gc_threshold(GC_THRESHOLD_BYTES);
    guest.qjs_set_interrupt_handler(1);
    guest.wasm_free(guest.wasm_malloc(slackBytes));
  }

  /** The whole memory; the view is renewed after each growth. */
  get bytes(): Buffer {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = Buffer.from(this.memory.buffer);
    return this.#bytes;
  }

  limitMemory(bytes: number): void {
    this.#exports.qjs_set_memory_limit(bytes);
  }

  evaluate(source: string, file: string, flags: number): number {
    const text = this.#writeText(source);
    const name = this.#writeText(file);
    const value = this.#exports.qjs_eval(text.at, text.length, name.at, flags);
    this.#exports.wasm_free(text.at);
    this.#exports.wasm_free(name.at);
    return value;
  }

  call(callee: number, ...values: readonly number[]): number {
    const guest = this.#exports;
    const list = guest.wasm_malloc(4 * values.length + 4);
    values.forEach((value, index) => this.bytes.writeUInt32LE(value, list + 4 * index));
    const result = guest.qjs_call(callee, guest.qjs_get_undefined(), values.length, list);
    guest.wasm_free(list);
    return result;
  }

  newString(text: string): number {
    const written = this.#writeText(text);
    const value = this.#exports.qjs_new_string(written.at, written.length);
    this.#exports.wasm_free(written.at);
    return value;
  }

  newNumber(number: number): number {
    return this.#exports.qjs_new_number(number);
  }

  property(value: number, name: string): number {
    const written = this.#writeText(name);
    const property = this.#exports.qjs_get_prop_string(value, written.at);
    this.#exports.wasm_free(written.at);
    return property;
  }

  isException(value: number): boolean {
    return this.#exports.qjs_is_exception(value) !== 0;
  }

  isUndefined(value: number): boolean {
    return this.#exports.qjs_is_undefined(value) !== 0;
  }

  /** Takes the pending exception. */
  exception(): number {
    return this.#exports.qjs_get_exception();
  }

  promiseState(promise: number): "pending" | "fulfilled" | "rejected" {
    const state = this.#exports.qjs_promise_state(promise);
    return state === 0 ? "pending" : state === 1 ? "fulfilled" : "rejected";
  }

  promiseResult(promise: number): number {
    return this.#exports.qjs_promise_result(promise);
  }

  /** Runs one job of the promise queue; false when there is none. A job's own failure is its promise's business. */
  runJob(): boolean {
    if (this.#exports.qjs_is_job_pending() === 0) return false;
    if (this.#exports.qjs_execute_pending_job() < 0) this.exception();
    return true;
  }

  /** The UTF-8 bytes of a value's text *inside* the guest's memory, valid until the next call; null when the heap is full. */
  textBytes(value: number): Buffer | null {
    const lengthAt = this.#exports.wasm_malloc(4);
    const at = this.#exports.qjs_get_string_len(value, lengthAt);
    return at === 0 ? null : this.bytes.subarray(at, at + this.bytes.readUInt32LE(lengthAt));
  }

  #writeText(text: string): { at: number; length: number } {
    const length = Buffer.byteLength(text);
    const at = this.#exports.wasm_malloc(length + 1);
    if (at === 0) throw new WebAssembly.RuntimeError("the engine's memory is full");
    this.bytes.write(text, at, length, "utf8");
    this.bytes[at + length] = 0;
    return { at, length };
  }

  #imports(host: GuestHost): WebAssembly.Imports {
    return {
      env: {
        host_call: refuseHostCall,
        host_promise_rejection: () => undefined,
        host_module_normalize: () => 0,
        host_module_load: () => 0,
        host_interrupt: () => (host.interrupted() ? 1 : 0),
        // The guest lives in UTC, so that a run gives the same on every machine.
        host_get_timezone_offset: () => 0,
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, at: number) => {
          this.bytes.writeBigUInt64LE(BigInt(Math.trunc(host.clockMs() * 1000)) * 1000n, at);
          return WASI_OK;
        },
        random_get: (at: number, length: number) => {
          host.entropy(this.bytes.subarray(at, at + length));
          return WASI_OK;
        },
        fd_write: () => WASI_BADF,
        fd_close: () => WASI_BADF,
        fd_fdstat_get: () => WASI_BADF,
        fd_seek: () => WASI_BADF,
      },
    };
  }
}

function isGuest(exports: object): exports is GuestExports {
  return ["memory", "__stack_pointer", "qjs_eval", "qjs_call", "wasm_malloc"].every((name) => name in exports);
}

function refuseHostCall(): never {
  throw new Error("the guest called a host function, and was given none");
}
