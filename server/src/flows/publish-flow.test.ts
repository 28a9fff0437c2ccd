import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { inScope } from "../store/scope.ts";
import { listSchedules } from "../store/schedules.ts";
import { listTriggers } from "../store/triggers.ts";
import { deleteFlow } from "./delete-flow.ts";
import { flowFile, newWorld, out, publish, push, soon, tokenOf, type World } from "./flows.testsuite.ts";
import { getFlow } from "./get-flow.ts";
import { getVersion } from "./get-version.ts";
import { listFlows } from "./list-flows.ts";
import { listVersions } from "./list-versions.ts";
import { createVersions } from "./load-versions.ts";
import { pauseFlow } from "./pause-flow.ts";
import { publishFlow } from "./publish-flow.ts";
import { restoreFlow } from "./restore-flow.ts";
import { resumeFlow } from "./resume-flow.ts";
import { saveDraft } from "./save-draft.ts";
import { startFlow } from "./start-flow.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(async () => await world.close());

const parts = () => world.process.parts;
const every = (seconds: number) => ({ id: "tick", kind: "schedule" as const, everySeconds: seconds });
const hook = { id: "in", kind: "webhook" as const };

async function refusal(act: Promise<unknown>): Promise<AppError> {
  const error: unknown = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error("this was not refused", { cause: error });
}

async function rowsOf(slug: string) {
  return await inScope(world.db.database, world.scope, async (tx) => {
    const { rows } = await tx.query<{ id: string }>({
      text: "select id from steward.flows where slug = $1 order by updated_at desc",
      values: [slug],
    });
    const flow = rows[0]!.id;
    const { project } = world.scope;
    return { triggers: await listTriggers(tx, project, flow), schedules: await listSchedules(tx, project, flow) };
  });
}

test("a draft is stored with what is not yet right about it, by line", async () => {
  const { created, draft } = await push(world, "draft-1", { steps: [{ ...out, next: ["nowhere"] }] });
  expect(created).toBe(true);
  expect(draft.problems).toMatchObject([
    { field: "steps[0].next[0]", step: "out", message: 'there is no step "nowhere" beside this one' },
  ]);
  const lines = JSON.stringify(flowFile({ steps: [{ ...out, next: ["nowhere"] }] }), null, 2).split("\n");
  expect(draft.problems[0]!.line).toBe(lines.findIndex((line) => line.includes("nowhere")) + 1);
  expect((await push(world, "draft-1")).created).toBe(false);
});

test("a draft comes back as it was written, without the defaults", async () => {
  await push(world, "draft-2");
  const flow = await getFlow(parts(), world.scope, "draft-2");
  expect(flow).toMatchObject({
    slug: "draft-2",
    name: "Orders",
    version: null,
    draftDiffers: true,
    problems: [],
    webhooks: [],
    schedules: [],
  });
  expect(flow.draft).toEqual(flowFile());
});

test("what is not a flow file is refused with line and field, and nothing is stored", async () => {
  const error = await refusal(
    saveDraft(parts(), world.scope, "not-a-flow", '{ "format": 1,\n "name": "x",\n "stepz": [] }', ""),
  );
  expect(error).toMatchObject({
    code: "flow_invalid",
    details: { line: expect.any(Number), field: expect.any(String) },
  });
  expect(await refusal(getFlow(parts(), world.scope, "not-a-flow"))).toMatchObject({ code: "not_found" });
});

test("two first pushes of one slug at once make one flow", async () => {
  const pushes = await Promise.all(Array.from({ length: 4 }, () => push(world, "raced")));
  expect(pushes.filter((one) => one.created)).toHaveLength(1);
});

test("a draft with problems is not published, and each problem is told with its line", async () => {
  await push(world, "broken", { steps: [{ ...out, next: ["nowhere"] }] });
  const error = await refusal(publishFlow(parts(), world.scope, "broken", world.scope.member, "mem_1"));
  expect(error.code).toBe("flow_has_problems");
  expect(error.details["problems"]).toMatchObject([{ field: "steps[0].next[0]", line: expect.any(Number) }]);
});

