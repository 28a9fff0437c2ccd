/** Faults of whole processes on a home with its own database; the storm has the many random ones. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FlowFileInput, Run } from "@steward/sdk";
import { afterEach, expect, test } from "vitest";
import { countingSink, type CountingSink } from "./counting-sink.ts";
import { keep, type Keeper } from "./keeper.ts";
import { eventually, isAlive, stewardHome, type StewardHome } from "./steward-home.ts";
import { openRuns, stormVerdict } from "./storm-verdict.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
async function home(folder?: string): Promise<StewardHome> {
  const one = await stewardHome(folder);
  closers.push(() => one.close());
  return one;
}
async function sink(): Promise<CountingSink> {
  const one = await countingSink();
  closers.push(() => one.close());
  return one;
}
function kept(it: StewardHome): Keeper {
  const keeper = keep(it, ["up"]);
  closers.push(() => keeper.release());
  return keeper;
}

async function publish({ client }: StewardHome, body: FlowFileInput): Promise<string> {
  await client.putFlow({ slug: body.name, body });
  return (await client.publishFlow({ slug: body.name })).webhooks[0]?.url ?? "";
}

const effects = (name: string, url: string, more: object = {}): FlowFileInput => ({
  format: 1,
  name,
  triggers: [{ id: "in", kind: "webhook" }],
  steps: [
    {
      id: "keyed",
      kind: "http",
      input: { method: "POST", url: `${url}/keyed-{{ trigger.body.n }}-0`, body: {}, repeat: "key" },
      retry: { times: 20, delayMs: 50, delayMsMax: 500 },
      next: ["child"],
    },
    {
      id: "child",
      kind: "http",
      input: { method: "POST", url: `${url}/child-{{ trigger.body.n }}`, body: {}, repeat: "key" },
      retry: { times: 20, delayMs: 50, delayMsMax: 500 },
      ...more,
    },
  ],
});

interface Load {
  readonly accepted: { n: number; run: string }[];
  /** Statuses of all answers with how often they came; 0 stands for none at all. */
  readonly answers: Map<number, number>;
  readonly slowestMs: () => number;
  stop(): Promise<void>;
}

/** Clients that deliver under ids, one after the other, and repeat until they are answered 2xx. */
function load(webhook: string, clients: number, body: (n: number) => object = (n) => ({ n })): Load {
  const accepted: { n: number; run: string }[] = [];
  const answers = new Map<number, number>();
  let next = 0;
  let slowest = 0;
  const over = new AbortController();
  const deliver = async (n: number): Promise<string | null> => {
    const begun = performance.now();
    let status = 0;
    try {
      const answer = await fetch(webhook, {
        method: "POST",
        headers: { "content-type": "application/json", "webhook-id": `d-${n}` },
        body: JSON.stringify(body(n)),
        signal: AbortSignal.timeout(60_000),
      });
      const text = await answer.text();
      status = answer.status;
      return answer.ok ? (JSON.parse(text) as { run: string }).run : null;
    } catch {
      return null;
    } finally {
      answers.set(status, (answers.get(status) ?? 0) + 1);
      slowest = Math.max(slowest, performance.now() - begun);
    }
  };
  const client = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const n = next++;
      for (let run: string | null = null; run === null;) {
        run = await deliver(n);
        if (run !== null) accepted.push({ n, run });
        else if (over.signal.aborted) return;
        else await sleep(50);
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    accepted,
    answers,
    slowestMs: () => slowest,
    async stop() {
      over.abort();
      await all;
    },
  };
}

async function allEnded(it: StewardHome, msMax: number): Promise<void> {
  await eventually("every run has ended", msMax, async () => {
    const open = await openRuns(it).catch(() => null);
    return open !== null && open.moving + open.doubtful.length === 0 ? true : null;
  });
}

test("the database is killed under load: clients see 2xx, 429 or 503, and every accepted run ends", async () => {
  const it = await home();
  const world = await sink();
  const server = it.start("up");
  await server.ready;
  const webhook = await publish(it, effects("load", world.url));
  const clients = load(webhook, 6);
  for (let kill = 0; kill < 3; kill++) {
    await sleep(1200);
    const before = it.postmaster();
    if (before === null) throw new Error("there is no database server");
    process.kill(before, "SIGKILL");
    await eventually("another database server", 15_000, () => {
      const now = it.postmaster();
      return now !== null && now !== before && isAlive(now) ? true : null;
    });
  }
  await sleep(1500);
  await clients.stop();
  console.log(
    `answers: ${JSON.stringify(Object.fromEntries(clients.answers))}, slowest ${Math.round(clients.slowestMs())} ms`,
  );
  expect([...clients.answers.keys()].filter((status) => ![200, 202, 429, 503].includes(status))).toEqual([]);
  expect(clients.slowestMs()).toBeLessThan(35_000);
  expect(clients.accepted.length).toBeGreaterThan(20);
  await allEnded(it, 30_000);
  const verdict = await stormVerdict(it, world, clients.accepted, new Map(), 1, false);
  expect(verdict.faults.slice(0, 10)).toEqual([]);
  expect(isAlive(server.pid)).toBe(true);
}, 90_000);

