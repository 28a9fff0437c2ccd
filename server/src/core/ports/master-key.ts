/** The key above all others: in this process's memory, or in a key service that never shows it. */
export interface MasterKey {
  /** Wraps 32 bytes; what is given as `associated` must be given again to unwrap them. */
  wrap(key: Uint8Array, associated: Uint8Array): Promise<Uint8Array>;
  /** The wrapped bytes, or null when this key did not wrap them so. Rejects when a key service can't be asked. */
  unwrap(wrapped: Uint8Array, associated: Uint8Array): Promise<Uint8Array | null>;
  /** What may be shown and logged: an id that tells this key from others without helping to guess it, and its origin. */
  describe(): Promise<{ readonly id: string; readonly source: string }>;
}

/** Where the master key is, as the operator set it: the home's own file, a text, or a key service. */
export type MasterKeySetting =
  | { readonly kind: "file" }
  | { readonly kind: "given"; readonly key: string }
  | ({ readonly kind: "kms" } & KmsSetting);

/** A symmetric key in AWS KMS or what speaks its protocol. */
export interface KmsSetting {
  /** A key id, an alias (`alias/…`), or the ARN of either. */
  readonly keyId: string;
  /** An origin; plain http on loopback alone, because unwrapped keys are in its answers. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | null;
  };
}
