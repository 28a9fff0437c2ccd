/** Where large values lie, by project and address. Contents are sealed by the caller. */
export interface BlobStore {
  /** Settles when the bytes are durable. Repeated with the same address, the first stay. */
  put(project: string, address: Buffer, bytes: Uint8Array): Promise<void>;
  /** Null when there is no such blob. */
  get(project: string, address: Buffer): Promise<Buffer | null>;
  remove(project: string, address: Buffer): Promise<void>;
}