test("an unchanged draft published again gives the same version, a changed one the next", async () => {
  const first = await publish(world, "versions");
  expect(first).toMatchObject({
    version: 1,
    webhooks: [
      { trigger: "in", url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:7788\/webhooks\/wh_0_[0-9a-z]{52}$/) },
    ],
  });
  expect(await publish(world, "versions")).toEqual(first);
  // The same flow written otherwise means the same.
  await saveDraft(
    parts(),
    world.scope,
    "versions",
    JSON.stringify(flowFile({ steps: [{ next: [], ...out, onError: "fail" }] })),
    "",
  );
  expect(await publishFlow(parts(), world.scope, "versions", world.scope.member, "mem_1")).toEqual(first);
  const second = await publish(world, "versions", { name: "Other" });
  expect(second).toEqual({ ...first, version: 2 });
  const { items, next } = await listVersions(parts(), world.scope, "versions", { limit: 1 });
  expect(items.map((one) => one.version)).toEqual([2]);
  expect((await listVersions(parts(), world.scope, "versions", { limit: 1, cursor: next! })).items).toMatchObject([
    { version: 1 },
  ]);
  expect(await getVersion(parts(), world.scope, "versions", 1)).toMatchObject({ name: "Orders" });
  expect(await refusal(getVersion(parts(), world.scope, "versions", 3))).toMatchObject({ code: "not_found" });
  expect(await refusal(getVersion(parts(), world.scope, "versions", 9e9))).toMatchObject({ code: "not_found" });
});

test("several that publish at once make one version", async () => {
  await push(world, "published-at-once");
  const all = await Promise.all(
    Array.from({ length: 4 }, () =>
      publishFlow(parts(), world.scope, "published-at-once", world.scope.member, "mem_1"),
    ),
  );
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
});

test("a webhook keeps its address through versions that lack it", async () => {
  const first = await publish(world, "address");
  expect((await publish(world, "address", { triggers: [] })).webhooks).toEqual([]);
  expect((await rowsOf("address")).triggers).toMatchObject([{ name: "in", active: false, version: 1 }]);
  expect((await publish(world, "address", { triggers: [{ ...hook, reply: "last" }] })).webhooks).toEqual(
    first.webhooks,
  );
  expect((await rowsOf("address")).triggers).toMatchObject([{ name: "in", active: true, version: 3 }]);
});

test("nothing of a flow's content or of its token stands open in the database", async () => {
  const { webhooks } = await publish(world, "sealed", { steps: [{ ...out, note: "the cellar is damp" }] });
  const { rows } = await world.db.admin.query<{ all: string }>({
    text: `select (select string_agg(encode(draft, 'escape'), '') from steward.flows)
      || (select string_agg(encode(definition, 'escape'), '') from steward.flow_versions)
      || (select string_agg(encode(token, 'escape') || encode(token_hash, 'escape'), '') from steward.triggers) as all`,
  });
  expect(rows[0]!.all).not.toContain("cellar");
  expect(rows[0]!.all).not.toContain(tokenOf({ webhooks }));
});

test("R8: an unchanged rule keeps its place in time, a changed one begins now", async () => {
  await publish(world, "ticking", { triggers: [every(600)] });
  const [first] = (await rowsOf("ticking")).schedules;
  expect(first!.dueAt).toBe(first!.anchorAt + 600_000);
  world.clock.advance(60_000);
  await publish(world, "ticking", { triggers: [{ ...every(600), missed: "all" }] });
  expect((await rowsOf("ticking")).schedules).toEqual([first]);
  await publish(world, "ticking", { triggers: [every(60)] });
  const [changed] = (await rowsOf("ticking")).schedules;
  expect(changed!.anchorAt).toBeGreaterThanOrEqual(first!.anchorAt + 60_000);
  expect(changed!.dueAt).toBe(changed!.anchorAt + 60_000);
  await publish(world, "ticking", { triggers: [] });
  expect((await rowsOf("ticking")).schedules).toMatchObject([{ dueAt: null }]);
});

