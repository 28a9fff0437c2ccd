// Runs inside of the jail, in Node: waits on standard input for one job, runs it, and reports on descriptor 3.
// Whatever the job does to this process is seen by the host as a broken report: nothing here is trusted.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync, writeSync } from "node:fs";
import net from "node:net";

const REPORT = 3;
const STEP = new URL("file:///home/step.mjs");
const PROXY_PORT = 3128;
const PROXY_SOCKET = "/jail/net/proxy.sock";
const STREAM_BYTES_MAX = 1_000_000;
/** Whoever writes more has nobody to read it. */
const STREAM_READ_MAX = 16_000_000;
const DRAIN_MS = 100;

function report(kind, body = "") {
  const bytes = Buffer.from(`${kind}\n${body}`);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(REPORT, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

function reportError(error) {
  const { name, message, stack } = error instanceof Error ? error : { name: "", message: String(error), stack: "" };
  report("e", JSON.stringify({ name, message, stack }));
  process.reallyExit(0);
}

/** What the job sends to the proxy's address goes to the gate's socket, which is the only way out. */
async function forward() {
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const way = net.connect({ path: PROXY_SOCKET, allowHalfOpen: true });
    const end = () => {
      client.destroy();
      way.destroy();
    };
    client.on("error", end).pipe(way);
    way.on("error", end).pipe(client);
  });
  await new Promise((resolve) => server.listen(PROXY_PORT, "127.0.0.1", resolve));
  server.unref();
}

async function runModule({ source, input }) {
  writeFileSync(STEP, source);
  const argument = JSON.parse(input);
  let ended = false;
  process.on("exit", () => {
    if (!ended) reportError(new Error("the step ended before it returned anything"));
  });
  process.on("uncaughtException", (error) => {
    ended = true;
    reportError(error);
  });
  const { default: step } = await import(STEP.href);
  if (typeof step !== "function") throw new TypeError("the module's default export is no function");
  const result = await step(argument);
  let text;
  try {
    text = JSON.stringify(result);
  } catch (error) {
    ended = true;
    report("n", JSON.stringify({ name: error.name, message: error.message }));
    return process.reallyExit(0);
  }
  ended = true;
  if (text === undefined) report("u");
  else report("v", text);
  return process.reallyExit(0);
}

/** A script of the shell: its streams are the result, each up to a limit. */
async function runScript({ source, input }) {
  const child = spawn("/bin/sh", ["-c", source], { stdio: ["pipe", "pipe", "pipe"], cwd: process.cwd() });
  const streams = { stdout: [], stderr: [] };
  const sizes = { stdout: 0, stderr: 0 };
  for (const name of ["stdout", "stderr"]) {
    child[name].on("data", (bytes) => {
      const room = STREAM_BYTES_MAX - sizes[name];
      sizes[name] += bytes.length;
      if (room > 0) streams[name].push(bytes.subarray(0, room));
      if (sizes[name] > STREAM_READ_MAX) child[name].destroy();
    });
  }
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...ending) => resolve(ending));
    // What it leaves running in the background keeps nobody waiting.
    child.on("exit", (...ending) => setTimeout(resolve, DRAIN_MS, ending));
  });
  const text = (name) => Buffer.concat(streams[name]).toString("utf8");
  const cut = sizes.stdout > STREAM_BYTES_MAX || sizes.stderr > STREAM_BYTES_MAX;
  report("v", JSON.stringify({ exitCode: code, signal, stdout: text("stdout"), stderr: text("stderr"), cut }));
  process.reallyExit(0);
}

writeSync(REPORT, "ready\n");
try {
  const job = JSON.parse(readFileSync(0, "utf8"));
  if (job.network) await forward();
  await (job.runtime === "shell" ? runScript(job) : runModule(job));
} catch (error) {
  reportError(error);
}
