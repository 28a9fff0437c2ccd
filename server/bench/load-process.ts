/** The load's process as the measurements see it. */
import { z } from "zod";
import { startChild, type Child } from "./child.ts";

/** What is asked again and again. */
export interface Target {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a GET: headers that go along in turn on each connection. */
  readonly callers?: readonly Readonly<Record<string, string>>[];
  /** Sent in turn by each connection. */
  readonly bodies?: readonly string[];
}

const Steady = z.object({
  seconds: z.number(),
  answers: z.number(),
  refused: z.number(),
  errors: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});
const Burst = z.object({
  seconds: z.number(),
  statuses: z.record(z.string(), z.number()),
  honest: z.number(),
  errors: z.number(),
});

export interface SteadyResult extends z.output<typeof Steady> {
  readonly perSecond: number;
}

export interface LoadProcess {
  /** `connections` with one request at a time each, for so many seconds or requests. */
  steady(
    target: Target,
    connections: number,
    span: { readonly seconds: number } | { readonly amount: number },
  ): Promise<SteadyResult>;
  /** All requests at the same moment. `honest` counts the 429 with a Retry-After. */
  burst(target: Target, requests: number): Promise<z.output<typeof Burst>>;
  stop(): Promise<void>;
}

const JSON_HEADERS = { "content-type": "application/json" };

export async function startLoad(): Promise<LoadProcess> {
  const child: Child = await startChild("load.ts");
  return {
    async steady(target, connections, span) {
      const result = Steady.parse(await child.ask({ kind: "steady", ...full(target), connections, ...span }));
      return { ...result, perSecond: result.answers / result.seconds };
    },
    async burst(target, requests) {
      return Burst.parse(await child.ask({ kind: "burst", ...full(target), requests }));
    },
    stop: () => child.stop(),
  };
}

/** Everything of a target, as the script expects it. */
function full({
  url,
  method = "POST",
  headers = JSON_HEADERS,
  callers = [{}],
  bodies = [""],
}: Target): Required<Target> {
  return { url, method, headers, callers, bodies };
}