test("a second server on the same home is refused with who runs there; after kill -9 the next one starts", async () => {
  const it = await home();
  const first = it.start("up");
  await first.ready;
  const refused = it.start("up", { STEWARD_PORT: "0" });
  const { code } = await refused.exited;
  expect(code).toBeGreaterThan(0);
  const said = refused.lines.join("\n");
  expect(said).toContain(String(first.pid));
  expect(said).toContain(it.address);
  expect((await fetch(`${it.address}/healthz`)).status).toBe(200);
  await first.kill("SIGKILL");
  const next = it.start("up");
  await next.ready;
  expect((await fetch(`${it.address}/readyz`)).status).toBe(200);
  expect((await next.kill("SIGTERM")).code).toBe(0);
  expect(it.postmaster()).toBeNull();
}, 60_000);

test("a run that kills its worker three times is parked with its reason, and the others go on", async () => {
  const it = await home();
  const world = await sink();
  const keeper = kept(it);
  await keeper.ready();
  await publish(it, effects("plain", world.url));
  await publish(it, {
    format: 1,
    name: "poison",
    steps: [
      {
        id: "bite",
        kind: "http",
        input: { method: "POST", url: `${world.url}/hold/{{ run.id }}-{{ trigger.body.n }}`, repeat: "safe" },
      },
    ],
  });
  const start = async (slug: string, n: number): Promise<Run> =>
    await it.client.startRun({ slug, body: { input: { n } } });
  const others: string[] = [];
  const poison = await start("poison", 0);
  // Whoever sends it dies: three times.
  for (let bites = 1; bites <= 3; bites++) {
    others.push((await start("plain", bites)).id);
    await eventually(`bite ${bites}`, 20_000, async () => {
      const counts = await world.counts();
      return (counts[`/hold/${poison.id}-0`] ?? 0) >= bites ? true : null;
    });
    await keeper.kill("up");
    await keeper.ready();
  }
  const parked = await eventually("the poison run is parked", 20_000, async () => {
    const run = await it.client.getRun({ id: poison.id }).catch(() => null);
    return run?.status === "parked" ? run : null;
  });
  expect(parked.error).toMatchObject({
    code: "run_poisonous",
    message: expect.stringContaining("died three times") as unknown,
  });
  others.push((await start("plain", 100)).id);
  for (const id of others) {
    const ended = await eventually(`${id} has ended`, 20_000, async () => {
      const run = await it.client.getRun({ id });
      return run.endedAt === null ? null : run;
    });
    expect(ended.status).toBe("completed");
  }
  expect((await world.counts())[`/hold/${poison.id}-0`]).toBe(3);
  expect((await it.client.cancelRun({ id: poison.id })).status).toMatch(/parked|cancelled|running/);
  await allEnded(it, 20_000);
  expect((await it.client.getRun({ id: poison.id })).status).toBe("cancelled");
  expect(keeper.surprises).toEqual([]);
}, 90_000);

const isRoot = process.getuid?.() === 0 && process.platform === "linux";
const MOUNT = "/usr/bin/mount";
const UNMOUNT = "/usr/bin/umount";
const DISK_BYTES = 200 * 1024 * 1024;

test.skipIf(!isRoot)(
  "a full disk refuses what is new, loses nothing, and all goes on when there is room",
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "steward-disk-"));
    const mounted = spawnSync(MOUNT, ["-t", "tmpfs", "-o", `size=${DISK_BYTES},mode=755`, "tmpfs", folder]);
    expect([mounted.status, mounted.stderr.toString()]).toEqual([0, ""]);
    closers.push(() => {
      spawnSync(UNMOUNT, ["-l", folder]);
      rmSync(folder, { recursive: true, force: true });
    });
    const it = await home(path.join(folder, "home"));
    const world = await sink();
    const server = it.start("up");
    await server.ready;
    const webhook = await publish(it, effects("disk", world.url));
    const ballast = path.join(folder, "ballast");
    writeFileSync(ballast, "");
    const clients = load(webhook, 4, (n) => ({ n, text: incompressible(n) }));
    await sleep(1000);
    fill(ballast, folder);
    await eventually("a refusal", 60_000, () =>
      (clients.answers.get(503) ?? 0) + (clients.answers.get(429) ?? 0) > 3 ? true : null,
    );
    const refusedAt = clients.accepted.length;
    await sleep(4000);
    console.log(
      `full: ${refusedAt} then ${clients.accepted.length} accepted, answers ${JSON.stringify(Object.fromEntries(clients.answers))}`,
    );
    truncateSync(ballast, 0);
    await eventually("runs are accepted again", 60_000, () => (clients.accepted.length > refusedAt + 20 ? true : null));
    await clients.stop();
    expect([...clients.answers.keys()].filter((status) => ![200, 202, 429, 500, 503].includes(status))).toEqual([]);
    expect(clients.slowestMs()).toBeLessThan(35_000);
    await allEnded(it, 60_000);
    const verdict = await stormVerdict(it, world, clients.accepted, new Map(), 1, false);
    expect(verdict.faults.slice(0, 10)).toEqual([]);
    expect(isAlive(server.pid)).toBe(true);
  },
  180_000,
);

/** 20 KB that no compression makes small. */
function incompressible(n: number): string {
  let text = "";
  for (let at = 0; text.length < 20_000; at++)
    text += Math.sin(n * 1000 + at)
      .toString(36)
      .slice(3);
  return text;
}

/** Leaves 256 KB free. */
function fill(file: string, folder: string): void {
  const piece = Buffer.alloc(64 * 1024, 1);
  for (;;) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < 256 * 1024 + piece.length) return;
    appendFileSync(file, piece);
  }
}
