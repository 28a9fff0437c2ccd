import { Worker } from "node:worker_threads";
import type { ImportChoices } from "../../core/openapi/declaration.ts";
import type { OpenapiReader, ReadOpenapi } from "../../core/ports/openapi-reader.ts";
import type { ImportWork } from "./import-worker.ts";

/** With the one that is being read. */
const WAITING_MAX = 8;
const READ_MS_MAX = 60_000;

export interface OpenapiReaderOptions {
  /** For one document, 60 s unless given. */
  readonly timeoutMs?: number;
}

/** Reads one document at a time, while at most seven wait. */
export function createOpenapiReader({ timeoutMs = READ_MS_MAX }: OpenapiReaderOptions = {}): OpenapiReader {
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let running: Worker | null = null;
  let closed = false;

  const readNow = async (text: Uint8Array<ArrayBuffer>, choices: ImportChoices): Promise<ReadOpenapi> => {
    if (closed) return STOPPING;
    const worker = startWorker({ text, choices });
    running = worker;
    try {
      return await answerOf(worker, timeoutMs);
    } finally {
      running = null;
      await worker.terminate();
    }
  };

  return {
    async read(text, choices) {
      if (closed) return STOPPING;
      if (waiting >= WAITING_MAX)
        return { kind: "overloaded", message: "other documents are being read: repeat it in a minute" };
      waiting += 1;
      const mine = turn.then(() => readNow(text, choices));
      turn = mine.catch(() => undefined);
      return await mine.finally(() => (waiting -= 1));
    },
    async close() {
      closed = true;
      await running?.terminate();
      await turn;
    },
  };
}

const STOPPING: ReadOpenapi = { kind: "overloaded", message: "Steward is stopping" };

function startWorker(work: ImportWork & { readonly text: Uint8Array<ArrayBuffer> }): Worker {
  return new Worker(new URL("./import-worker.ts", import.meta.url), {
    name: "openapi import",
    workerData: work,
    transferList: [work.text.buffer],
    env: {},
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 64, stackSizeMb: 8 },
  });
}

/** Rejects for a bug only: out of memory and out of time say something about the document. */
function answerOf(worker: Worker, timeoutMs: number): Promise<ReadOpenapi> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadOpenapi>();
  const late = setTimeout(() => {
    resolve({ kind: "unusable", message: `it could not be read within ${timeoutMs / 1000} s` });
  }, timeoutMs);
  worker.once("message", (answer: ReadOpenapi) => resolve(answer));
  worker.once("error", (error: Error & { code?: string }) => {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
      resolve({ kind: "unusable", message: "it takes too much memory to read" });
    else reject(error);
  });
  worker.once("exit", () => resolve(STOPPING));
  return promise.finally(() => clearTimeout(late));
}
