/** Reads one document in a thread of its own, says what it made, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { atOnce } from "../../core/in-turns.ts";
import type { ImportChoices } from "../../core/openapi/declaration.ts";
import { importDocument } from "../../core/openapi/import-document.ts";
import { UnusableError } from "../../core/openapi/references.ts";
import type { ReadOpenapi } from "../../core/ports/openapi-reader.ts";
import { readText } from "./read-text.ts";

export interface ImportWork {
  readonly text: Uint8Array;
  readonly choices: ImportChoices;
}

const DECLARATION_BYTES_MAX = 8_000_000;
const REFUSED_SHOWN = 500;

function read({ text, choices }: ImportWork): ReadOpenapi {
  try {
    const { declaration, refused } = atOnce(importDocument(readText(text), choices));
    const operations = declaration.operations.length;
    if (operations === 0) {
      const why = refused[0] === undefined ? "it has none" : `${refused[0].operation}: ${refused[0].reason}`;
      return { kind: "unusable", message: `no operation of it can be an action; ${why}` };
    }
    const written = JSON.stringify(declaration);
    if (Buffer.byteLength(written) <= DECLARATION_BYTES_MAX) {
      const shown = refused.slice(0, REFUSED_SHOWN);
      return { kind: "read", declaration: written, operations, refused: shown, refusedCount: refused.length };
    }
    const message = `what it declares is larger than ${DECLARATION_BYTES_MAX / 1_000_000} MB: choose some by the beginning of their paths`;
    return { kind: "unusable", message };
  } catch (error) {
    if (error instanceof UnusableError) return { kind: "unusable", message: error.message };
    if (error instanceof RangeError) return { kind: "unusable", message: "it is nested too deep" };
    throw error;
  }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `createOpenapiReader` gives it
const answer = read(workerData as ImportWork);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(answer);
