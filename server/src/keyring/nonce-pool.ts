export const NONCE_BYTES = 12;
const POOL_BYTES = 341 * NONCE_BYTES; // 4 KB: a refill costs 1.5 µs, as much as a single draw of 12 bytes would

/** Fills the whole buffer with unpredictable bytes: `randomFillSync` of node:crypto. */
export type FillRandom = (bytes: Uint8Array) => unknown;

/** Random nonces, each given once. */
export class NoncePool {
  readonly #fill: FillRandom;
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #next = POOL_BYTES;

  constructor(fill: FillRandom) {
    this.#fill = fill;
  }

  /** Writes 12 bytes into `target` at `offset`. */
  draw(target: Uint8Array, offset: number): void {
    if (this.#next === POOL_BYTES) {
      this.#fill(this.#pool);
      this.#next = 0;
    }
    const start = this.#next;
    this.#next += NONCE_BYTES; // spent first: whatever happens below, it is not given again
    this.#pool.copy(target, offset, start, start + NONCE_BYTES);
  }
}
