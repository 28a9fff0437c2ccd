/** Runs that have not begun when their flow is paused. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { pauseFlow } from "./pause-flow.ts";
import { resumeFlow } from "./resume-flow.ts";
import { newWorld, out, publish, soon, startEngine, type World } from "./flows.testsuite.ts";

let world: World;
let engine: Awaited<ReturnType<typeof startEngine>>;
beforeEach(async () => {
  world = await newWorld();
  engine = await startEngine(world, world.process);
});
afterEach(async () => {
  await engine.close();
  await world.close();
});

async function start(slug: string) {
  const { parts } = world.process;
  const version = (await parts.versions.published(world.scope, slug))!;
  const wish = { scope: world.scope, version, trigger: "manual", input: { body: { n: 7 } } };
  return await engine.engine.startRun(wish, null, 0);
}
const statuses = async (): Promise<readonly string[]> =>
  (
    await world.db.admin.query<{ status: string }>({
      text: "select r.status from steward.runs r join steward.flows f on f.id = r.flow where f.slug = 'called' order by r.id",
    })
  ).rows.map((row) => row.status);
const calls = (wait: boolean) => ({
  steps: [{ id: "call", kind: "flow", input: { flow: "called", input: "{{ trigger.body }}", wait } }],
});

test("a paused flow's sub-runs wait for it to be resumed, and begin at once then", async () => {
  await publish(world, "called", { steps: [out] });
  await publish(world, "caller", calls(true));
  await pauseFlow(world.process.parts, world.scope, "called", "mem_1");
  const { run } = await start("caller");
  await soon(async () => (await statuses()).join() === "queued");
  // Led, found paused and given back: it is due again in a minute.
  await soon(async () => {
    const { rows } = await world.db.admin.query<{ later: boolean }>({
      text: `select due_at > to_timestamp($1) as later from steward.queue q join steward.runs r on r.id = q.run
        where r.status = 'queued' and q.worker is null and due_at < 'infinity'`,
      values: [world.clock.nowMs() / 1000 + 30],
    });
    return rows[0]?.later === true;
  });
  const end = engine.engine.waitForEnd(world.scope, run, 10_000);
  await resumeFlow(world.process.parts, world.scope, "called", "mem_1");
  expect(await end).toMatchObject({ status: "completed", output: { n: 7 } });
});

test("a sub-run that has begun goes on when its flow is paused, one that has not can be cancelled", async () => {
  const nap = { id: "nap", kind: "wait", input: { event: "go" }, next: ["out"] };
  await publish(world, "called", { steps: [nap, out] });
  await publish(world, "caller", calls(false));
  await start("caller");
  await soon(async () => (await statuses()).join() === "waiting");
  await pauseFlow(world.process.parts, world.scope, "called", "mem_1");
  await start("caller");
  await soon(async () => (await statuses()).join() === "waiting,queued");
  const { rows } = await world.db.admin.query<{ id: string }>({
    text: "select r.id from steward.runs r join steward.flows f on f.id = r.flow where f.slug = 'called' order by r.id",
  });
  await engine.engine.sendEvent(world.scope, rows[0]!.id, "go", 1, "ann");
  await engine.engine.cancelRun(world.scope, rows[1]!.id, "ann");
  await soon(async () => (await statuses()).join() === "completed,cancelled");
});
