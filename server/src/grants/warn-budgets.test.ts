/** The soft mark of a budget: told of once in a period, to those who can do something about it. */
import type { Budget } from "@steward/sdk";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { MailMessage } from "../core/mail-message.ts";
import { parseId, showId } from "../core/id.ts";
import { accountText, grantWorld, type GrantWorld } from "./grants.testsuite.ts";
import { warnBudgets } from "./warn-budgets.ts";

let it: GrantWorld;
const mails: MailMessage[] = [];
beforeAll(async () => {
  it = await grantWorld();
});
afterAll(async () => await it.close());
beforeEach(() => void mails.splice(0));

const turn = (): Promise<number> =>
  warnBudgets({
    ...it.http.parts,
    mail: { send: (_tx, message) => Promise.resolve(void mails.push(message)) },
    publicUrl: () => "https://steward.test",
  });

async function set(body: object, at = "/v1/budgets"): Promise<Budget> {
  return (await it.http.call("POST", at, { body })).json() as Budget;
}

function count(id: string, spent: number, reserved: number, periodKey: string): Promise<unknown> {
  return it.http.db.admin.query({
    text: `insert into steward.cap_counters (organization, cap, period_key, spent, reserved, updated_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6)) on conflict (organization, cap, period_key) do update set spent = $4, reserved = $5`,
    values: [
      it.http.installed.organization,
      parseId("cap", id)!,
      periodKey,
      spent,
      reserved,
      it.http.clock.nowMs() / 1000,
    ],
  });
}

test("what is spent and reserved together passes the mark, and is told of once in each period", async () => {
  const viewer = await it.http.signIn({ role: "viewer" });
  const { id } = await set({
    level: "project",
    unit: "money",
    currency: "EUR",
    amount: 50,
    period: "month",
    softPercent: 80,
  });
  await count(id, 30_000_000, 9_999_999, "2026-11");
  expect(await turn()).toBe(0);
  await count(id, 30_000_000, 10_250_000, "2026-11");
  expect(await turn()).toBe(1);
  expect(mails).toContainEqual({
    to: it.owner.email,
    template: "budget_passed",
    values: {
      name: "Olive",
      place: expect.any(String),
      subject: "",
      amount: "40.25 of 50 EUR",
      period: "month",
      percent: 80,
      link: "https://steward.test/budgets",
    },
  });
  expect(mails.map(({ to }) => to)).not.toContain(viewer.email);
  const facts = { period: "2026-11", percent: 80, spent: 30_000_000, reserved: 10_250_000 };
  expect(await it.acts("budget.passed")).toContainEqual(
    expect.objectContaining({ target: id, actor: "system", facts }),
  );
  mails.splice(0);
  await count(id, 49_000_000, 0, "2026-11");
  expect(await turn()).toBe(0);
  await count(id, 45_000_000, 0, "2026-12");
  expect(await turn()).toBe(1);
  expect(mails.length).toBeGreaterThan(0);
});

test("a member is told of their own, and those above of the organization's", async () => {
  const ann = await it.http.signIn({ role: "operator", name: "Ann" });
  const theirs = await set({ level: "member", subject: accountText(ann), unit: "calls", amount: 10, period: "day" });
  await count(theirs.id, 8, 0, "2026-11-21");
  await turn();
  expect(mails.map(({ to }) => to)).toEqual(expect.arrayContaining([ann.email, it.owner.email]));
  mails.splice(0);
  const at = `/v1/organizations/${showId("org", it.http.installed.organization)}/budgets`;
  const all = await set({ unit: "tokens", amount: 1000, period: "total" }, at);
  await count(all.id, 800, 0, "total");
  await turn();
  expect(mails.map(({ to }) => to)).toContain(it.owner.email);
  expect(mails.map(({ to }) => to)).not.toContain(ann.email);
  expect(mails[0]).toMatchObject({ values: { amount: "800 of 1000 tokens" } });
});

test("two processes that look at once tell once; what ended or came with a grant is told of by nobody", async () => {
  const [one, gone] = [
    await set({ level: "project", unit: "calls", amount: 10, period: "total" }),
    await set({ level: "project", unit: "calls", amount: 10, period: "total" }),
  ];
  await count(one.id, 10, 0, "total");
  await count(gone.id, 10, 0, "total");
  await it.http.call("DELETE", `/v1/budgets/${gone.id}`);
  const told = await Promise.all([turn(), turn(), turn()]);
  expect(told.toSorted()).toEqual([0, 0, 1]);
  await it.connect("mail");
  const lines = [{ actions: ["gmail.send"], rate: [{ times: 1, per: "day" }] }];
  await it.http.call("POST", "/v1/grants", { body: { to: "project", connection: "mail", lines } });
  const [cap] = ((await it.http.call("GET", "/v1/budgets?source=grant")).json() as { items: Budget[] }).items;
  await count(cap!.id, 1, 0, "2026-11-21");
  expect(await turn()).toBe(0);
});
