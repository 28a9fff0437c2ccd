/** The simulator over HTTP: the gate's own decision, with the counters as they stand, and nothing is done. */
import type { Grant, Limit, Simulated } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseId, showId } from "../core/id.ts";
import { accountText, grantWorld, type GrantWorld, refusal } from "./grants.testsuite.ts";

let it: GrantWorld;
let grant: Grant;
const MAIL = { to: ["bob@example.com"], subject: "Hello", text: "You" };
const ASKED = { principal: "flow:refund", connection: "mail", action: "gmail.send", arguments: MAIL };

beforeAll(async () => {
  it = await grantWorld();
  await it.connect("mail");
  await it.connect("hub", { connector: "github" });
  await it.flow("refund", "Refund");
  const when = [{ field: "to", domains: ["example.com"] }];
  const lines = [{ actions: ["gmail.send"], when, rate: [{ times: 20, per: "day" }] }];
  grant = (
    await it.owner.call("POST", "/v1/grants", { body: { to: "flow:refund", connection: "mail", lines } })
  ).json() as Grant;
});
afterAll(async () => await it.close());

async function simulate(more: object = {}): Promise<Simulated> {
  const answer = await it.owner.call("POST", "/v1/grants/simulate", { body: { ...ASKED, ...more } });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json() as Simulated;
}

test("an effect that a line covers is allowed by it, and counts against its cap", async () => {
  expect(await simulate()).toEqual({
    allowed: true,
    code: null,
    reason: null,
    decidedBy: { id: grant.id, line: 0, sentence: grant.sentences[0] },
    approval: null,
    reserves: [
      {
        cap: expect.stringMatching(/^cap_/),
        level: "grant",
        unit: "calls",
        currency: null,
        period: "day",
        amount: 1,
        left: 20,
        fits: true,
      },
    ],
  });
});

test("one that no line covers is refused with the nearest and what stands in its way", async () => {
  const answer = await simulate({ arguments: { ...MAIL, to: ["bob@example.com", "eve@evil.example"] } });
  expect(answer).toMatchObject({ allowed: false, code: "not_granted", decidedBy: { id: grant.id, line: 0 } });
  expect(answer.reason).toContain("to: eve@evil.example is not in example.com");
  expect(await simulate({ principal: "flow:other" })).toMatchObject({ allowed: false, code: "not_granted" });
  expect(await simulate({ principal: "project" })).toMatchObject({ allowed: false, code: "not_granted" });
});

test("an event is asked about like an action that reads", async () => {
  const event = { action: "gmail.new_mail", arguments: { label: "INBOX" } };
  expect(await simulate(event)).toMatchObject({ allowed: false, code: "not_granted" });
  const wrong = { ...ASKED, ...event, arguments: { folder: "x" } };
  const answer = await it.owner.call("POST", "/v1/grants/simulate", { body: wrong });
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining("arguments.folder")]);
});

test("counters stand as they are now: what is spent or reserved leaves less, and none says which cap", async () => {
  const { reserves } = await simulate();
  const [cap] = reserves;
  const day = new Date(it.http.clock.nowMs()).toISOString().slice(0, 10);
  const count = (spent: number, reserved: number): Promise<unknown> =>
    it.http.db.admin.query({
      text: `insert into steward.cap_counters (organization, cap, period_key, spent, reserved, updated_at) values ($1, $2, $3, $4, $5, now())
        on conflict (organization, cap, period_key) do update set spent = $4, reserved = $5`,
      values: [it.http.installed.organization, parseId("cap", cap!.cap)!, day, spent, reserved],
    });
  await count(12, 3);
  expect((await simulate()).reserves).toMatchObject([{ left: 5, fits: true }]);
  await count(18, 2);
  expect(await simulate()).toMatchObject({
    allowed: false,
    code: "rate_exceeded",
    reason: expect.stringContaining("0 calls left"),
    decidedBy: { id: grant.id },
    reserves: [{ left: 0, fits: false }],
  });
  const tomorrow = new Date(it.http.clock.nowMs() + 86_400_000).toISOString();
  expect(await simulate({ at: tomorrow })).toMatchObject({ allowed: true, reserves: [{ left: 20 }] });
  await count(0, 0);
});

test("a limit above decides before any grant, and asks people beside the line's", async () => {
  const at = `/v1/organizations/${showId("org", it.http.installed.organization)}/limits`;
  const set = async (where: string, body: object): Promise<Limit> =>
    (await it.owner.call("POST", where, { body })).json() as Limit;
  const when = [{ field: "to", domains: ["example.org"] }];
  const limit = await set(at, { lines: [{ actions: ["gmail.send"], when }] });
  expect(await simulate()).toMatchObject({
    allowed: false,
    code: "limit_refused",
    decidedBy: { id: limit.id, line: 0, sentence: limit.sentences[0] },
    reserves: [],
  });
  await it.owner.call("DELETE", `${at}/${limit.id}`);
  const by = [`member:${accountText(it.owner)}`, "role:owner"];
  const asking = await set("/v1/limits", {
    lines: [{ actions: ["write"], approval: { when: "always", by, quorum: 2 } }],
  });
  expect(await simulate()).toMatchObject({
    allowed: true,
    approval: {
      why: [{ kind: "always", field: null, of: asking.id }],
      parties: [{ approvers: by, quorum: 2 }],
      expiresHours: 72,
    },
  });
  await it.owner.call("DELETE", `/v1/limits/${asking.id}`);
});

