/** Steward as `steward up` runs it, as a process of its own; its settings are its environment. */
import { startApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { serveParent } from "./parent.ts";

const app = await startApp({
  config: readConfig(process.env, process.cwd()),
  role: "server",
  // What the database tells of its own starts and stops would hide what matters.
  log: (line) => void (line.startsWith("LOG:") || process.stderr.write(`${line}\n`)),
});
serveParent(
  { address: app.address },
  () => Promise.resolve({ cpuMs: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000 }),
  () => app.stop(2000),
);
