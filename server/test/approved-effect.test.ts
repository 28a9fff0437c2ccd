/** The whole Steward: an effect that a grant lets through only with a person's word, what they change, and a revoke in the middle. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Approval, ApprovalSummary, Grant, RevokedGrant } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./steward-home.ts";
import { startWhole, type WholeSteward } from "./tenant-objects-server.ts";

interface Received {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let steward: WholeSteward;
const received: Received[] = [];
const provider = createServer((request, response) => {
  void receive(request, response);
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const { url = "", headers } = request;
  if (url === "/hang") return;
  received.push({ url, authorization: headers.authorization, body });
  response.end("{}");
}

/** Of the provider. */
function openConnections(): Promise<number> {
  return new Promise((done) => {
    provider.getConnections((_error, count) => done(count));
  });
}

beforeAll(async () => {
  await new Promise<void>((done) => void provider.listen(0, "127.0.0.1", done));
  steward = await startWhole({ STEWARD_EGRESS_ALLOW: "127.0.0.1" });
  await made("PUT", "/v1/credentials/shop", { kind: "bearer", secret: "s3cret", hosts: ["127.0.0.1"] });
}, 60_000);
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await steward.close();
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text;
}

async function made<T = Record<string, unknown>>(method: string, target: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${steward.key}` };
  const answer = await steward.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
  return (answer.text === "" ? {} : answer.json()) as T;
}

const at = (path: string): string => `http://127.0.0.1:${(provider.address() as AddressInfo).port}${path}`;

async function publish(slug: string, path: string): Promise<void> {
  const input = { method: "POST", url: at(path), body: { pay: "{{ trigger.body.pay }}" }, credential: "shop" };
  const steps = [{ id: "order", kind: "http", input }];
  await made("PUT", `/v1/flows/${slug}`, { format: 1, name: slug, steps });
  await made("POST", `/v1/flows/${slug}/publish`);
}

async function setGrant(lines: unknown): Promise<string> {
  const { items } = await made<{ items: Grant[] }>("GET", "/v1/grants?credential=shop");
  const [grant] = items;
  const form = { to: "project", credential: "shop", lines };
  await made("PUT", `/v1/grants/${grant!.id}`, { version: grant!.version, form });
  return grant!.id;
}

const start = async (slug: string, pay: number): Promise<string> =>
  String((await made("POST", `/v1/flows/${slug}/runs`, { input: { pay } }))["id"]);

const ended = (run: string): Promise<Record<string, unknown>> =>
  eventually(`${run} has ended`, 15_000, async () => {
    const shown = await made("GET", `/v1/runs/${run}`);
    return ["completed", "failed", "cancelled"].includes(String(shown["status"])) ? shown : null;
  });

const asked = (run: string): Promise<Approval> =>
  eventually(`${run} asks`, 10_000, async () => {
    const { items } = await made<{ items: ApprovalSummary[] }>("GET", `/v1/approvals?run=${run}`);
    return items[0] ? await made<Approval>("GET", `/v1/approvals/${items[0].id}`) : null;
  });

test(
  "nothing leaves before a person's word; what they change is what is sent, if the grant lets it",
  { timeout: 60_000 },
  async () => {
    await publish("pay", "/orders");
    const when = [{ field: "url", domains: ["127.0.0.1"] }];
    await setGrant([{ actions: ["http.request"], when, approval: { when: "always", by: ["role:owner"] } }]);
    const run = await start("pay", 20);
    const approval = await asked(run);
    expect(approval).toMatchObject({
      action: "http.request",
      status: "open",
      mine: true,
      arguments: { url: at("/orders") },
    });
    expect(approval.arguments).toMatchObject({ body: '{"pay":20}' });
    expect(received).toEqual([]);
    expect(await made("GET", `/v1/runs/${run}`)).toMatchObject({ status: "waiting" });
    const decide = (one: Approval, more: object): Promise<Approval> =>
      made<Approval>("POST", `/v1/approvals/${one.id}/decision`, { decision: "approve", digest: one.digest, ...more });
    const changed = { ...(approval.arguments as object), body: '{"pay":5}' };
    await decide(approval, { arguments: changed });
    expect(await ended(run)).toMatchObject({ status: "completed" });
    expect(received).toEqual([{ url: "/orders", authorization: "Bearer s3cret", body: '{"pay":5}' }]);
    expect((await made<Approval>("GET", `/v1/approvals/${approval.id}`)).status).toBe("used");

    const other = await start("pay", 20);
    const second = await asked(other);
    const evil = { arguments: { ...changed, url: "https://evil.example/" } };
    await expect(decide(second, evil)).rejects.toThrow(/ 422 .*value_invalid.*/);
    expect(received).toHaveLength(1);
    expect((await asked(other)).status).toBe("open");

    // What the grant forbids meanwhile is refused when its turn comes, and reads as what it is.
    await setGrant([{ actions: ["http.request"], when: [{ field: "url", domains: ["elsewhere.example"] }] }]);
    await decide(second, {});
    expect(await ended(other)).toMatchObject({ status: "failed" });
    const late = await made<Approval>("GET", `/v1/approvals/${second.id}`);
    expect(late).toMatchObject({ status: "withdrawn", decidedAt: expect.stringMatching(/Z$/) });
    expect(received).toHaveLength(1);
    await setGrant([{ actions: ["http.request"], when, approval: { when: "always", by: ["role:owner"] } }]);

    const third = await start("pay", 20);
    const rejected = await asked(third);
    await decide(rejected, { decision: "reject" });
    expect(await ended(third)).toMatchObject({ status: "failed", error: { code: "approval_rejected" } });
    expect(received).toHaveLength(1);
  },
);

test("a revoked grant lets nothing more leave, and says what was in flight", { timeout: 60_000 }, async () => {
  await publish("hang", "/hang");
  const id = await setGrant([{ actions: ["http.request"] }]);
  const run = await start("hang", 1);
  await eventually("it is sent", 10_000, async () => {
    return (await openConnections()) > 0 ? true : null;
  });
  const { grant, stopped } = await made<RevokedGrant>("DELETE", `/v1/grants/${id}`);
  expect(grant.stands).toBe(false);
  expect(stopped.silent).toEqual([]);
  expect(stopped.inFlight).toMatchObject([{ run, step: "order", action: "http.request", fate: "unknown" }]);
  await eventually("it is closed", 5_000, async () => {
    return (await openConnections()) === 0 ? true : null;
  });
  expect(stopped.pausedFlows.toSorted()).toEqual(["hang", "pay"]);
  expect(stopped.cancelledRuns).toEqual([run]);
  expect(await ended(run)).toMatchObject({ status: "cancelled" });
  const before = received.length;
  await expect(start("pay", 1)).rejects.toThrow("flow_paused");
  const shown = await made("GET", "/v1/flows/pay");
  expect(shown).toMatchObject({ paused: true, pausedBecause: { ended: "grant", name: id } });
  await made("POST", "/v1/flows/pay/resume");
  const next = await start("pay", 1);
  expect(await ended(next)).toMatchObject({ status: "failed", error: { code: "not_granted" } });
  expect(received).toHaveLength(before);
});
