/** Budgets over HTTP: set, shown with what stands on them now, changed while something is reserved, ended. */
import type { Budget } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseId, showId } from "../core/id.ts";
import type { TestAnswer } from "../../test/http-server.ts";
import { accountText, grantWorld, type GrantWorld, refusal } from "./grants.testsuite.ts";

let it: GrantWorld;
beforeAll(async () => {
  it = await grantWorld();
  await it.flow("refund");
});
afterAll(async () => await it.close());

const above = (): string => `/v1/organizations/${showId("org", it.http.installed.organization)}/budgets`;
const MONEY = { unit: "money", currency: "EUR", amount: 50.25, period: "month" };

const post = (body: object, at = "/v1/budgets"): Promise<TestAnswer> => it.http.call("POST", at, { body });

async function set(body: object, at?: string): Promise<Budget> {
  const answer = await post(body, at);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.json() as Budget;
}

const listed = async (at = "/v1/budgets"): Promise<Budget[]> =>
  ((await it.http.call("GET", at)).json() as { items: Budget[] }).items;

async function count(id: string, periodKey: string, spent: number, reserved: number): Promise<void> {
  await it.http.db.admin.query({
    text: `insert into steward.cap_counters (organization, cap, period_key, spent, reserved, updated_at) values ($1, $2, $3, $4, $5, now())`,
    values: [it.http.installed.organization, parseId("cap", id)!, periodKey, spent, reserved],
  });
}

test("one is set, shown with what stands on it in its period, changed, ended, and each is audited", async () => {
  const { clock } = it.http;
  const made = await set({ level: "project", ...MONEY });
  const month = new Date(clock.nowMs()).toISOString().slice(0, 7);
  const now = {
    period: month,
    spent: 0,
    reserved: 0,
    left: 50.25,
    endsAt: expect.stringMatching(/-01T00:00:00\.000Z$/),
  };
  expect(made).toMatchObject({
    id: expect.stringMatching(/^cap_/),
    level: "project",
    project: showId("prj", it.http.installed.project),
    subject: "",
    ...MONEY,
    softPercent: 80,
    source: "budget",
    now,
    updatedBy: expect.stringMatching(/^key_/),
  });
  await count(made.id, month, 40_000_000, 5_000_000);
  await count(made.id, "2020-01", 9_000_000, 0);
  expect(await listed()).toMatchObject([{ id: made.id, now: { spent: 40, reserved: 5, left: 5.25 } }]);
  const lowered = await it.http.call("PATCH", `/v1/budgets/${made.id}`, { body: { amount: 30, softPercent: 50 } });
  expect(lowered.json()).toMatchObject({ amount: 30, softPercent: 50, now: { spent: 40, reserved: 5, left: 0 } });
  expect((await it.http.call("DELETE", `/v1/budgets/${made.id}`)).status).toBe(204);
  expect(await listed()).toEqual([]);
  expect(refusal(await it.http.call("PATCH", `/v1/budgets/${made.id}`, { body: { amount: 1 } }))).toBe("not_found");
  const acts = (await it.acts()).filter(({ target }) => target === made.id);
  expect(acts.map(({ action, facts }) => [action, facts["amount"]])).toEqual([
    ["budget.set", 50_250_000],
    ["budget.changed", 30_000_000],
    ["budget.ended", 30_000_000],
  ]);
});

test("a day is one of the project's zone, an hour 60 minutes, a run each its own", async () => {
  const { clock, db, installed } = it.http;
  await db.admin.query({
    text: "update steward.projects set time_zone = 'Pacific/Auckland' where id = $1",
    values: [installed.project],
  });
  const spring = Date.parse("2027-01-10T12:00:00Z");
  clock.jump(spring - clock.nowMs());
  const day = await set({ level: "project", unit: "calls", amount: 5, period: "day" });
  expect(day.now).toMatchObject({ period: "2027-01-11", endsAt: "2027-01-11T11:00:00.000Z" });
  const hour = await set({ level: "project", unit: "calls", amount: 5, period: "hour" });
  expect(hour.now).toMatchObject({ endsAt: "2027-01-10T13:00:00.000Z" });
  expect((await set({ level: "project", unit: "calls", amount: 5, period: "total" })).now).toMatchObject({
    endsAt: null,
  });
  expect((await set({ level: "run", unit: "calls", amount: 5, period: "run" })).now).toBeNull();
  const all = await set({ unit: "calls", amount: 5, period: "day" }, above());
  expect(all.now).toMatchObject({ period: "2027-01-10", endsAt: "2027-01-11T00:00:00.000Z" });
  for (const { id } of await listed(above())) await it.http.call("DELETE", `${above()}/${id}`);
  for (const { id } of await listed()) await it.http.call("DELETE", `/v1/budgets/${id}`);
});

