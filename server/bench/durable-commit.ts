/** What one durable commit takes on this disk, one after the other: nothing that is answered after its commit is faster. */
import type { Measurement } from "./measurement.ts";
import { percentile } from "./percentile.ts";

const COMMITS = 500;

export const durableCommit: Measurement = {
  name: "durable-commit",
  async run({ steward: { admin }, say }) {
    say("one durable commit after the other");
    await admin.query({ text: "create table bench_commits (n int)" });
    const insert = { name: "bench_commit", text: "insert into bench_commits values (1)" };
    const times: number[] = [];
    for (let commit = 0; commit < COMMITS; commit++) {
      const began = performance.now();
      await admin.query(insert);
      times.push(performance.now() - began);
    }
    await admin.query({ text: "drop table bench_commits" });
    const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
    return [
      {
        what: "one row, committed, 1 at once",
        measured: `${Math.round(1000 / mean)}/s`,
        p50Ms: percentile(times, 0.5),
        p99Ms: percentile(times, 0.99),
      },
    ];
  },
};
