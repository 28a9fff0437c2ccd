import { expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { GRANTED } from "../core/ports/gate.testsuite.ts";
import type { Intended } from "../core/ports/gate.ts";
import { CHECKS } from "./checks.ts";
import { HTTP_CHECKS } from "./http-checks.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import { uuidOf } from "./policy.testsuite.ts";
import {
  answer,
  callOf,
  closedPort,
  connection as connectionRow,
  connections,
  credential,
  keys,
  openGate,
  serve,
  settled,
} from "./gate.testsuite.ts";
import { digestEffect } from "./matter.ts";

test("an effect is sent as its arguments say, and its answer is the result", async () => {
  const server = await serve((socket) => socket.write(answer('{"ok":true}', { "content-type": "application/json" })));
  const headers = { "content-type": "application/json", "x-a": "1" };
  const call = callOf({ url: `${server.url}orders?x=1`, method: "POST", headers, body: '{"id":1}' });
  const { outcome } = await openGate().gate.perform(call);
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatch(/^POST \/orders\?x=1 HTTP\/1\.1\r\n/);
  expect(server.requests[0]).toContain("x-a: 1\r\n");
  expect(server.requests[0]).toMatch(/\r\n\r\n\{"id":1\}$/);
  expect(outcome).toEqual({
    kind: "done",
    result: {
      status: 200,
      headers: { "content-length": "11", "content-type": "application/json" },
      body: '{"ok":true}',
      encoding: "utf8",
    },
  });
});

test("E1 nothing leaves, not even a connection, before the intent is committed", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const commit = Promise.withResolvers<Intended>();
  const performed = openGate().gate.perform(callOf({ url: server.url }, {}, { intend: () => commit.promise }));
  await settled();
  expect(server.sockets).toHaveLength(0);
  commit.resolve(GRANTED);
  expect((await performed).outcome.kind).toBe("done");
  expect(server.requests).toHaveLength(1);
});

test("E1 when the intent can't be recorded, nothing leaves and the caller gets the reason", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const lost = new Error("the run was lost");
  const call = callOf({ url: server.url }, {}, { intend: async () => Promise.reject(lost) });
  await expect(openGate().gate.perform(call)).rejects.toBe(lost);
  await settled();
  expect(server.sockets).toHaveLength(0);
});

test("E2 an effect that was cancelled before is refused without an intent", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const aborted = callOf({ url: server.url });
  aborted.controller.abort();
  for (const call of [aborted, callOf({ url: server.url }, {}, { mayProceed: () => false })]) {
    const { outcome, audit } = await openGate().gate.perform(call);
    expect(outcome).toMatchObject({ kind: "refused", code: "cancelled" });
    expect(call.intents).toHaveLength(0);
    expect(audit).toMatchObject([{ action: "effect.refused", facts: { check: "not_cancelled", code: "cancelled" } }]);
  }
  expect(server.sockets).toHaveLength(0);
});

test("E2 an effect that is cancelled while its intent is committed is not sent", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const controller = new AbortController();
  const aborting = { signal: controller.signal, intend: async () => (controller.abort(), GRANTED) };
  let stands = true;
  const losing = { mayProceed: () => stands, intend: async () => ((stands = false), GRANTED) };
  for (const change of [aborting, losing]) {
    const { outcome, audit } = await openGate().gate.perform(callOf({ url: server.url }, {}, change));
    expect(outcome).toMatchObject({ kind: "refused", code: "cancelled" });
    expect(audit).toMatchObject([{ action: "effect.outcome", facts: { outcome: "refused", code: "cancelled" } }]);
  }
  await settled();
  expect(server.sockets).toHaveLength(0);
});

test("E2 a worker that loses its lease while it connects sends no byte", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  let asked = 0;
  const call = callOf({ url: server.url }, {}, { mayProceed: () => (asked += 1) <= 2 });
  const { outcome } = await openGate().gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(asked).toBe(3);
  await settled();
  expect(server.requests).toHaveLength(0);
  expect(server.sockets.map((socket) => socket.bytesRead)).toEqual([0]);
});

async function fate(url: string, timeoutMs = 5_000): Promise<unknown> {
  return (await openGate().gate.perform(callOf({ url }, { timeoutMs }))).outcome;
}

