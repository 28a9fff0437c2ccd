import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { FlowFileInput } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { NewRun, Settled } from "../engine/engine.ts";
import { deleteCredential } from "./delete-credential.ts";
import { deleteFlow } from "./delete-flow.ts";
import { newWorld, out, publish, soon, tokenOf, type Process, type World } from "./flows.testsuite.ts";
import { pauseFlow } from "./pause-flow.ts";
import { putCredential } from "./put-credential.ts";
import { receiveWebhook, type WebhookRequest } from "./receive-webhook.ts";
import { resumeFlow } from "./resume-flow.ts";
import { createWebhookRoutes } from "./webhook-routes.ts";

const RUN = "01234567-89ab-7cde-8f01-0000000000cc";
type WebhookTrigger = Extract<NonNullable<FlowFileInput["triggers"]>[number], { kind: "webhook" }>;

let world: World;
let begun: { run: NewRun; until: string | null }[];
let settled: Settled | null;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(async () => await world.close());
beforeEach(() => {
  begun = [];
  settled = null;
});

async function hook(slug: string, trigger: Partial<WebhookTrigger> = {}): Promise<string> {
  return tokenOf(await publish(world, slug, { triggers: [{ id: "in", kind: "webhook", ...trigger }], steps: [out] }));
}

function deliver(token: string, request: Partial<WebhookRequest> = {}, to: Process = world.process) {
  const parts = {
    routes: to.routes,
    verifySignature: to.verifySignature,
    engine: {
      startRun: async (run: NewRun, until: null | "reply" | "end") => {
        begun.push({ run, until });
        return { run: RUN, repeated: false, settled };
      },
    },
  };
  const plain = {
    token,
    method: "POST",
    path: "",
    headers: {},
    query: {},
    rawBody: Buffer.alloc(0),
    nowMs: world.clock.nowMs(),
  };
  return receiveWebhook(parts, { ...plain, ...request });
}

