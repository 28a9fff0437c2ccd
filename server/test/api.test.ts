import { routes, type Route } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { send, type CallOptions, type TestAnswer } from "./http-server.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";

const FLOW = {
  format: 1,
  name: "Order",
  triggers: [{ id: "in", kind: "webhook", reply: "step" }],
  steps: [
    { id: "shape", kind: "set", input: { n: "{{ trigger.body.n + 1 }}" }, next: ["out"] },
    { id: "out", kind: "reply", input: { status: 201, body: "{{ steps.shape }}" } },
  ],
};
const WAITING = { format: 1, name: "Waits", steps: [{ id: "hold", kind: "wait", input: { event: "go" } }] };

let steward: TestSteward;

beforeAll(async () => {
  steward = await startSteward();
});
afterAll(() => steward?.close());

/** Calls a route and checks its answer by the route's own schema. */
async function call(method: string, target: string, options: CallOptions = {}): Promise<TestAnswer> {
  const answer = await send(steward.address, method, target, options);
  const path = target.split("?", 1)[0]!;
  const route = Object.values<Route>(routes).find(
    (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  )!;
  const schema = route.answers[answer.status];
  if (schema) schema.parse(answer.text === "" ? null : JSON.parse(answer.text));
  else
    expect({ method, target, ...answer.json() }).toMatchObject({
      status: answer.status,
      code: expect.any(String),
      hint: expect.any(String),
    });
  return answer;
}

test("a flow is drafted, published, called, read, paused, deleted and restored", async () => {
  expect((await call("PUT", "/v1/flows/order", { body: FLOW })).status).toBe(201);
  expect((await call("PUT", "/v1/flows/order", { body: FLOW })).status).toBe(200);
  expect((await call("POST", "/v1/flows/order/runs", { body: {} })).json()).toMatchObject({ code: "flow_unpublished" });
  const { webhooks } = (await call("POST", "/v1/flows/order/publish")).json() as { webhooks: { url: string }[] };
  expect((await call("GET", "/v1/flows/order")).json()).toMatchObject({
    version: 1,
    draft: { name: "Order" },
    draftDiffers: false,
  });
  expect((await call("GET", "/v1/flows?search=ord")).json()).toMatchObject({ items: [{ slug: "order" }], next: null });
  expect((await call("GET", "/v1/flows/order/versions")).json()).toMatchObject({ items: [{ version: 1 }] });
  expect((await call("GET", "/v1/flows/order/versions/1")).json()).toMatchObject({ name: "Order" });

  const hook = new URL(webhooks[0]!.url).pathname;
  const reply = await send(steward.address, "POST", `${hook}/sub?x=1&x=2`, { body: { n: 41 }, anonymous: true });
  expect({ status: reply.status, body: reply.json() }).toEqual({ status: 201, body: { n: 42 } });
  expect(reply.headers).toMatchObject({ "content-security-policy": "sandbox", "x-content-type-options": "nosniff" });

  expect((await call("POST", "/v1/flows/order/pause")).json()).toMatchObject({ paused: true });
  expect((await send(steward.address, "POST", hook, { body: { n: 1 }, anonymous: true })).status).toBe(404);
  expect((await call("POST", "/v1/flows/order/runs", { body: {} })).json()).toMatchObject({ code: "flow_paused" });
  expect((await call("POST", "/v1/flows/order/resume")).json()).toMatchObject({ paused: false });
  expect((await call("DELETE", "/v1/flows/order")).json()).toMatchObject({ stopped: { silent: [], inFlight: [] } });
  expect((await call("GET", "/v1/flows/order")).status).toBe(404);
  expect((await call("POST", "/v1/flows/order/restore")).json()).toMatchObject({ slug: "order" });
});

test("a flow file that is none is refused with its line, one with problems at publish", async () => {
  const broken = await call("PUT", "/v1/flows/bad", {
    body: '{ "format": 1,\n "name": "x", "stepz": [] }',
    headers: { "content-type": "application/json" },
  });
  expect(broken.json()).toMatchObject({ status: 422, code: "flow_invalid", line: expect.any(Number) });
  const yaml = await call("PUT", "/v1/flows/yaml", {
    body: "format: 1\nname: Yaml\nsteps:\n  - id: a\n    kind: nonsense\n",
    headers: { "content-type": "application/yaml" },
  });
  expect(yaml.json()).toMatchObject({ problems: [{ line: 5 }] });
  expect((await call("POST", "/v1/flows/yaml/publish")).json()).toMatchObject({
    code: "flow_has_problems",
    problems: [{ line: 5 }],
  });
  expect((await call("PUT", "/v1/flows/Not%20A%20Slug", { body: FLOW })).json()).toMatchObject({
    code: "value_invalid",
    field: "slug",
  });
});

test("a run is started, waited for, read, listed, followed and run again", async () => {
  const done = await call("POST", "/v1/flows/order/runs", { body: { input: { n: 1 }, wait: 10 } });
  expect({ status: done.status, run: done.json() }).toMatchObject({
    status: 200,
    run: { status: "completed", output: { n: 2 }, flow: "order", trigger: "manual" },
  });
  const id = String(done.json()["id"]);
  const accepted = await call("POST", "/v1/flows/order/runs", { body: { input: { n: 2 } } });
  expect(accepted.status).toBe(202);
  expect(accepted.headers["location"]).toBe(`/v1/runs/${String(accepted.json()["id"])}`);
  expect((await call("GET", `/v1/runs/${id}`)).json()).toMatchObject({ id, output: { n: 2 } });
  expect((await call("GET", `/v1/runs/${id}/steps`)).json()).toMatchObject({
    items: [{ step: "shape", output: { n: 2 } }, { step: "out" }],
    next: null,
  });
  const first = (await call("GET", `/v1/runs/${id}/steps?limit=1`)).json() as {
    items: { step: string }[];
    next: string;
  };
  const rest = (await call("GET", `/v1/runs/${id}/steps?limit=1&cursor=${first.next}`)).json() as {
    items: { step: string }[];
  };
  expect([...first.items, ...rest.items].map((one) => one.step)).toEqual(["shape", "out"]);
  const retried = await call("POST", `/v1/runs/${id}/retry`, { body: { from: "out" } });
  expect({ status: retried.status, run: retried.json() }).toMatchObject({ status: 202, run: { retryOf: id } });
  expect((await call("POST", `/v1/runs/${id}/cancel`)).json()).toMatchObject({ code: "run_finished" });
  expect((await call("POST", `/v1/runs/${id}/resolve`, { body: { how: "fail" } })).json()).toMatchObject({
    code: "run_finished",
  });
  const events: string[] = [];
  for await (const event of steward.client.events(id))
    events.push(event.type === "step" ? event.step.step : event.run.status);
  expect(events).toEqual(["shape", "out", "completed"]);
});

test("lists of runs go on from their cursor without gap or repetition", async () => {
  for (let n = 0; n < 5; n++) await call("POST", "/v1/flows/order/runs", { body: { input: { n }, wait: 10 } });
  const all = (await call("GET", "/v1/runs?limit=100&flow=order")).json() as { items: { id: string }[] };
  const paged: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = (await call("GET", `/v1/runs?limit=2&flow=order${cursor && `&cursor=${cursor}`}`)).json() as {
      items: { id: string }[];
      next: string | null;
    };
    paged.push(...page.items.map((one) => one.id));
    cursor = page.next;
  }
  expect(paged).toEqual(all.items.map((one) => one.id));
  expect((await call("GET", "/v1/runs?flow=unknown")).json()).toEqual({ items: [], next: null });
  expect((await call("GET", "/v1/runs?cursor=run_zzz")).json()).toMatchObject({
    code: "value_invalid",
    field: "cursor",
  });
});

