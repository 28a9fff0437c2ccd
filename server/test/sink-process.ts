/** The service that the examples talk to, run as people run it (examples/sink.ts says what its options are). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

export interface Received {
  readonly path: string;
  readonly key: string | null;
  readonly body: unknown;
}

export interface SinkProcess {
  readonly url: string;
  /** `host:port`, as STEWARD_EGRESS_ALLOW takes it. */
  readonly host: string;
  /** What it took, in order, each idempotency key once. */
  received(): Promise<readonly Received[]>;
  /** How many requests could have failed: those to the path that fails, repeated ones too. */
  requests(): Promise<number>;
  close(): Promise<void>;
}

const SINK = path.resolve(import.meta.dirname, "../../examples/sink.ts");

export async function startSink(...options: readonly string[]): Promise<SinkProcess> {
  const child = spawn(process.execPath, [SINK, "--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const url = line.replace("sink at ", "");
  const ask = async (): Promise<{ requests: number; received: readonly Received[] }> => {
    const answer = await fetch(url);
    return (await answer.json()) as { requests: number; received: readonly Received[] };
  };
  return {
    url,
    host: new URL(url).host,
    received: async () => (await ask()).received,
    requests: async () => (await ask()).requests,
    close: async () => {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
