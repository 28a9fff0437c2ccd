/**
 * The world that effects act on, as a process of its own: `node counting-sink.ts`. `POST /<name>` counts one effect of
 * that name; with an Idempotency-Key it knows already it gives the first answer again and counts nothing. `GET /counts`
 * gives all counts. Each answer takes 0 to 30 ms, so that many are in flight when somebody is killed. `POST /hold/<name>`
 * counts and never answers.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

export interface CountingSink {
  readonly url: string;
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

const DELAY_MS_MAX = 30;

/** Starts the sink's process. */
export async function countingSink(): Promise<CountingSink> {
  const child = spawn(process.execPath, [import.meta.filename], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<void>((done) => void child.once("exit", () => done()));
  const port = await new Promise<string>((done) => void createInterface({ input: child.stdout }).once("line", done));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async counts() {
      return (await (await fetch(`${url}/counts`)).json()) as Record<string, number>;
    },
    async close() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function serve(): void {
  const counts = new Map<string, number>();
  const keys = new Set<string>();
  const server = createServer((request, reply) => {
    const name = request.url ?? "";
    request.resume().on("end", () => {
      if (request.method === "GET" && name === "/counts") {
        reply.end(JSON.stringify(Object.fromEntries(counts)));
        return;
      }
      const { "idempotency-key": key } = request.headers;
      if (typeof key !== "string" || !keys.has(key)) counts.set(name, (counts.get(name) ?? 0) + 1);
      if (typeof key === "string") keys.add(key);
      if (name.startsWith("/hold/")) return;
      setTimeout(() => {
        reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true }));
      }, Math.random() * DELAY_MS_MAX);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const bound = server.address();
    console.log(typeof bound === "object" ? bound?.port : bound);
  });
  // The one that started it is gone: nobody asks any more.
  process.stdin.resume().on("end", () => process.exit(0));
}

if (import.meta.main) serve();