test("a waiting run hears an event, another is cancelled", async () => {
  await call("PUT", "/v1/flows/waits", { body: WAITING });
  await call("POST", "/v1/flows/waits/publish");
  const start = async (): Promise<string> =>
    String((await call("POST", "/v1/flows/waits/runs", { body: {} })).json()["id"]);
  const [heard, stopped] = [await start(), await start()];
  expect((await call("POST", `/v1/runs/${heard}/events`, { body: { name: "go", data: { ok: true } } })).status).toBe(
    202,
  );
  for await (const event of steward.client.events(heard))
    if (event.type === "run" && event.run.endedAt !== null) expect(event.run.status).toBe("completed");
  expect([200, 202]).toContain((await call("POST", `/v1/runs/${stopped}/cancel`)).status);
  for await (const event of steward.client.events(stopped))
    if (event.type === "run" && event.run.endedAt !== null) expect(event.run.status).toBe("cancelled");
});

test("under one Idempotency-Key a flow runs once, another body is refused", async () => {
  const headers = { "idempotency-key": "same" };
  const body = { input: { n: 7 }, wait: 10 };
  const first = await call("POST", "/v1/flows/order/runs", { body, headers });
  const again = await call("POST", "/v1/flows/order/runs", { body, headers });
  expect(again.text).toBe(first.text);
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect((await call("POST", "/v1/flows/order/runs", { body: { input: { n: 8 } }, headers })).json()).toMatchObject({
    status: 422,
    code: "idempotency_mismatch",
  });
  const many = await Promise.all(
    Array.from({ length: 10 }, () =>
      call("POST", "/v1/flows/order/runs", { body, headers: { "idempotency-key": "at-once" } }),
    ),
  );
  const ran = new Set(many.filter((one) => one.status === 200).map((one) => one.json()["id"]));
  expect(ran.size).toBe(1);
  expect(
    many.filter((one) => one.status !== 200).every((one) => one.status === 409 && one.headers["retry-after"] === "1"),
  ).toBe(true);
});

