/** Many waiting runs and schedules that are due in the same minute: how late they end, by the time they were due. */
import { WAITING, schedules } from "./flows.ts";
import type { Bench, Line, Measurement } from "./measurement.ts";
import { percentile } from "./percentile.ts";

const LATE_MS_MAX = 2000;
const SCHEDULES_PER_FLOW = 50;
/** What creating the runs and schedules may take, before the first of them is due. */
const CREATE_MS_PER_RUN = 2;
const CREATE_MS_PER_SCHEDULE = 4;
const CREATE_MS_LEAST = 1500;
const DRAIN_MS_MAX = 60_000;
const LOOK_MS = 200;
/** At which waiting runs are due. */
const MOMENTS = 20;

export const lateness: Measurement = {
  name: "lateness",
  async run(bench) {
    const { sizes } = bench;
    const { waitingRuns, dueSeconds } = sizes;
    return [
      ...(await minuteOf(bench, "wait-spread", dueSeconds, sizes.schedules)),
      ...(await minuteOf(bench, "wait-once", 0, 0)).map((line) => ({
        what: `${waitingRuns} waiting runs due at one instant`,
        measured: line.measured,
        ...(line.p50Ms === undefined ? {} : { p50Ms: line.p50Ms }),
        ...(line.p99Ms === undefined ? {} : { p99Ms: line.p99Ms }),
      })),
    ];
  },
};

/** Waiting runs due evenly over so many seconds, schedules all at the first of them. */
async function minuteOf(
  bench: Bench,
  flow: string,
  dueSeconds: number,
  scheduleCount: number,
): Promise<readonly Line[]> {
  const { steward, load, sizes, say } = bench;
  const { waitingRuns } = sizes;
  const createMs = CREATE_MS_LEAST + waitingRuns * CREATE_MS_PER_RUN + scheduleCount * CREATE_MS_PER_SCHEDULE;
  const dueMs = Math.ceil((Date.now() + createMs) / 1000) * 1000;
  say(`${waitingRuns} waiting runs and ${scheduleCount} schedules`);
  for (let at = 0; at < scheduleCount; at += SCHEDULES_PER_FLOW) {
    const count = Math.min(SCHEDULES_PER_FLOW, scheduleCount - at);
    await steward.publish(`${flow}-at-${at}`, schedules(count, new Date(dueMs).toISOString()));
  }
  const hook = await steward.publish(flow, WAITING);
  const moments = dueSeconds === 0 ? 1 : MOMENTS;
  const bodies = Array.from({ length: moments }, (_, n) => {
    const until = new Date(dueMs + Math.round((n * dueSeconds * 1000) / moments)).toISOString();
    return JSON.stringify({ until, n });
  });
  await load.steady({ url: hook, bodies }, Math.min(50, waitingRuns), { amount: waitingRuns });
  const created = Date.now();
  if (created > dueMs - 500) say(`creating took ${created - dueMs} ms longer than meant: the figure is too dark`);
  const due = await dueTimes(bench);
  const cpuBefore = await steward.cpuMs();
  say(`until they are due, ${Math.round((dueMs - Date.now()) / 1000 + dueSeconds)} s`);
  const ends = await endTimes(bench, flow, due.size + scheduleCount, dueMs + dueSeconds * 1000 + DRAIN_MS_MAX);
  const cpuMs = (await steward.cpuMs()) - cpuBefore;
  const late = ends.map(({ run, endedMs }) => endedMs - (due.get(run) ?? dueMs));
  const p99Ms = percentile(late, 0.99);
  const whole = due.size === waitingRuns && ends.length === waitingRuns + scheduleCount;
  return [
    {
      what: `${waitingRuns} waiting runs over ${dueSeconds} s, ${scheduleCount} schedules at its start`,
      measured: `${ends.length} ended, at most ${(Math.max(0, ...late) / 1000).toFixed(2)} s late, ${(cpuMs / 1000).toFixed(1)} s of CPU`,
      p50Ms: percentile(late, 0.5),
      p99Ms,
      target: `lateness p99 < ${LATE_MS_MAX / 1000} s`,
      met: whole && p99Ms < LATE_MS_MAX,
    },
  ];
}

/** When each waiting run is due, by its id. */
async function dueTimes({ steward }: Bench): Promise<ReadonlyMap<string, number>> {
  const { rows } = await steward.admin.query<{ run: string; due: number }>({
    text: "select run, due_at as due from steward.queue where worker is null and due_at > now() - interval '1 minute'",
  });
  return new Map(rows.map(({ run, due }) => [run, due]));
}

/** The runs of these flows that have ended, once there are as many as wanted or it is too late. */
async function endTimes(
  { steward }: Bench,
  flow: string,
  wanted: number,
  untilMs: number,
): Promise<readonly { run: string; endedMs: number }[]> {
  for (;;) {
    const { rows } = await steward.admin.query<{ run: string; endedMs: number }>({
      text: `select r.id as run, r.ended_at as "endedMs" from steward.runs r join steward.flows f on f.project = r.project and f.id = r.flow
        where r.ended_at is not null and (f.slug = $1 or f.slug like $1 || '-at-%')`,
      values: [flow],
    });
    if (rows.length >= wanted || Date.now() > untilMs) return rows;
    await new Promise((done) => void setTimeout(done, LOOK_MS * (rows.length === 0 ? 1 : 5)));
  }
}
