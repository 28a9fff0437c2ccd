/** Steward as `steward up` runs it, as a process of its own; its settings are its environment. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { z } from "zod";
import { startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { serveParent } from "./parent.ts";

const LOOK_MS = 2;
const Question = z.object({ loop: z.enum(["begin", "end"]).optional() });

const app = await startApp({
  config: readConfig(process.env, process.cwd()),
  role: "server",
  // What the database tells of its own starts and stops would hide what matters.
  log: (line) => void (line.startsWith("LOG:") || process.stderr.write(`${line}\n`)),
});
let began = 0;
const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
serveParent(
  { address: app.address },
  async (question) => {
    const { loop } = Question.parse(question);
    if (loop === "begin") {
      delay.reset();
      delay.enable();
      began = loopCpuMs();
    } else if (loop === "end") {
      delay.disable();
      return { p99Ms: lateMs(delay.percentile(99)), cpuMs: loopCpuMs() - began };
    }
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000 };
  },
  () => app.stop(2000),
);

/** CPU time of this thread, which is the event loop's, so far. */
function loopCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Beyond the look's own interval, which the figures hold too. */
function lateMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - LOOK_MS);
}