test("credentials are written and never shown, variables are", async () => {
  const secret = "s3cr3t-value";
  const set = await call("PUT", "/v1/credentials/api", {
    body: { kind: "bearer", secret, hosts: ["api.example.com"] },
  });
  const listed = await call("GET", "/v1/credentials");
  expect(listed.json()).toMatchObject({ items: [{ slug: "api", kind: "bearer" }] });
  expect(set.text + listed.text).not.toContain(secret);
  expect(
    (
      await call("PUT", "/v1/credentials/api", { body: { kind: "bearer", secret, hosts: ["x"], project: "other" } })
    ).json(),
  ).toMatchObject({ code: "value_invalid", field: "project" });
  expect((await call("DELETE", "/v1/credentials/api")).json()).toMatchObject({ stopped: { pausedFlows: [] } });
  expect((await call("DELETE", "/v1/credentials/api")).status).toBe(404);
  expect((await call("PUT", "/v1/variables/region", { body: { value: { a: [1] } } })).json()).toMatchObject({
    name: "region",
    value: { a: [1] },
  });
  expect((await call("GET", "/v1/variables")).json()).toMatchObject({ items: [{ name: "region" }] });
  expect((await call("DELETE", "/v1/variables/region")).status).toBe(204);
});

test("who calls is told, and lets a browser in", async () => {
  expect((await call("GET", "/v1/me")).json()).toMatchObject({
    project: { slug: "default" },
    principal: expect.stringMatching(/^key_/),
  });
  const { url } = (await call("POST", "/v1/session-links")).json();
  const entered = await send(steward.address, "GET", new URL(String(url)).pathname + new URL(String(url)).search, {
    anonymous: true,
  });
  const cookie = entered.headers["set-cookie"]![0]!.split(";", 1)[0]!;
  const me = (await call("GET", "/v1/me")).json() as { project: { id: string } };
  const headers = { cookie, "sec-fetch-site": "same-origin", "steward-project": me.project.id };
  expect((await call("GET", "/v1/me", { headers, anonymous: true })).json()).toMatchObject({
    principal: expect.stringMatching(/^mem_/),
  });
  expect((await call("DELETE", "/v1/session", { headers, anonymous: true })).status).toBe(204);
  expect((await call("GET", "/v1/me", { headers, anonymous: true })).status).toBe(401);
  expect((await call("GET", "/v1/examples")).status).toBe(200);
});