test("R5 a timeout, a reset, a broken answer, an abort and a silent worker alike are unknown", async () => {
  const hung = await serve(() => undefined);
  const resets = await serve((socket) => socket.resetAndDestroy());
  const breaks = await serve((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"));
  const garbage = await serve((socket) => socket.end("hello?\r\n\r\n"));
  expect(await fate(hung.url, 30)).toMatchObject({ kind: "unknown", code: "timeout" });
  expect(await fate(resets.url)).toMatchObject({ kind: "unknown", code: "reset" });
  expect(await fate(breaks.url)).toMatchObject({ kind: "unknown", code: "truncated" });
  expect(await fate(garbage.url)).toMatchObject({ kind: "unknown", code: "protocol" });

  const { gate, egress } = openGate();
  const cancelled = callOf({ url: hung.url });
  const first = gate.perform(cancelled);
  const second = gate.perform(callOf({ url: hung.url }));
  while (hung.requests.length < 3) await settled();
  cancelled.controller.abort();
  expect((await first).outcome).toMatchObject({ kind: "unknown", code: "aborted" });
  egress.abortAll("nothing was heard for 500 ms");
  const { outcome, audit } = await second;
  expect(outcome).toMatchObject({ kind: "unknown", code: "aborted" });
  expect(audit).toMatchObject([
    { action: "effect.outcome", facts: { outcome: "unknown", code: "aborted", status: null } },
  ]);
});

test("R5 what was provably not sent is a known failure, so that a retry policy may cover it", async () => {
  const port = await closedPort();
  const { gate } = openGate();
  expect((await gate.perform(callOf({ url: `http://127.0.0.1:${port}/` }))).outcome).toMatchObject({
    kind: "failed",
    code: "connect",
  });
  const nameless = openGate({ egressOptions: { resolve: async () => Promise.reject(new Error("ENOTFOUND")) } });
  expect((await nameless.gate.perform(callOf({ url: "http://sink.test/" }))).outcome).toMatchObject({
    kind: "failed",
    code: "dns",
  });
  const busy = openGate({ egressOptions: { requestsMax: 0, waitingMax: 0 } });
  expect((await busy.gate.perform(callOf({ url: "http://127.0.0.1/" }))).outcome).toMatchObject({
    kind: "failed",
    code: "overloaded",
  });
});

test("an answer over the limit fails as done, with its status, whether its length was announced or not", async () => {
  const announced = await serve((socket) => socket.write(answer("x".repeat(11))));
  const streamed = await serve((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(11)}`));
  for (const { url } of [announced, streamed]) {
    const { outcome, audit } = await openGate({ responseBytesMax: 10 }).gate.perform(callOf({ url }));
    expect(outcome).toMatchObject({ kind: "failed", code: "response_too_large" });
    expect(audit).toMatchObject([{ facts: { outcome: "failed", code: "response_too_large", status: 200, bytes: 11 } }]);
  }
  const enough = await openGate({ responseBytesMax: 11 }).gate.perform(callOf({ url: announced.url }));
  expect(enough.outcome.kind).toBe("done");
});

test("what the egress refuses after the intent is refused, and the audit has it", async () => {
  const { gate } = openGate();
  const call = callOf({ url: "http://169.254.169.254/latest/meta-data/" });
  const { outcome, audit } = await gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "address_forbidden" });
  expect(call.intents).toHaveLength(1);
  expect(audit).toMatchObject([{ facts: { outcome: "refused", code: "address_forbidden", host: "169.254.169.254" } }]);
});

test("an idempotency key is sent identically at every sending, and the flow can't change it", async () => {
  const server = await serve((socket) => socket.write(answer("hi")));
  const { gate } = openGate();
  for (const mine of ["a", "b"]) {
    const headers = { "idempotency-key": mine };
    await gate.perform(callOf({ url: server.url, headers }, { repeat: "key" }, { idempotencyKey: "k-1" }));
  }
  const sent = server.requests.map((request) => request.match(/^idempotency-key: .*$/gim));
  expect(sent).toEqual([["idempotency-key: k-1"], ["idempotency-key: k-1"]]);
  await gate.perform(callOf({ url: server.url }));
  expect(server.requests[2]).not.toMatch(/idempotency-key/i);
});

test("G1 the audit says who did what where and how it ended, and nothing of the content", async () => {
  const server = await serve((socket) => socket.write(answer("canary-answer", { "x-canary-name": "canary-value" })));
  const headers = { "x-canary": "canary-header" };
  const request = { url: `${server.url}canary-path?q=canary-query`, method: "POST", headers, body: "canary-body" };
  const call = callOf(request, { credential: "crm", repeat: "never" }, { path: [2, 0], attempt: 2 });
  const crm = credential("canary-secret");
  const { audit } = await openGate({ credentials: [crm] }).gate.perform(call);
  const common = {
    effect: "http.request",
    version: 3,
    attempt: 2,
    host: "127.0.0.1",
    credential: expect.stringMatching(/^crd_/),
    connection: null,
    digest: digestOf(call.effect, crm.id),
  };
  const decided = { decidedBy: showId("grt", uuidOf("grant", 0)), line: 0, approval: null };
  const about = { atMs: 1_000, project: call.project, actor: "flow:orders", target: "run_1/2.0/send" };
  expect(call.intents).toEqual([
    [{ ...about, action: "effect.intent", facts: { ...common, ...decided, method: "POST", repeat: "never" } }],
  ]);
  const outcome = { outcome: "done", code: null, status: 200, bytes: 13, answeredBy: "127.0.0.1", ms: 5 };
  expect(audit).toEqual([{ ...about, action: "effect.outcome", facts: { ...common, ...outcome } }]);
  expect(JSON.stringify([call.intents, audit])).not.toContain("canary");
});

test("a refusal is in the audit with the check it comes from, and nothing of the content", async () => {
  const call = callOf({ url: "ftp://canary.test/canary" });
  const { outcome, audit } = await openGate().gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "scheme_forbidden" });
  expect(call.intents).toHaveLength(0);
  expect(audit).toMatchObject([
    {
      action: "effect.refused",
      target: "run_1/send",
      facts: { check: "egress", code: "scheme_forbidden", host: null },
    },
  ]);
  expect(JSON.stringify(audit)).not.toContain("canary");
});

test("the digest is of action, arguments and credential, whatever the order of the fields, and keyed", () => {
  const ask = { method: "POST", url: "https://a.test/", headers: { a: "1", b: "2" }, body: null };
  const { effect } = callOf(ask);
  const digest = digestOf(effect);
  expect(digest).toMatch(/^[\w-]{43}$/);
  const turned = { body: null, headers: { b: "2", a: "1" }, url: ask.url, method: "POST" };
  expect(digestOf({ ...effect, arguments: turned })).toBe(digest);
  expect(digestOf({ ...effect, repeat: "never", timeoutMs: 1 })).toBe(digest);
  expect(digestOf(effect, uuidOf("connection", 1))).not.toBe(digest);
  expect(digestOf({ ...effect, arguments: { ...ask, body: "" } })).not.toBe(digest);
});

function digestOf({ action, arguments: given }: EffectRequest, connection: string | null = null): string {
  return digestEffect(keys, { action, connection, arguments: given }).toString("base64url");
}

/** For each check, an effect that it alone refuses, in their order. */
const REFUSED_BY: Record<string, () => Parameters<typeof callOf>> = {
  not_cancelled: () => [{ url: "http://127.0.0.1:9/" }, {}, { mayProceed: () => false }],
  connection_exists: () => [{ url: "http://127.0.0.1:9/" }, { connection: "nobody" }],
  connection_active: () => [{ url: "http://127.0.0.1:9/" }, { connection: "dead" }],
  connection_usable: () => [{ url: "http://127.0.0.1:9/" }, { connection: "hers" }],
  credential_exists: () => [{ url: "http://127.0.0.1:9/" }, { credential: "nobody" }],
  credential_kind: () => [{ url: "http://127.0.0.1:9/" }, { credential: "hook" }],
  credential_host: () => [{ url: "http://127.0.0.2:9/" }, { credential: "crm" }],
  granted: () => [{ url: "http://127.0.0.1:9/" }, { connection: "other" }],
  priced: () => [{ url: "http://127.0.0.1:9/" }, { action: "test.priced" }],
  egress: () => [{ url: "http://127.0.0.1:9/", headers: { host: "elsewhere" } }],
};

const LISTS = [CHECKS.first, HTTP_CHECKS.usable, CHECKS.granted, HTTP_CHECKS.checks];

test.each(LISTS.flat().map((check) => check.name))(
  "the check %s refuses before the intent, and nothing else does",
  async (name) => {
    const given = {
      credentials: [credential("s3cret"), credential("whsec", { slug: "hook", kind: "secret" })],
      connections: connections([
        connectionRow({ slug: "dead", status: "reauth_required" }),
        connectionRow({ slug: "hers", owner: uuidOf("account", 1) }),
        connectionRow({ slug: "other" }),
      ]),
      inForce: {
        grants: ["dead", "hers"].map((slug, at) => ({
          connection: uuidOf("connection", at),
          form: { to: "project", connection: slug, lines: [{ actions: ["http.request"] }] },
        })),
        budgets: [{ unit: "money" as const, currency: "EUR", amount: 1_000_000 }],
      },
    };
    const [request, effect, change] = REFUSED_BY[name]!();
    const call = callOf(request, effect, change);
    const { outcome, audit } = await openGate(given).gate.perform(call);
    expect(outcome.kind).toBe("refused");
    expect(audit).toMatchObject([{ action: "effect.refused", facts: { check: name } }]);
    expect(call.intents).toHaveLength(0);

    const without = <One extends { readonly name: string }>(list: readonly One[]) =>
      list.filter((check) => check.name !== name);
    const open = callOf(request, effect, change);
    const { gate } = openGate({
      ...given,
      checks: { first: without(CHECKS.first), granted: without(CHECKS.granted) },
      httpChecks: { usable: without(HTTP_CHECKS.usable), checks: without(HTTP_CHECKS.checks) },
    });
    const performed = await gate.perform(open).catch((error: unknown) => error);
    expect(performed).not.toMatchObject({ audit: [{ facts: { check: name } }] });
  },
);
