/**
 * The entry of a worker thread: like `main.ts` it acts when it is loaded. Offers come in batches,
 * replies go back together, but never later than a millisecond after the first of them was ready,
 * and always before a task that is not known to be quick: it might take long, or kill the thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../core/invariant.ts";
import { Sandbox } from "./sandbox.ts";
import { SLOT, type FromWorker, type Offer, type Reply, type WorkerStart } from "./worker-protocol.ts";

const REPLY_AFTER_MS = 1;
/** Programs known to be quick; beyond it all are forgotten. */
const QUICK_MAX = 10_000;

const port = parentPort;
invariant(port, "worker.ts runs in a worker thread only");
const start: WorkerStart = workerData;
const slots = new Int32Array(start.slots);
const ports = {
  clockMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  entropy: (bytes: Uint8Array) => {
    crypto.getRandomValues(bytes);
  },
};
const bounds = { countMax: start.imagesMax, bytesMax: start.imageBytesMax };
const sandbox = new Sandbox(start.module, ports, bounds);

function reply(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  port!.postMessage(message);
}

function answer({ slot, limits, input, ...program }: Offer): Reply {
  if (Atomics.compareExchange(slots, slot, SLOT.offered, SLOT.running) !== SLOT.offered) return { slot, result: null };
  const isCancelled = (): boolean => Atomics.load(slots, slot) === SLOT.cancelled;
  const result = sandbox.run(program, input, limits, isCancelled);
  Atomics.compareExchange(slots, slot, SLOT.running, SLOT.done);
  return { slot, result };
}

const quick = new Set<string>();

/** What its last run tells of the next one of the same program. */
function learn(key: string, tookMs: number): void {
  if (tookMs >= REPLY_AFTER_MS) quick.delete(key);
  else if (!quick.has(key)) {
    if (quick.size >= QUICK_MAX) quick.clear();
    quick.add(key);
  }
}

port.on("message", (offers: readonly Offer[]) => {
  let replies: Reply[] = [];
  let since = performance.now();
  let began = since;
  for (const offer of offers) {
    if (replies.length > 0 && !quick.has(offer.key)) {
      reply(replies);
      replies = [];
      since = began;
    }
    const answered = answer(offer);
    replies.push(answered);
    const ended = performance.now();
    if (answered.result !== null) learn(offer.key, ended - began);
    began = ended;
    if (ended - since < REPLY_AFTER_MS) continue;
    reply(replies);
    replies = [];
    since = ended;
  }
  if (replies.length > 0) reply(replies);
});

reply("ready");
