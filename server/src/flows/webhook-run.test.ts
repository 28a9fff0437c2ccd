import { afterAll, beforeAll, expect, test } from "vitest";
import type { FlowFileInput } from "@steward/sdk";
import { newWorld, publish, startEngine, tokenOf, type World } from "./flows.testsuite.ts";
import { putVariable } from "./put-variable.ts";
import { receiveWebhook, type WebhookRequest } from "./receive-webhook.ts";
import { startFlow } from "./start-flow.ts";

let world: World;
let engine: Awaited<ReturnType<typeof startEngine>>;
beforeAll(async () => {
  world = await newWorld();
  engine = await startEngine(world, world.process);
});
afterAll(async () => {
  await engine.close();
  await world.close();
});

const steps: FlowFileInput["steps"] = [
  { id: "shape", kind: "set", input: { name: "{{ trigger.body.name.toUpperCase() }}" }, next: ["answer"] },
  {
    id: "answer",
    kind: "reply",
    input: { status: 201, headers: { "content-type": "text/html" }, body: "<b>{{ steps.shape.name }}</b>" },
  },
];

async function hook(slug: string, reply: "accepted" | "last" | "step", more: Partial<FlowFileInput> = {}) {
  return tokenOf(await publish(world, slug, { triggers: [{ id: "in", kind: "webhook", reply }], steps, ...more }));
}

function deliver(token: string, body: unknown, headers: WebhookRequest["headers"] = {}) {
  const { routes, verifySignature } = world.process;
  const request = {
    token,
    method: "POST",
    path: "",
    query: {},
    rawBody: Buffer.from(JSON.stringify(body)),
    nowMs: world.clock.nowMs(),
  };
  return receiveWebhook(
    { routes, verifySignature, engine: engine.engine },
    { ...request, headers: { "content-type": "application/json", ...headers } },
  );
}

test("a webhook is answered by its flow's reply, sandboxed", async () => {
  expect(await deliver(await hook("answered", "step"), { name: "ada" })).toMatchObject({
    status: 201,
    body: "<b>ADA</b>",
    headers: { "content-type": "text/html", "content-security-policy": "sandbox", "x-content-type-options": "nosniff" },
  });
});

test("R8: a repeated delivery is answered with the first run's reply, one that comes at once too", async () => {
  const token = await hook("repeated", "step");
  const first = await deliver(token, { name: "ada" }, { "webhook-id": "msg_1" });
  const again = await deliver(token, { name: "bob" }, { "webhook-id": "msg_1" });
  expect(again).toEqual({ ...first, headers: { ...first.headers, "idempotent-replayed": "true" } });
  const together = await Promise.all(
    ["a", "b", "c", "d"].map((name) => deliver(token, { name }, { "webhook-id": "msg_2" })),
  );
  expect(new Set(together.map((one) => `${one.run} ${String(one.body)}`)).size).toBe(1);
  expect(together[0]!.run).not.toBe(first.run);
});

test("an Idempotency-Key with another body is refused", async () => {
  const token = await hook("keyed", "step");
  const first = await deliver(token, { name: "ada" }, { "idempotency-key": "k1" });
  expect(await deliver(token, { name: "ada" }, { "idempotency-key": "k1" })).toMatchObject({ run: first.run });
  await expect(deliver(token, { name: "bob" }, { "idempotency-key": "k1" })).rejects.toMatchObject({
    code: "idempotency_mismatch",
  });
});

test("a flow that fails before its reply answers with its run's id and nothing of why", async () => {
  const token = await hook("fails", "step", {
    steps: [{ id: "stop", kind: "fail", input: { message: "the cellar is damp" } }],
  });
  const refused: unknown = await deliver(token, {}).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "run_failed", details: { run: expect.stringMatching(/^run_[0-9a-z]{26}$/) } });
  expect(String(refused)).not.toContain("cellar");
});

test("accepted answers once the run is committed, and a start by API runs the same flow", async () => {
  const answer = await deliver(await hook("accepted", "accepted"), { name: "ada" });
  expect(answer).toMatchObject({ status: 202, body: JSON.stringify({ run: answer.run }) });
  const started = await startFlow({ ...world.process.parts, engine: engine.engine }, world.scope, "accepted", {
    input: { name: "ada" },
    waitMs: 10_000,
  });
  expect(started.settled).toMatchObject({ status: "completed", output: "<b>ADA</b>" });
});

test("a change of a variable is seen by the next run", async () => {
  const token = await hook("variable", "last", { steps: [{ id: "out", kind: "set", input: { n: "{{ vars.n }}" } }] });
  expect((await deliver(token, {})).body).toBe("{}");
  await putVariable(world.process.parts, world.scope, "n", 7, "mem_1");
  expect((await deliver(token, {})).body).toBe('{"n":7}');
});
