import { expect, test } from "vitest";
import { type Shortage, shortageWords } from "./cap-words.ts";

const MONEY = {
  level: "flow",
  subject: "answer-issue",
  source: "budget",
  unit: "money",
  currency: "EUR",
  period: "day",
} as const;
const full: Shortage = {
  cap: MONEY,
  amount: 20_000n,
  max: 5_000_000n,
  counter: { spent: 4_990_000, reserved: 0 },
  to: null,
  waited: false,
};

test("a budget that has too little left is named, with what stands on it and where it is raised", () => {
  expect(shortageWords(full)).toBe(
    "the budget of the flow answer-issue (5 EUR a day) has too little left: 4.99 EUR spent, and this may take 0.02 EUR; wait for its next period, or raise it: `steward budget list` shows it",
  );
  const cap = { ...MONEY, level: "project", subject: "", unit: "tokens", currency: null, period: "total" } as const;
  expect(
    shortageWords({ ...full, cap, amount: 1n, max: 100n, counter: { spent: 90, reserved: 10 }, waited: true }),
  ).toBe(
    "the budget of the project (100 tokens in all) has too little left while others hold what they have reserved: 90 tokens spent and 10 tokens reserved, and this may take 1 token; raise it: `steward budget list` shows it",
  );
  expect(shortageWords({ ...full, counter: null })).toContain("has too little left: this may take 0.02 EUR;");
});

test("a cap that came with a grant or a limit names its line, and to whom it is", () => {
  const cap = {
    ...MONEY,
    level: "grant",
    subject: "grant:grt_1:0",
    source: "grant",
    unit: "calls",
    currency: null,
  } as const;
  const calls = { ...full, cap, amount: 1n, max: 20n, counter: { spent: 20, reserved: 0 } };
  expect(shortageWords({ ...calls, to: "flow:answer-issue" })).toBe(
    "line 1 of the grant to the flow answer-issue (grt_1) (20 calls a day) has too little left: 20 calls spent; wait for its next period, or widen that grant",
  );
  const limit = { ...cap, level: "organization", subject: "limit:lim_1:2", period: "run" } as const;
  expect(shortageWords({ ...calls, cap: limit })).toBe(
    "line 3 of the limit (lim_1) (20 calls in each run) has too little left: 20 calls spent; ask whoever set the limit",
  );
});
