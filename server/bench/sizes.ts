import type { Sizes } from "./measurement.ts";

/** The sizes that the targets speak of; below twelve minutes. */
export const FULL: Sizes = {
  seconds: 5,
  connections: [1, 10, 50],
  pairs: 9,
  pairSeconds: 1,
  chainRuns: 100,
  chainsAtOnce: 100,
  burst: 2000,
  waitingRuns: 10_000,
  schedules: 1000,
  dueSeconds: 60,
  starts: 3,
  idleSeconds: 10,
  sizedRuns: 20_000,
  listedRuns: 1_000_000,
  signIns: 40,
  importedRows: 100_000,
  fileMegabytes: 200,
  auditEntries: 1_000_000,
};

/** A first impression; below three minutes. */
export const QUICK: Sizes = {
  seconds: 1,
  connections: [1, 10, 50],
  pairs: 5,
  pairSeconds: 0.4,
  chainRuns: 20,
  chainsAtOnce: 100,
  burst: 500,
  waitingRuns: 500,
  schedules: 50,
  dueSeconds: 3,
  starts: 1,
  idleSeconds: 2,
  sizedRuns: 2000,
  listedRuns: 50_000,
  signIns: 16,
  importedRows: 100_000,
  fileMegabytes: 50,
  auditEntries: 1_000_000,
};
