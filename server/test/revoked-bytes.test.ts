/** C7 over processes: once a revoke is answered, nothing more arrives where the runs acted. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { byteCounter, type ByteCounter } from "./byte-counter.ts";
import { prepareRevoke, revokeInTheMiddle } from "./revoke-round.ts";
import { eventually, stewardHome, type StewardHome } from "./steward-home.ts";

let home: StewardHome;
let counter: ByteCounter;
beforeAll(async () => {
  home = await stewardHome();
  counter = await byteCounter();
  await home.start("up").ready;
  await Promise.all([home.start("worker").ready, home.start("worker").ready]);
  await prepareRevoke(home.client, counter);
}, 120_000);
afterAll(async () => {
  await home.close();
  await counter.close();
});

test(
  "a revoke in the middle of 30-step runs, uploads and answers in three processes: not a byte after its answer",
  { timeout: 120_000 },
  async () => {
    const chains = 30;
    const streams = 6;
    const { stopped, lateBytes, lateRequests } = await revokeInTheMiddle(home.client, counter, { chains, streams });
    expect(lateBytes).toBe(0);
    expect(lateRequests).toBe(0);
    expect(stopped.acknowledged).toHaveLength(3);
    expect(stopped.silent).toEqual([]);
    expect(stopped.pausedFlows.toSorted()).toEqual(["chain", "drip", "upload"]);
    const streaming = stopped.inFlight.filter(({ step }) => step === "big" || step === "slow");
    expect(streaming.map(({ fate }) => fate)).toEqual(streaming.map(() => "unknown"));
    expect(streaming).toHaveLength(2 * streams);
    const requests = counter.requests();
    const ended = await eventually("all runs have ended", 30_000, async () => {
      const { items } = await home.client.listRuns({ limit: 100 });
      return items.every(({ endedAt }) => endedAt !== null) ? items : null;
    });
    expect(ended).toHaveLength(chains + 2 * streams);
    // What was refused just before it heard that it is cancelled has failed.
    const failed = ended.filter(({ status }) => status !== "cancelled");
    expect(stopped.cancelledRunCount).toBeGreaterThanOrEqual(ended.length - failed.length);
    expect(stopped.cancelledRunCount).toBeGreaterThan(0);
    expect(failed.filter(({ error }) => error?.code !== "revoked" && error?.code !== "not_granted")).toEqual([]);
    expect(counter.requests()).toBe(requests);
    await expect(home.client.startRun({ slug: "chain", body: {} })).rejects.toMatchObject({ code: "flow_paused" });
  },
);
