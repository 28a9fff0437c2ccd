/** Many webhooks at the same moment: each is answered, and what was answered as accepted is there. */
import { ACCEPTED, BODY, W1 } from "./flows.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";

const SETTLE_MS_MAX = 60_000;
const LOOK_MS = 100;

export const burst: Measurement = {
  name: "burst",
  async run(bench) {
    const accepted = await bench.steward.publish("burst-accepted", ACCEPTED);
    const replied = await bench.steward.publish("burst-replied", W1);
    return [
      await burstOf(bench, "burst-accepted", accepted, "202 once committed"),
      await burstOf(bench, "burst-replied", replied, "answered by the run"),
    ];
  },
};

async function burstOf({ steward, load, sizes, say }: Bench, flow: string, url: string, how: string): Promise<Line> {
  say(`${sizes.burst} webhooks at once, ${how}`);
  const { seconds, statuses, honest, errors } = await load.burst({ url, bodies: [BODY] }, sizes.burst);
  const answered = Object.entries(statuses);
  const good = answered.reduce((sum, [status, count]) => sum + (status.startsWith("2") ? count : 0), 0);
  const refused = statuses["429"] ?? 0;
  const completed = await countCompleted(steward.client, flow, good);
  const kept = completed === good && refused === honest && good + refused === sizes.burst && errors === 0;
  const lost = `${Math.max(0, good - completed)} lost, ${sizes.burst - good - refused} other`;
  return {
    what: `${sizes.burst} webhooks at once, ${how}`,
    measured: `${good} answered 2xx, ${refused} answered 429, ${lost}, in ${seconds.toFixed(2)} s`,
    target: "2xx or 429, none lost",
    met: kept,
  };
}

/** Completed runs of a flow by the API, once there are as many as wanted or the time is over. */
async function countCompleted(client: Bench["steward"]["client"], flow: string, wanted: number): Promise<number> {
  const until = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    let count = 0;
    let cursor: string | null = null;
    do {
      const page: { items: readonly unknown[]; next: string | null } = await client.listRuns({
        flow,
        status: "completed",
        limit: 100,
        ...(cursor === null ? {} : { cursor }),
      });
      count += page.items.length;
      cursor = page.next;
    } while (cursor !== null);
    if (count >= wanted || performance.now() > until) return count;
    await new Promise((done) => void setTimeout(done, LOOK_MS));
  }
}