test("a tainted run is asked about where it would send to, unless that is literal or a condition", async () => {
  const lines = [{ actions: ["gmail.send"], when: [{ field: "to", any: true }] }];
  await it.flow("open");
  await it.owner.call("POST", "/v1/grants", { body: { to: "flow:open", connection: "mail", lines } });
  const principal = "flow:open";
  expect(await simulate({ principal })).toMatchObject({ allowed: true, approval: null });
  expect(await simulate({ principal, tainted: true })).toMatchObject({
    allowed: true,
    approval: { why: [{ kind: "destination", field: "to" }], parties: [{ approvers: ["may_grant"], quorum: 1 }] },
  });
  expect(await simulate({ principal, tainted: true, literal: ["to"] })).toMatchObject({ approval: null });
  expect(await simulate({ tainted: true })).toMatchObject({ approval: null });
});

test("budgets count too, and one in money refuses what has no price in its currency", async () => {
  const set = (body: object) => it.owner.call("POST", "/v1/budgets", { body });
  await set({ level: "flow", subject: "refund", unit: "money", currency: "EUR", period: "month", amount: 10 });
  await set({ level: "member", subject: accountText(it.owner), unit: "tokens", period: "day", amount: 100 });
  const cost = { amount: 2.5, currency: "EUR" };
  const startedBy = accountText(it.owner);
  const answer = await simulate({ cost, tokens: 40, startedBy });
  expect(answer.reserves.map(({ level, unit, amount, left }) => [level, unit, amount, left])).toEqual([
    ["member", "tokens", 40, 100],
    ["flow", "money", 2.5, 10],
    ["grant", "calls", 1, 20],
  ]);
  expect(await simulate({ cost: { ...cost, amount: 11 } })).toMatchObject({ allowed: false, code: "budget_exceeded" });
  expect(await simulate({ cost: { ...cost, currency: "USD" } })).toMatchObject({
    allowed: false,
    code: "price_unknown",
  });
  expect((await simulate()).reserves.map(({ unit }) => unit)).toEqual(["calls"]);
});

test("what can't be asked is refused by its field", async () => {
  const ask = async (more: object): Promise<unknown> =>
    refusal(await it.owner.call("POST", "/v1/grants/simulate", { body: { ...ASKED, ...more } }));
  expect(await ask({ action: "gmail.nope" })).toEqual(["value_invalid", "action"]);
  expect(await ask({ arguments: { ...MAIL, nope: 1 } })).toEqual(["value_invalid", "arguments.nope"]);
  expect(await ask({ arguments: { ...MAIL, to: 5 } })).toEqual(["value_invalid", "arguments.to"]);
  expect(await ask({ connection: "nope" })).toEqual(["value_invalid", "connection"]);
  expect(await ask({ connection: "hub" })).toEqual(["value_invalid", "action"]);
  expect(await ask({ connection: undefined })).toEqual(["value_invalid", "connection"]);
  expect(
    await ask({ connection: undefined, action: "sql.query", arguments: { sql: "select 1" }, credential: "x" }),
  ).toEqual(["value_invalid", "credential"]);
});

test("http without a credential needs no grant; with one its grant decides, by the class of its method", async () => {
  const request = {
    action: "http.request",
    connection: undefined,
    arguments: { url: "https://api.example.com/orders" },
  };
  expect(await simulate(request)).toMatchObject({ allowed: true, decidedBy: null, reserves: [] });
  await it.owner.call("PUT", "/v1/credentials/api", {
    body: { kind: "bearer", secret: "s", hosts: ["api.example.com"], flows: ["refund"] },
  });
  const signed = { ...request, credential: "api" };
  expect(await simulate(signed)).toMatchObject({ allowed: true, decidedBy: { line: 0 } });
  expect(await simulate({ ...signed, principal: "flow:open" })).toMatchObject({ code: "not_granted" });
  const [standing] = ((await it.owner.call("GET", "/v1/grants?credential=api")).json() as { items: Grant[] }).items;
  const form = { ...standing!.form, lines: [{ actions: ["read"] }] };
  await it.owner.call("PUT", `/v1/grants/${standing!.id}`, { body: { version: 1, form } });
  expect(await simulate(signed)).toMatchObject({ allowed: true });
  const deleting = { ...signed, arguments: { method: "DELETE", url: "https://api.example.com/orders/1" } };
  expect(await simulate(deleting)).toMatchObject({ code: "not_granted" });
  // Its hosts bind where it goes, so that nobody has to be asked where the run has read what others wrote.
  expect(await simulate({ ...signed, tainted: true })).toMatchObject({ allowed: true, approval: null });
});

test("nothing is kept of what was asked", async () => {
  const before = await it.http.db.admin.query({ text: "select * from steward.cap_counters" });
  const acts = (await it.acts()).length;
  await simulate();
  expect((await it.http.db.admin.query({ text: "select * from steward.cap_counters" })).rows).toEqual(before.rows);
  expect((await it.acts()).length).toBe(acts);
});
