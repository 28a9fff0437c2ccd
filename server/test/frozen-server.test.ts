/** A server's process stands still for longer than its lease (SIGSTOP, a suspended machine) beside a worker, and wakes. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { countingSink } from "./counting-sink.ts";
import { eventually, isAlive, stewardHome, type StewardHome } from "./steward-home.ts";
import { onDatabase, openRuns, resolveAll, stormVerdict } from "./storm-verdict.ts";
import type { Accepted } from "./storm.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const CLIENTS = 4;
const ANSWER_MS_MAX = 3000;
const ALONE = 1_000_000;

/** Clients that deliver under ids until each delivery was answered, whether the server stands still or not. */
function deliver(webhook: string): { readonly accepted: Accepted[]; stop(): Promise<void> } {
  const accepted: Accepted[] = [];
  const over = new AbortController();
  let next = 0;
  const once = async (n: number): Promise<string | null> => {
    try {
      const answer = await fetch(webhook, {
        method: "POST",
        headers: { "content-type": "application/json", "webhook-id": `d-${n}` },
        body: JSON.stringify({ n }),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      const text = await answer.text();
      return answer.ok ? (JSON.parse(text) as { run: string }).run : null;
    } catch {
      return null;
    }
  };
  const client = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const n = next++;
      for (let run: string | null = null; run === null; await sleep(50)) {
        run = await once(n);
        if (run !== null) accepted.push({ n, run });
      }
    }
  };
  const all = Promise.all(Array.from({ length: CLIENTS }, client));
  return {
    accepted,
    async stop() {
      over.abort();
      await all;
    },
  };
}

/** Keyed, then one that must not be repeated, then keyed. */
async function publish({ client }: StewardHome, url: string): Promise<string> {
  const post = (id: string, name: string, more: object, next: readonly string[]) => ({
    id,
    kind: "http",
    input: { method: "POST", url: `${url}/${name}`, body: {}, ...more },
    ...("repeat" in more ? { retry: { times: 20, delayMs: 50, delayMsMax: 500 } } : {}),
    next: [...next],
  });
  const steps = [
    post("keyed", "keyed-{{ trigger.body.n }}-0", { repeat: "key" }, ["plain"]),
    post("plain", "plain-{{ trigger.body.n }}", {}, ["child"]),
    post("child", "child-{{ trigger.body.n }}", { repeat: "key" }, []),
  ];
  await client.putFlow({
    slug: "load",
    body: { format: 1, name: "load", triggers: [{ id: "in", kind: "webhook" }], steps },
  });
  return (await client.publishFlow({ slug: "load" })).webhooks[0]?.url ?? "";
}

async function workersOf(home: StewardHome): Promise<readonly { id: string; process: number }[]> {
  return await onDatabase(
    home,
    "postgres",
    async (pool) =>
      (await pool.query<{ id: string; process: number }>({ text: "select id, process from steward.workers" })).rows,
  );
}

test("R2 R5: a server that stood still for longer than its lease serves and leads again, and nothing happened twice", async () => {
  const it = await stewardHome();
  closers.push(() => it.close());
  const world = await countingSink();
  closers.push(() => world.close());
  const server = it.start("up");
  await server.ready;
  const worker = it.start("worker");
  await worker.ready;
  const webhook = await publish(it, world.url);
  const clients = deliver(webhook);
  await eventually("some runs", 20_000, () => (clients.accepted.length > 40 ? true : null));

  const former = (await workersOf(it)).find((one) => one.process === server.pid);
  process.kill(server.pid, "SIGSTOP");
  closers.push(() => Promise.resolve(void (isAlive(server.pid) && process.kill(server.pid, "SIGCONT"))));
  await eventually("the worker takes over", 40_000, () =>
    worker.lines.some((line) => line.includes(`worker ${former!.id} has not been heard of`)) ? true : null,
  );
  await sleep(1000); // so that it leads what it took over
  const before = clients.accepted.length;
  process.kill(server.pid, "SIGCONT");

  await eventually("the server has registered anew", 20_000, async () => {
    const now = (await workersOf(it)).find((one) => one.process === server.pid);
    return now && now.id !== former!.id ? true : null;
  });
  await eventually("it is ready", 10_000, async () => ((await fetch(`${it.address}/readyz`)).ok ? true : null));
  await eventually("it accepts again", 20_000, () => (clients.accepted.length > before + 20 ? true : null));
  await worker.kill("SIGKILL");
  const alone = await it.client.startRun({ slug: "load", body: { input: { n: ALONE } } });
  clients.accepted.push({ n: ALONE, run: alone.id });
  const ended = await eventually("a run that only it can lead", 20_000, async () => {
    const run = await it.client.getRun({ id: alone.id });
    return run.endedAt === null ? null : run;
  });
  expect(ended.status).toBe("completed");
  await clients.stop();
  await eventually("nothing moves", 60_000, async () => ((await openRuns(it)).moving === 0 ? true : null));
  const resolved = await resolveAll(it, 30_000);
  const verdict = await stormVerdict(it, world, clients.accepted, resolved, 1, false);
  expect(verdict.faults.slice(0, 10)).toEqual([]);
  const counts = Object.entries(await world.counts());
  const repeated = [...resolved.values()].flat().filter((way) => way === "repeat").length;
  expect(counts.filter(([, count]) => count > 1).length).toBeLessThanOrEqual(repeated);
  expect(isAlive(server.pid)).toBe(true);
  expect((await server.kill("SIGTERM")).code).toBe(0);
}, 150_000);
