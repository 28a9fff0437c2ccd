import type { ImportChoices, Refused } from "../openapi/declaration.ts";

/** What a text made; `declaration` is the JSON text of a `Declaration`. */
export type ReadOpenapi =
  | {
      readonly kind: "read";
      readonly declaration: string;
      readonly operations: number;
      /** The first 500; `refusedCount` says how many there are. */
      readonly refused: readonly Refused[];
      readonly refusedCount: number;
    }
  /** `overloaded`: others are being read, try again later; `unusable`: nothing can be made of it, `message` says why. */
  | { readonly kind: "unusable" | "overloaded"; readonly message: string };

/** Reads OpenAPI documents, somebody else's work of many megabytes, beside the event loop. */
export interface OpenapiReader {
  /** JSON or YAML as UTF-8. The bytes are handed over and can't be used after. */
  read(text: Uint8Array<ArrayBuffer>, choices: ImportChoices): Promise<ReadOpenapi>;
  /** Ends what is being read; may be repeated. */
  close(): Promise<void>;
}