test("what fell into a pause is not caught up, and the grid goes on where it was", async () => {
  await publish(world, "paused", { triggers: [every(600), hook] });
  const [before] = (await rowsOf("paused")).schedules;
  const paused = await pauseFlow(parts(), world.scope, "paused", "mem_1");
  expect(paused).toMatchObject({ paused: true, schedules: [{ trigger: "tick", nextAt: null }] });
  expect(paused.webhooks).toHaveLength(1);
  expect((await rowsOf("paused")).triggers.map((row) => row.active)).toEqual([false, false]);
  expect(await publish(world, "paused", { name: "Still paused", triggers: [every(600), hook] })).toMatchObject({
    version: 2,
  });
  expect((await rowsOf("paused")).triggers.map((row) => row.active)).toEqual([false, false]);
  world.clock.advance(3 * 600_000 + 1000);
  const resumed = await resumeFlow(parts(), world.scope, "paused", "mem_1");
  const [after] = (await rowsOf("paused")).schedules;
  expect(resumed).toMatchObject({ paused: false, webhooks: paused.webhooks });
  expect(after!.dueAt).toBe(before!.anchorAt + 4 * 600_000);
  expect(after).toMatchObject({ anchorAt: after!.dueAt! - 600_000, lastDue: null });
  expect((await rowsOf("paused")).triggers.map((row) => row.active)).toEqual([true, true]);
});

test("a deleted flow starts nothing, and comes back with its addresses", async () => {
  const { webhooks } = await publish(world, "deleted", { triggers: [hook, every(60)] });
  await deleteFlow(parts(), world.scope, "deleted", "mem_1");
  expect(await refusal(getFlow(parts(), world.scope, "deleted"))).toMatchObject({ code: "not_found" });
  expect((await rowsOf("deleted")).triggers.map((row) => row.active)).toEqual([false, false]);
  expect((await rowsOf("deleted")).schedules).toMatchObject([{ dueAt: null }]);
  expect(await refusal(deleteFlow(parts(), world.scope, "deleted", "mem_1"))).toMatchObject({ code: "not_found" });
  expect(await restoreFlow(parts(), world.scope, "deleted", "mem_1")).toMatchObject({ version: 1, webhooks });
  expect((await rowsOf("deleted")).triggers.map((row) => row.active)).toEqual([true, true]);
  expect((await rowsOf("deleted")).schedules[0]!.dueAt).toBeGreaterThan(world.clock.nowMs());
});

test("a slug that was taken meanwhile stands in the way of bringing a flow back", async () => {
  await push(world, "twice");
  await deleteFlow(parts(), world.scope, "twice", "mem_1");
  await push(world, "twice");
  expect(await refusal(restoreFlow(parts(), world.scope, "twice", "mem_1"))).toMatchObject({ code: "conflict" });
});

test("a flow comes back for 30 days and not longer", async () => {
  await push(world, "long-gone");
  await deleteFlow(parts(), world.scope, "long-gone", "mem_1");
  world.clock.advance(30 * 86_400_000 + 1000);
  expect(await refusal(restoreFlow(parts(), world.scope, "long-gone", "mem_1"))).toMatchObject({ code: "not_found" });
});

test("flows are listed by slug in pages, and searched by slug and name, wildcards being letters", async () => {
  for (const slug of ["list-a", "list-b", "list-c"]) await push(world, slug, { name: `${slug} 100%_sure` });
  const first = await listFlows(parts(), world.scope, { search: "list-", limit: 2 });
  expect(first).toMatchObject({ items: [{ slug: "list-a" }, { slug: "list-b" }], next: "list-b" });
  const second = await listFlows(parts(), world.scope, { search: "list-", limit: 2, cursor: first.next! });
  expect(second).toMatchObject({ items: [{ slug: "list-c" }], next: null });
  expect((await listFlows(parts(), world.scope, { search: "100%_SURE", limit: 10 })).items).toHaveLength(3);
  expect((await listFlows(parts(), world.scope, { search: "list%c", limit: 10 })).items).toEqual([]);
  expect(
    (await listFlows(parts(), world.scope, { search: String.raw`\'; drop table flows --`, limit: 10 })).items,
  ).toEqual([]);
});

