/** Where large values and the chunks of files lie, by project and address. Contents are sealed by the caller. */
export interface BlobStore {
  /**
   * Settles when the bytes are durable. Repeated with the same address, the first stay; of two at once, either's. Throws
   * `unavailable` where the store can't be reached or refuses.
   */
  put(project: string, address: Buffer, bytes: Uint8Array): Promise<void>;
  /** As `put`, but these bytes take the place of those that are there: never a part of either is read. */
  replace(project: string, address: Buffer, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such blob. */
  get(project: string, address: Buffer): Promise<Buffer | null>;
  /** Repeated, or of no blob, nothing happens. */
  remove(project: string, address: Buffer): Promise<void>;
}
