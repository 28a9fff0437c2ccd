/**
 * A storm: runs with effects are started over HTTP while a server and a worker on the embedded database are killed with
 * -9 at random moments and started again. `stormVerdict` (storm-verdict.ts) then says what was broken.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { FlowFileInput } from "@steward/sdk";
import { countingSink, type CountingSink } from "./counting-sink.ts";
import { keep, type Keeper } from "./keeper.ts";
import { seeded } from "./seeded.ts";
import { eventually, stewardHome, type StewardHome } from "./steward-home.ts";
import { describeOpen, openRuns, resolveAll, stormVerdict } from "./storm-verdict.ts";

export interface StormOptions {
  readonly seed: number;
  readonly runs: number;
  readonly kills: number;
  /** The longest pause before a kill. */
  readonly gapMsMax: number;
  /** How long all runs may take to end after the last kill. */
  readonly settleMsMax: number;
  /**
   * Every how many-th run is started by API, the others by webhook; 0 for none. An Idempotency-Key whose server died is
   * refused for two minutes, so that these take as long.
   */
  readonly apiEvery: number;
  readonly log: (line: string) => void;
}

export interface StormReport {
  readonly accepted: number;
  readonly kills: Readonly<Record<"up" | "worker", number>>;
  readonly tries: number;
  readonly resolved: number;
  readonly parked: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Everything that should not be, in sentences; empty when all promises held. */
  readonly faults: readonly string[];
}

/** What a start came to. */
export interface Accepted {
  readonly n: number;
  readonly run: string;
}

const CLIENTS = 8;
/** When a start that was refused or lost is tried again. */
const AGAIN_MS = 200;
const SERVER_SHARE = 0.7;
const ANSWER_MS_MAX = 35_000;
const KEYED = 3;