test("a start by API needs a published flow that is not paused, and gives the input as the trigger's body", async () => {
  const started: unknown[] = [];
  const startRun: Engine["startRun"] = async (...given) => {
    started.push(given);
    return { run: world.scope.member, repeated: false, settled: null };
  };
  const start = (slug: string) =>
    startFlow({ ...parts(), engine: { startRun } }, world.scope, slug, { input: { n: 1 }, waitMs: 5000 });
  expect(await refusal(start("nobody"))).toMatchObject({ code: "not_found" });
  await push(world, "started");
  expect(await refusal(start("started"))).toMatchObject({ code: "flow_unpublished" });
  await publish(world, "started");
  await start("started");
  const input = { method: null, path: null, headers: {}, query: {}, body: { n: 1 }, deliveryId: null };
  expect(started).toMatchObject([[{ version: { slug: "started", number: 1 }, trigger: "manual", input }, "end", 5000]]);
  await pauseFlow(parts(), world.scope, "started", "mem_1");
  expect(await refusal(start("started"))).toMatchObject({ code: "flow_paused" });
});

test("a version is loaded once, for its own project only, and the published one is known anew in every process", async () => {
  const other = await world.another();
  await publish(world, "cached", {
    steps: [{ id: "calc", kind: "code", input: { language: "ts", source: "export default (): number => 1" } }],
  });
  const [one, two] = await Promise.all([1, 2].map(() => other.parts.versions.published(world.scope, "cached")));
  expect(one).toBe(two);
  expect(one!.codeKeys.get("calc")).toMatch(/^[0-9a-f]{64}$/);
  expect(other.parts.versions.peek(one!.flow, 1)).toBe(one);
  const stranger = { organization: world.scope.organization, project: world.scope.organization };
  await expect(other.parts.versions.get(stranger, one!.flow, 1)).rejects.toThrow("are not here");
  await publish(world, "cached", { name: "Next" });
  expect(await parts().versions.published(world.scope, "cached")).toMatchObject({ number: 2 });
  await soon(async () => (await other.parts.versions.published(world.scope, "cached"))?.number === 2);
  expect(await other.parts.versions.published(world.scope, "nobody")).toBeNull();
});

test("without any word of a change, a published version is believed for a second", async () => {
  const deaf = createVersions(parts());
  await publish(world, "believed");
  expect(await deaf.published(world.scope, "believed")).not.toBeNull();
  await world.db.admin.query({ text: "update steward.flows set version = null where slug = 'believed'" });
  expect(await deaf.published(world.scope, "believed")).not.toBeNull();
  world.clock.advance(1000);
  expect(await deaf.published(world.scope, "believed")).toBeNull();
});

test("compiled versions are held up to a limit, the one not used for longest going first", async () => {
  const versions = createVersions({ ...parts(), versionsMax: 2 });
  const loaded = await Promise.all(
    ["held-1", "held-2", "held-3"].map(async (slug) => {
      await publish(world, slug);
      return (await parts().versions.published(world.scope, slug))!;
    }),
  );
  const [one, two, three] = loaded.map((version) => version.flow);
  await versions.get(world.scope, one!, 1);
  await versions.get(world.scope, two!, 1);
  await versions.get(world.scope, one!, 1);
  await versions.get(world.scope, three!, 1);
  expect([one, two, three].map((flow) => versions.peek(flow!, 1) !== null)).toEqual([true, false, true]);
  await expect(versions.get(world.scope, one!, 2)).rejects.toThrow(/version 2 of flow .* is not there/);
});
