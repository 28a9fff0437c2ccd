import { afterEach, beforeEach, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { claimRuns, freeHeldBy, goneHolders } from "./queue.ts";
import { insertWorker } from "./workers.ts";

let db: StewardDatabase;
const worker = uuid(0xf_ff_ff);
beforeEach(async () => {
  db = await stewardDatabase();
  await insertWorker(db.dispatch, { id: worker, host: "test", process: 1, startedMs: 0, region: null });
});
afterEach(() => db.drop());

function uuid(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** Projects 0 to `projects`, each with so many runs in the queue, due or not. */
async function fill(projects: number, runs: number, due: (project: number) => boolean): Promise<void> {
  await db.admin.query({
    text: "insert into steward.organizations (id, name, created_at) values ($1, 'test', now())",
    values: [uuid(0)],
  });
  for (let project = 0; project < projects; project++) {
    await db.admin.query({
      text: "insert into steward.projects (organization, id, slug, name, created_at) values ($1, $2, $3, 'test', now())",
      values: [uuid(0), uuid(project), `p${project}`],
    });
    await db.admin.query({
      text: `insert into steward.queue (project, run, due_at, fence)
        select $1, gen_random_uuid(), $2::timestamptz, 1 from generate_series(1, $3)`,
      values: [uuid(project), due(project) ? "-infinity" : "infinity", runs],
    });
  }
}

test("claims give every project its share before any gets a second one", async () => {
  await fill(7, 20, () => true);
  const taken = new Map<string, number>();
  let after: string | null = null;
  for (let claim = 0; claim < 6; claim++) {
    const { runs, next } = await claimRuns(db.dispatch, { worker, region: null }, Date.now(), 8, after, {
      once: 10,
      twice: 1,
    });
    for (const run of runs) taken.set(run.project, (taken.get(run.project) ?? 0) + 1);
    after = next;
  }
  expect(taken.size).toBe(7);
  expect(Math.max(...taken.values()) - Math.min(...taken.values())).toBeLessThanOrEqual(4);
});

test("a project behind hundreds that only wait is found", async () => {
  await fill(450, 1, (project) => project === 449);
  let after: string | null = null;
  const found: string[] = [];
  for (let claim = 0; claim < 4; claim++) {
    const { runs, next } = await claimRuns(db.dispatch, { worker, region: null }, Date.now(), 8, after, {
      once: 10,
      twice: 1,
    });
    found.push(...runs.map((run) => run.project));
    after = next;
  }
  expect(found).toEqual([uuid(449)]);
});

test("R2: a worker that was taken for gone claims nothing, and what it holds all the same is found", async () => {
  await fill(1, 3, () => true);
  const first = await claimRuns(db.dispatch, { worker, region: null }, Date.now(), 1, null, { once: 10, twice: 1 });
  expect(first.runs).toHaveLength(1);
  expect(await goneHolders(db.dispatch)).toEqual([]);
  await db.admin.query({ text: "delete from steward.workers" });
  expect(
    (await claimRuns(db.dispatch, { worker, region: null }, Date.now(), 1, null, { once: 10, twice: 1 })).runs,
  ).toEqual([]);
  expect(await goneHolders(db.dispatch)).toEqual([worker]);
  expect(await freeHeldBy(db.dispatch, [worker])).toBe(1);
  const { rows } = await db.admin.query<{ fence: number; crashes: number }>({
    text: "select fence, crashes from steward.queue where run = $1 and worker is null",
    values: [first.runs[0]!.run],
  });
  expect(rows).toEqual([{ fence: 3, crashes: 1 }]);
});

test("of runs that were held when a worker died few are led together, and none of them stands before the others", async () => {
  await fill(2, 30, () => true);
  await db.admin.query({ text: "update steward.queue set crashes = 1 where project = $1", values: [uuid(0)] });
  await db.admin.query({
    text: "update steward.queue set crashes = 2 where run in (select run from steward.queue where project = $1 limit 10)",
    values: [uuid(1)],
  });
  const claim = async (once: number, twice: number): Promise<readonly number[]> => {
    const { runs } = await claimRuns(db.dispatch, { worker, region: null }, Date.now(), 50, null, { once, twice });
    return runs.map((run) => run.crashes).toSorted((one, other) => one - other);
  };
  expect(await claim(4, 1)).toEqual([...Array(20).fill(0), 1, 1, 2]); // of two projects each its share
  expect(await claim(0, 0)).toEqual([]);
  expect(await claim(2, 3)).toEqual([1, 2, 2, 2]);
  // One that could not be led, though nobody died of it, is due at a time and waits for nobody.
  await db.admin.query({ text: "update steward.queue set due_at = now() - interval '1 s' where worker is null" });
  expect((await claim(0, 0)).length).toBe(31); // a project its half of 50, the other the 6 it has
});

test("who is freed without having died counts no crash", async () => {
  await fill(1, 2, () => true);
  await claimRuns(db.dispatch, { worker, region: null }, Date.now(), 2, null, { once: 0, twice: 0 });
  expect(await freeHeldBy(db.dispatch, [worker], false)).toBe(2);
  const { rows } = await db.admin.query<{ crashes: number }>({ text: "select crashes from steward.queue" });
  expect(rows).toEqual([{ crashes: 0 }, { crashes: 0 }]);
});
