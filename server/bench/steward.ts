/** A Steward for measurements: a process of its own on a home of its own, with everything durable and the embedded database. */
import { createClient, type Client, type FlowFileInput } from "@steward/sdk";
import { z } from "zod";
import { openHome } from "../src/adapters/home/home.ts";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { startChild } from "./child.ts";

export interface BenchSteward {
  readonly home: string;
  readonly pid: number;
  readonly address: string;
  readonly client: Client;
  /** Headers of a request to the API. */
  readonly headers: Readonly<Record<string, string>>;
  /** The database's superuser, for what only it may see or seed. */
  readonly admin: Pool;
  /** Stores and publishes a flow; gives the address of its first webhook, empty when it has none. */
  publish(slug: string, flow: FlowFileInput): Promise<string>;
  /** What the server's script answers. */
  ask(question: object): Promise<unknown>;
  /** CPU time of the server process so far. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

const KEY = "sk_bench_0123456789abcdef";
/** Of the owner, who signs in with it. */
export const OWNER = { email: "owner@bench.test", password: "a password of the bench" };
const Hello = z.object({ address: z.string() });
const Used = z.object({ cpuMs: z.number() });

/** The settings of a process on `home`. One key makes more calls than anybody is let make: what limits cost is measured, not met. */
export function stewardEnvironment(home: string): Readonly<Record<string, string>> {
  return {
    STEWARD_HOME: home,
    STEWARD_PORT: "0",
    STEWARD_API_KEY: KEY,
    STEWARD_CALLS_PER_MINUTE: "10000000",
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
    STEWARD_OWNER_EMAIL: OWNER.email,
    STEWARD_OWNER_PASSWORD: OWNER.password,
  };
}

/** Starts it on `home` and settles when it is ready to serve. */
export async function startSteward(home: string, flags: readonly string[] = []): Promise<BenchSteward> {
  const child = await startChild("serve.ts", {
    env: stewardEnvironment(home),
    flags,
  });
  const { address } = Hello.parse(child.hello);
  const client = createClient({ baseUrl: address, apiKey: KEY });
  const connection = { ...connectEmbedded(openHome(home)).admin, database: "steward" };
  const admin = openPool({ connection, max: 2, applicationName: "bench", log: () => undefined, statementMsMax: 0 });
  return {
    home,
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
    ask: (question) => child.ask(question),
    async cpuMs() {
      return Used.parse(await child.ask({})).cpuMs;
    },
    async stop() {
      await admin.close();
      await child.stop();
    },
  };
}