test("one of the organization is seen in each project and changed above only", async () => {
  const { id } = await set(MONEY, above());
  const own = await set({ level: "flow", subject: "refund", unit: "tokens", amount: 1000, period: "total" });
  expect((await listed()).map((one) => [one.id, one.project === null])).toEqual([
    [id, true],
    [own.id, false],
  ]);
  expect((await listed(above())).map((one) => one.id)).toEqual([id]);
  expect(refusal(await it.http.call("PATCH", `/v1/budgets/${id}`, { body: { amount: 1 } }))).toBe("not_found");
  expect(refusal(await it.http.call("DELETE", `${above()}/${own.id}`))).toBe("not_found");
  const changed = await it.http.call("PATCH", `${above()}/${id}`, { body: { amount: 1 } });
  expect(changed.json()).toMatchObject({ amount: 1, level: "organization" });
  expect((await it.http.call("DELETE", `${above()}/${id}`)).status).toBe(204);
  const page = (await it.http.call("GET", "/v1/budgets?limit=1")).json();
  expect(page).toMatchObject({ items: [{ id: own.id }], next: null });
});

test("what came with a grant is shown beside, and neither changed nor ended here", async () => {
  await it.connect("mail");
  const lines = [{ actions: ["gmail.send"], rate: [{ times: 3, per: "day" }] }];
  const grant = (
    await it.http.call("POST", "/v1/grants", { body: { to: "project", connection: "mail", lines } })
  ).json();
  const [cap, ...others] = await listed("/v1/budgets?source=grant");
  expect(others).toEqual([]);
  expect(cap).toMatchObject({ source: "grant", level: "grant", subject: `grant:${String(grant["id"])}:0`, amount: 3 });
  expect((await listed("/v1/budgets?source=budget")).map(({ source }) => source)).not.toContain("grant");
  expect(refusal(await it.http.call("PATCH", `/v1/budgets/${cap!.id}`, { body: { amount: 9 } }))).toBe("not_found");
  expect(refusal(await it.http.call("DELETE", `/v1/budgets/${cap!.id}`))).toBe("not_found");
});

test("what can't be counted is refused by its field", async () => {
  const calls = { level: "project", unit: "calls", amount: 5, period: "day" };
  const cases: readonly (readonly [body: object, field: string])[] = [
    [{ ...calls, unit: "money" }, "currency"],
    [{ ...calls, currency: "EUR" }, "currency"],
    [{ ...calls, amount: 0.5 }, "amount"],
    [{ ...calls, amount: -1 }, "amount"],
    [{ ...calls, level: "run" }, "period"],
    [{ ...calls, period: "run" }, "period"],
    [{ ...calls, subject: "refund" }, "subject"],
    [{ ...calls, level: "flow" }, "subject"],
    [{ ...calls, level: "flow", subject: "nope" }, "subject"],
    [{ ...calls, level: "member", subject: `acc_${"0".repeat(26)}` }, "subject"],
    [{ ...calls, level: "organization" }, "level"],
  ];
  for (const [body, field] of cases)
    expect([body, refusal(await post(body))]).toEqual([body, ["value_invalid", field]]);
  const { id } = await set({ ...calls, level: "member", subject: accountText(it.owner) });
  expect(refusal(await it.http.call("PATCH", `/v1/budgets/${id}`, { body: { amount: 0.5 } }))).toEqual([
    "value_invalid",
    "amount",
  ]);
  expect(refusal(await it.http.call("PATCH", `/v1/budgets/${id}`, { body: {} }))).toEqual(["value_invalid", ""]);
});

test("whoever may not set budgets sees them", async () => {
  const viewer = await it.http.signIn({ role: "viewer" });
  expect((await viewer.call("GET", "/v1/budgets")).status).toBe(200);
  const answer = await viewer.call("POST", "/v1/budgets", { body: { level: "project", ...MONEY } });
  expect(answer.json()).toMatchObject({ code: "forbidden", needs: "budget.write" });
});
