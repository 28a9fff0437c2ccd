const FIRST_BYTES_MAX = 65_536;

/**
 * Collects a body up to a limit in one growing array: a list of chunks would let a server that sends single bytes cost a
 * hundred times its limit.
 */
export class ResponseBody {
  readonly #bytesMax: number;
  #array: Uint8Array<ArrayBuffer>;
  #bytes = 0;

  constructor(bytesMax: number, announcedBytes: number | null) {
    this.#bytesMax = bytesMax;
    this.#array = new Uint8Array(Math.min(bytesMax, FIRST_BYTES_MAX, announcedBytes ?? 0));
  }

  /** Bytes read so far, those beyond the limit included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False when the limit is passed. */
  push(chunk: Uint8Array): boolean {
    const end = this.#bytes + chunk.byteLength;
    if (end > this.#bytesMax) {
      this.#bytes = end;
      return false;
    }
    if (end > this.#array.byteLength) {
      const grown = new Uint8Array(Math.min(this.#bytesMax, Math.max(end, this.#array.byteLength * 2)));
      grown.set(this.#array.subarray(0, this.#bytes));
      this.#array = grown;
    }
    this.#array.set(chunk, this.#bytes);
    this.#bytes = end;
    return true;
  }

  /** The body in an array of exactly its length. */
  finish(): Uint8Array {
    return this.#bytes === this.#array.byteLength ? this.#array : this.#array.slice(0, this.#bytes);
  }
}