async function refusalOf(delivery: Promise<unknown>): Promise<AppError | null> {
  try {
    await delivery;
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

async function codeOf(delivery: Promise<unknown>): Promise<string | null> {
  return (await refusalOf(delivery))?.code ?? null;
}

const json = (value: Json) => ({
  headers: { "content-type": "application/json" },
  rawBody: Buffer.from(JSON.stringify(value)),
});
function inputOf(at = 0): JsonObject {
  const { input } = begun[at]!.run;
  if (!isJsonObject(input)) throw new Error("a webhook's input is an object");
  return input;
}

test("a delivery begins a run with what came as its trigger", async () => {
  const token = await hook("plain");
  const { rawBody } = json({ n: 1 });
  const headers = { "content-type": "application/json", "user-agent": "me" };
  const answer = await deliver(token, {
    method: "PUT",
    path: "/a/b",
    headers,
    query: { q: "1", many: ["1", "2"] },
    rawBody,
  });
  expect(answer).toMatchObject({ status: 202, body: JSON.stringify({ run: showId("run", RUN) }) });
  expect(begun).toMatchObject([
    { until: null, run: { trigger: "in", delivery: null, scope: { project: world.scope.project } } },
  ]);
  expect(begun[0]!.run.input).toEqual({
    method: "PUT",
    path: "/a/b",
    headers,
    query: { q: "1", many: ["1", "2"] },
    body: { n: 1 },
    deliveryId: null,
  });
});

test("how long the caller waits is for the trigger's reply to say", async () => {
  settled = { status: "completed", reply: { status: 201, headers: {}, body: { ok: true } }, output: null, error: null };
  expect(await deliver(await hook("waits-step", { reply: "step" }))).toMatchObject({
    status: 201,
    body: '{"ok":true}',
  });
  await deliver(await hook("waits-last", { reply: "last" }));
  expect(begun.map((one) => one.until)).toEqual(["reply", "end"]);
});

test("every token that leads nowhere gets the same answer", async () => {
  const token = await hook("gone");
  const paused = await hook("paused");
  await pauseFlow(world.process.parts, world.scope, "paused", "mem_1");
  await deleteFlow(world.process.parts, world.scope, "gone", "mem_1");
  const messages = new Set<string>();
  for (const wrong of [
    token,
    paused,
    "",
    "x",
    `wh_0_${"0".repeat(52)}`,
    `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`,
    token.toUpperCase(),
    `${token}/`,
    "__proto__",
  ]) {
    const error = await refusalOf(deliver(wrong));
    expect(error).toMatchObject({ code: "not_found", details: {} });
    messages.add(error!.message);
  }
  expect(messages.size).toBe(1);
  await resumeFlow(world.process.parts, world.scope, "paused", "mem_1");
  expect(await codeOf(deliver(paused))).toBeNull();
});

test("another method, too large a body, a body that is not as it says are refused before any run", async () => {
  const token = await hook("refuses", { methods: ["POST", "PUT"], bodyBytesMax: 10, body: "json" });
  await expect(deliver(token, { method: "GET" })).rejects.toMatchObject({
    code: "method_not_allowed",
    details: { allow: ["POST", "PUT"] },
  });
  expect(await codeOf(deliver(token, { rawBody: Buffer.alloc(11) }))).toBe("body_too_large");
  expect(await codeOf(deliver(token, { rawBody: Buffer.from("{") }))).toBe("invalid_request");
  expect(await codeOf(deliver(await hook("takes-1-mb"), { rawBody: Buffer.alloc(1_048_577) }))).toBe("body_too_large");
  expect(begun).toEqual([]);
  expect(await codeOf(deliver(token, { method: "PUT", rawBody: Buffer.from("1") }))).toBeNull();
});

test("R8: a delivery is told from others by its id, keyed by trigger and secret to the project", async () => {
  const token = await hook("deduped");
  const other = await hook("deduped-too");
  await deliver(token, { headers: { "webhook-id": "a", "x-github-delivery": "b", "idempotency-key": "c" } });
  await deliver(token, { headers: { "x-github-delivery": "a", "idempotency-key": "c" } });
  await deliver(token, { headers: { "idempotency-key": "c" } });
  await deliver(other, { headers: { "webhook-id": "a" } });
  await deliver(token);
  const keys = begun.map(({ run }) => run.delivery?.key.toString("hex"));
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(new Set(keys).size).toBe(4);
  expect([0, 1, 2, 3, 4].map((at) => inputOf(at)["deliveryId"])).toEqual(["a", "a", "c", "a", null]);
});

test("dedupeBy names the delivery by what came; a delivery that lacks it is taken", async () => {
  const token = await hook("dedupe-by", { dedupeBy: "{{ trigger.body.event.id }}" });
  for (const body of [{ event: { id: "x" } }, { event: { id: 7 } }, { event: {} }, {}]) {
    const { headers, rawBody } = json(body);
    await deliver(token, { headers: { ...headers, "webhook-id": "ignored" }, rawBody });
  }
  expect([0, 1, 2, 3].map((at) => inputOf(at)["deliveryId"])).toEqual(["x", "7", null, null]);
  expect(begun.map(({ run }) => run.delivery !== null)).toEqual([true, true, false, false]);
});

test("a delivery signed as GitHub signs begins a run, another does not, and nothing is let in without the credential", async () => {
  const token = await hook("signed-github", { signature: { kind: "github", credential: "hub" } });
  const { headers, rawBody } = json({ n: 1 });
  const signature = `sha256=${createHmac("sha256", "s3cret").update(rawBody).digest("hex")}`;
  const delivery = { headers: { ...headers, "x-hub-signature-256": signature }, rawBody };
  expect(await codeOf(deliver(token, delivery))).toBe("signature_invalid");
  await putCredential(
    world.process.parts,
    world.scope,
    "hub",
    { kind: "secret", secret: "s3cret" },
    world.scope.member,
    "mem_1",
  );
  expect(await codeOf(deliver(token, delivery))).toBeNull();
  expect(inputOf()).toMatchObject({ body: { n: 1 }, headers: { "x-hub-signature-256": "[redacted]" } });
  expect(await codeOf(deliver(token, { ...delivery, rawBody: Buffer.from('{"n":2}') }))).toBe("signature_invalid");
  expect(await codeOf(deliver(token, { headers, rawBody }))).toBe("signature_invalid");
  await deleteCredential(world.process.parts, world.scope, "hub", "mem_1");
  expect(await codeOf(deliver(token, delivery))).toBe("not_found"); // it is paused for that
  await resumeFlow(world.process.parts, world.scope, "signed-github", "mem_1");
  await soon(async () => (await codeOf(deliver(token, delivery))) === "signature_invalid");
});

test("a delivery signed by Standard Webhooks begins a run, and is known by its id when it is repeated", async () => {
  const token = await hook("signed-standard", { signature: { kind: "standard", credential: "standard" } });
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  await putCredential(
    world.process.parts,
    world.scope,
    "standard",
    { kind: "secret", secret },
    world.scope.member,
    "mem_1",
  );
  const nowMs = world.clock.nowMs();
  const headers = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(nowMs / 1000)),
    "webhook-signature": new Webhook(secret).sign("msg_1", new Date(nowMs), "hi"),
  };
  await deliver(token, { headers, rawBody: Buffer.from("hi") });
  expect(inputOf()).toMatchObject({
    deliveryId: "msg_1",
    headers: { "webhook-id": "msg_1", "webhook-signature": "[redacted]" },
  });
});

