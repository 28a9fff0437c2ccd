/** A Steward for measurements: a process of its own on a home of its own, with everything durable and the embedded database. */
import { createClient, type Client, type FlowFileInput } from "@steward/sdk";
import { z } from "zod";
import { openHome } from "../src/adapters/home/home.ts";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { startChild } from "./child.ts";

export interface BenchSteward {
  readonly pid: number;
  readonly address: string;
  readonly client: Client;
  /** Headers of a request to the API. */
  readonly headers: Readonly<Record<string, string>>;
  /** The database's superuser, for what only it may see or seed. */
  readonly admin: Pool;
  /** Stores and publishes a flow; gives the address of its first webhook, empty when it has none. */
  publish(slug: string, flow: FlowFileInput): Promise<string>;
  /** CPU time of the server process so far. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

const KEY = "sk_bench_0123456789abcdef";
const Hello = z.object({ address: z.string() });
const Used = z.object({ cpuMs: z.number() });

/** Starts it on `home` and settles when it is ready to serve. */
export async function startSteward(home: string, flags: readonly string[] = []): Promise<BenchSteward> {
  const child = await startChild("serve.ts", {
    env: { STEWARD_HOME: home, STEWARD_PORT: "0", STEWARD_API_KEY: KEY, STEWARD_EGRESS_ALLOW: "127.0.0.1" },
    flags,
  });
  const { address } = Hello.parse(child.hello);
  const client = createClient({ baseUrl: address, apiKey: KEY });
  const connection = { ...connectEmbedded(openHome(home)).admin, database: "steward" };
  const admin = openPool({ connection, max: 2, applicationName: "bench", log: () => undefined, statementMsMax: 0 });
  return {
    pid: child.pid,
    address,
    client,
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    admin,
    async publish(slug, flow) {
      await client.putFlow({ slug, body: flow });
      const { webhooks } = await client.publishFlow({ slug });
      return webhooks[0]?.url ?? "";
    },
    async cpuMs() {
      return Used.parse(await child.ask({})).cpuMs;
    },
    async stop() {
      await admin.close();
      await child.stop();
    },
  };
}