export async function storm(options: StormOptions): Promise<StormReport> {
  const begun = performance.now();
  const sink = await countingSink();
  const home = await stewardHome();
  const keeper = keep(home, ["up", "worker"]);
  try {
    await keeper.ready();
    const webhook = await publish(home, sink);
    const { accepted, kills, tries, faults } = await rage(options, home, keeper, webhook);
    options.log(`${accepted.length} runs accepted in ${tries} tries; ${kills.up + kills.worker} kills; settling`);
    await keeper.ready();
    const settled = eventually("every run ended, in doubt or parked", options.settleMsMax, async () => {
      const open = await openRuns(home).catch(() => null);
      return open !== null && open.moving === 0 ? true : null;
    });
    await settled.catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await describeOpen(home)}`, { cause: error });
    });
    const before = await openRuns(home);
    const resolved = await resolveAll(home, options.settleMsMax);
    const verdict = await stormVerdict(home, sink, accepted, resolved, KEYED);
    return {
      accepted: accepted.length,
      kills,
      tries,
      resolved: resolved.size,
      parked: before.parked,
      ended: verdict.ended,
      seconds: Math.round((performance.now() - begun) / 1000),
      faults: [...faults, ...keeper.surprises, ...verdict.faults],
    };
  } finally {
    await keeper.release();
    await home.close();
    await sink.close();
  }
}

/** Kills while the clients start runs; each kill lets its share of the runs begin. */
async function rage(
  { seed, runs, kills, gapMsMax, apiEvery, log }: StormOptions,
  home: StewardHome,
  keeper: Keeper,
  webhook: string,
) {
  const random = seeded(seed);
  const accepted: Accepted[] = [];
  const faults: string[] = [];
  const done = { up: 0, worker: 0 };
  let tries = 0;
  let allowed = runs / (kills + 1);
  let next = 0;
  const later: { readonly n: number; readonly atMs: number }[] = [];
  const take = (): number | null => {
    if (later[0] && later[0].atMs <= performance.now()) return later.shift()!.n;
    return next < Math.min(allowed, runs) ? next++ : null;
  };
  const client = async (): Promise<void> => {
    while (accepted.length < runs) {
      const n = take();
      if (n === null) {
        await sleep(10);
        continue;
      }
      tries++;
      const run = await startOnce(home, apiEvery > 0 && n % apiEvery === 0 ? null : webhook, n, faults);
      if (run === null) later.push({ n, atMs: performance.now() + AGAIN_MS });
      else accepted.push({ n, run });
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  while (done.up + done.worker < kills) {
    await sleep(random() * gapMsMax);
    const role = random() < SERVER_SHARE ? "up" : "worker";
    const early = random() < 0.2; // also while it is starting
    if (!early) await keeper.ready();
    const until = performance.now() + gapMsMax;
    while (next < Math.floor(allowed) && performance.now() < until) await sleep(10); // so that there is something to break
    if (!(await keeper.kill(role))) continue;
    done[role]++;
    allowed = (runs * (done.up + done.worker + 1)) / (kills + 1);
    if ((done.up + done.worker) % 10 === 0) log(`${done.up + done.worker} kills, ${accepted.length} runs accepted`);
  }
  await clients;
  return { accepted, kills: done, tries, faults };
}

/** The run's id, or null when the start is to be tried again. Without a webhook it goes by the API. */
async function startOnce(
  home: StewardHome,
  webhook: string | null,
  n: number,
  faults: string[],
): Promise<string | null> {
  const begun = performance.now();
  try {
    const answer = await fetch(webhook ?? `${home.address}/v1/flows/storm/runs`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(webhook !== null
          ? { "webhook-id": `delivery-${n}` }
          : { authorization: `Bearer ${home.key}`, "idempotency-key": `start-${n}` }),
      },
      body: JSON.stringify(webhook !== null ? { n } : { input: { n } }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await answer.text();
    if (answer.ok) {
      const body = JSON.parse(text) as { run?: string; id?: string };
      return body.run ?? body.id ?? null;
    }
    if (![409, 429, 503].includes(answer.status)) faults.push(`start ${n} was answered ${answer.status}: ${text}`);
  } catch {
    if (performance.now() - begun >= ANSWER_MS_MAX - 100)
      faults.push(`start ${n} was not answered in ${ANSWER_MS_MAX} ms`);
  }
  return null;
}

/** Stores and publishes the flows; gives the webhook's address. */
async function publish({ client }: StewardHome, { url }: CountingSink): Promise<string> {
  const retry = { times: 20, delayMs: 50, delayMsMax: 1000 };
  const post = (id: string, name: string, more: object) => ({
    id,
    kind: "http",
    input: { method: "POST", url: `${url}/${name}`, body: {}, ...more },
  });
  const files: FlowFileInput[] = [
    {
      format: 1,
      name: "storm-child",
      steps: [{ ...post("keyed", "child-{{ trigger.body.n }}", { repeat: "key" }), retry }],
    },
    {
      format: 1,
      name: "storm",
      triggers: [{ id: "in", kind: "webhook" }],
      steps: [
        {
          id: "all",
          kind: "each",
          input: { items: Array.from({ length: KEYED }, (_, at) => at), parallel: 2 },
          steps: [{ ...post("keyed", "keyed-{{ trigger.body.n }}-{{ item }}", { repeat: "key" }), retry }],
          next: ["plain"],
        },
        { ...post("plain", "plain-{{ trigger.body.n }}", {}), next: ["nap"] },
        { id: "nap", kind: "wait", input: { seconds: "{{ trigger.body.n % 3 }}" }, next: ["call"] },
        { id: "call", kind: "flow", input: { flow: "storm-child", input: "{{ trigger.body }}" }, next: ["calc"] },
        {
          id: "calc",
          kind: "code",
          input: { language: "js", source: "export default ({ trigger }) => ({ twice: trigger.body.n * 2 })" },
          next: ["out"],
        },
        { id: "out", kind: "set", input: { n: "{{ trigger.body.n }}", twice: "{{ steps.calc.twice }}" } },
      ],
    },
  ];
  let webhook = "";
  for (const body of files) {
    await client.putFlow({ slug: body.name, body });
    const published = await client.publishFlow({ slug: body.name });
    webhook = published.webhooks[0]?.url ?? webhook;
  }
  return webhook;
}