test("a route is at hand without the database, and old in every process once the flow changes", async () => {
  const other = await world.another();
  const token = await hook("routes");
  await soon(async () => {
    await deliver(token, {}, other);
    return other.routes.peek(token) !== null;
  });
  await publish(world, "routes", { name: "Next", triggers: [{ id: "in", kind: "webhook" }] });
  await deliver(token);
  expect(begun.at(-1)!.run.version.number).toBe(2);
  await soon(async () => {
    await deliver(token, {}, other);
    return begun.at(-1)!.run.version.number === 2;
  });
  await pauseFlow(world.process.parts, world.scope, "routes", "mem_1");
  expect(await codeOf(deliver(token))).toBe("not_found");
  await soon(async () => (await codeOf(deliver(token, {}, other))) === "not_found");
});

test("without any word of a change, a route is believed for a second, and renewed beside its use before that", async () => {
  const token = await hook("believed");
  const routes = createWebhookRoutes({ ...world.process.parts, dispatch: world.db.dispatch });
  const deaf = { ...world.process, routes };
  const setActive = async (active: boolean) =>
    await world.db.admin.query({
      text: "update steward.triggers set active = $1 where flow in (select id from steward.flows where slug = 'believed')",
      values: [active],
    });
  await deliver(token, {}, deaf);
  await setActive(false);
  await deliver(token, {}, deaf);
  world.clock.advance(1000);
  expect(routes.peek(token)).toBeNull();
  expect(await codeOf(deliver(token, {}, deaf))).toBe("not_found");
  await setActive(true);
  await deliver(token, {}, deaf);
  const before = routes.peek(token);
  world.clock.advance(600);
  expect(routes.peek(token)).toBe(before);
  await soon(() => routes.peek(token) !== before);
  expect(routes.peek(token)).not.toBeNull();
});

test("whatever comes, only refusals are thrown, and no secret gets into the run", async () => {
  const tokens = await Promise.all(
    (["auto", "json", "form", "text", "raw"] as const).map((body) =>
      hook(`any-${body}`, { body, dedupeBy: "{{ trigger.body.id }}" }),
    ),
  );
  const SECRET = "Sesam-4711-öffne";
  const names = fc.constantFrom(
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-hub-signature",
    "x-hub-signature-256",
    "webhook-signature",
    "x-api-key",
    "x-gitlab-token",
    "stripe-signature",
    "x-amz-security-token",
    "set-cookie",
  );
  const odd = fc.constantFrom(
    "__proto__",
    "constructor",
    "tostring",
    "content-type",
    "content-encoding",
    "webhook-id",
    "x-other",
  );
  const headers = fc.tuple(
    fc.dictionary(names, fc.constantFrom(SECRET, `Bearer ${SECRET}`, [SECRET, "x"])),
    fc.dictionary(
      odd,
      fc.oneof(
        fc.string(),
        fc.array(fc.string()),
        fc.constantFrom("application/json", "application/x-www-form-urlencoded"),
      ),
    ),
  );
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tokens),
      headers,
      body,
      fc.dictionary(fc.string(), fc.string()),
      async (token, [secret, plain], rawBody, query) => {
        begun = [];
        const own = { "x-original-uri": `/webhooks/${token}/x` };
        const code = await codeOf(
          deliver(token, { headers: { ...plain, ...secret, ...own }, query, rawBody: Buffer.from(rawBody) }),
        );
        expect([null, "invalid_request", "media_type_unsupported"]).toContain(code);
        const text = JSON.stringify(begun.map(({ run }) => run.input));
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain(token);
      },
    ),
    { numRuns: 300 },
  );
});
