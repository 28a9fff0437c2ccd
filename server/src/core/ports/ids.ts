/** Ids and randomness, as an argument. */
export interface Ids {
  /** A new UUIDv7 as text; ids of one process grow. */
  uuid(): string;
  /** Secure random bytes. */
  bytes(count: number): Buffer;
  /** A number in [0, 1), for jitter. */
  random(): number;
}
