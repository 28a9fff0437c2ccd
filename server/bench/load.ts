/** The load, as a process of its own: it asks as it is told and says what came back. */
import { Agent, request } from "node:http";
import autocannon from "autocannon";
import { z } from "zod";
import { percentile } from "./percentile.ts";
import { serveParent } from "./parent.ts";

const Target = z.object({
  url: z.string(),
  method: z.enum(["GET", "POST"]),
  headers: z.record(z.string(), z.string()),
  /** Headers that go along in turn. */
  callers: z.array(z.record(z.string(), z.string())),
  bodies: z.array(z.string()),
});
const Question = z.discriminatedUnion("kind", [
  Target.extend({
    kind: z.literal("steady"),
    connections: z.number(),
    seconds: z.number().optional(),
    amount: z.number().optional(),
  }),
  Target.extend({ kind: z.literal("burst"), requests: z.number() }),
]);
type Steady = Extract<z.output<typeof Question>, { kind: "steady" }>;
type Burst = Extract<z.output<typeof Question>, { kind: "burst" }>;

const ANSWER_MS_MAX = 60_000;
/** How often it looks whether it is over. */
const LOOK_MS = 50;

/** So many connections, each with one request at a time. */
async function steady({
  url,
  method,
  headers,
  callers,
  bodies,
  connections,
  seconds,
  amount,
}: Steady): Promise<object> {
  const began = performance.now();
  const times: number[] = [];
  let ended = began;
  let begun = 0;
  const asked: autocannon.Request[] =
    method === "GET"
      ? callers.map((caller) => ({ method, headers: { ...headers, ...caller } }))
      : bodies.map((body) => ({ method, headers, body }));
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const load = autocannon(
      {
        url,
        connections: Math.min(connections, amount ?? connections),
        timeout: ANSWER_MS_MAX / 1000,
        sampleInt: LOOK_MS,
        requests: asked,
        // Each begins elsewhere in the list: else all would ask the same at the same moment.
        setupClient: (client) => {
          const from = begun++ % asked.length;
          client.setRequests([...asked.slice(from), ...asked.slice(0, from)]);
        },
        ...(amount === undefined ? { duration: seconds ?? 1 } : { amount }),
      },
      (error: unknown, told) => (error ? reject(new Error("the load failed", { cause: error })) : resolve(told)),
    );
    // Its own figures are whole milliseconds, and its time ends with a look.
    load.on("response", (_client, _status, _bytes, ms) => {
      times.push(ms);
      ended = performance.now();
    });
  });
  return {
    seconds: (ended - began) / 1000,
    answers: result["2xx"],
    refused: result.non2xx,
    errors: result.errors + result.timeouts,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
}

/** All requests at the same moment, each on a connection of its own. */
async function burst({ url, method, headers, bodies, requests }: Burst): Promise<object> {
  const agent = new Agent({ maxSockets: requests, keepAlive: false });
  const statuses: Record<string, number> = {};
  let honest = 0;
  let errors = 0;
  const began = performance.now();
  const one = (): Promise<void> =>
    new Promise((done) => {
      const asked = request(url, { method, headers, agent, timeout: ANSWER_MS_MAX }, (reply) => {
        const status = String(reply.statusCode);
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (reply.statusCode === 429 && reply.headers["retry-after"] !== undefined) honest++;
        reply.resume().on("end", done);
      });
      asked.on("timeout", () => asked.destroy(new Error("no answer")));
      asked.on("error", () => {
        errors++;
        done();
      });
      asked.end(bodies[0]);
    });
  await Promise.all(Array.from({ length: requests }, one));
  return { seconds: (performance.now() - began) / 1000, statuses, honest, errors };
}

serveParent(
  {},
  (question) => {
    const asked = Question.parse(question);
    return asked.kind === "steady" ? steady(asked) : burst(asked);
  },
  () => Promise.resolve(),
);
