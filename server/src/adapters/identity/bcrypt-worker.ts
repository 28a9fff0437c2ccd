/** The thread in which one imported password is compared; see passwords.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { compareSync } from "bcryptjs";
import { z } from "zod";

const { hash, password } = z.object({ hash: z.string(), password: z.string() }).parse(workerData);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(compareSync(password, hash));
