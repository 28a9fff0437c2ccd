import { STACK_TOP } from "./guest-machine.ts";

/** Bytes of a linear memory at an instant. What no run of bytes covers is zero. */
export interface MemoryImage {
  readonly memoryBytes: number;
  /** In ascending order, apart from each other. */
  readonly runs: readonly { readonly at: number; readonly bytes: Buffer }[];
  /** What the image itself takes, for bounding a cache. */
  readonly bytes: number;
}

const PAGE_BYTES = 1024;
const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

/** The pages of a memory that hold anything but zeros, the dead stack left out. */
export function captureImage(memory: Buffer): MemoryImage {
  return capture(memory, () => ZERO_PAGE);
}

/** The pages of a memory that differ from a base image, given as that image's `flattenImage`. */
export function captureOverlay(memory: Buffer, base: Buffer): MemoryImage {
  return capture(memory, (at) => (at < base.length ? base.subarray(at, at + PAGE_BYTES) : ZERO_PAGE));
}

/** The memory an image describes. */
export function flattenImage(image: MemoryImage): Buffer {
  const memory = Buffer.alloc(image.memoryBytes);
  restoreImage(memory, image);
  return memory;
}

/**
 * Makes a memory, whatever it holds, equal to the base with the overlay on top, byte for byte: the
 * stack, free heap and everything a former run left is zero again. 280 kB copied and 3.2 MB cleared
 * take 28 µs.
 */
export function restoreImage(memory: Buffer, base: MemoryImage, overlay?: MemoryImage): void {
  let clean = 0;
  for (const { at, bytes } of base.runs) {
    memory.fill(0, clean, at);
    memory.set(bytes, at);
    clean = at + bytes.length;
  }
  memory.fill(0, clean);
  if (overlay) for (const { at, bytes } of overlay.runs) memory.set(bytes, at);
}

function capture(memory: Buffer, pageBefore: (at: number) => Buffer): MemoryImage {
  const runs: { at: number; bytes: Buffer }[] = [];
  let total = 0;
  let start = -1;
  for (let at = STACK_TOP; at <= memory.length; at += PAGE_BYTES) {
    const changed = at < memory.length && !memory.subarray(at, at + PAGE_BYTES).equals(pageBefore(at));
    if (changed && start < 0) start = at;
    if (changed || start < 0) continue;
    // Copied into bytes of its own: a view would keep the whole memory of a dropped instance alive.
    runs.push({ at: start, bytes: Buffer.from(memory.subarray(start, at)) });
    total += at - start;
    start = -1;
  }
  return { memoryBytes: memory.length, runs, bytes: total };
}
