import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { fakeClock, type FakeClock } from "../../test/engine.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { postgresCounter } from "../adapters/rate-limits/postgres-counter.ts";
import { addCounts, deleteExpiredCounts } from "../store/rate-limits.ts";
import { createAuthLimits } from "./auth-limits.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";

let db: StewardDatabase;
let clock: FakeClock;
const running: RateLimits[] = [];
let person = 0;

beforeAll(async () => {
  db = await stewardDatabase();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const one of running.splice(0)) await one.close();
  await db.admin.query({ text: "delete from steward.rate_limits" });
});
afterAll(() => db.drop());

/** One process's limits. */
function limits(callsPerMinute = 600, secret = Buffer.alloc(32, 7)): RateLimits {
  clock = fakeClock(Date.now());
  const one = createRateLimits({
    counter: postgresCounter(db.database),
    add: (rows, nowMs) => addCounts(db.database, rows, nowMs),
    deleteExpired: (nowMs, limit) => deleteExpiredCounts(db.database, nowMs, limit),
    secret,
    callsPerMinute,
    clock,
    log: () => undefined,
  });
  running.push(one);
  return one;
}

const someone = (): string => `ada${person++}@example.com`;

/** How many of `tries` go through before the first refusal. */
async function admitted(tries: number, act: (n: number) => Promise<void>): Promise<number> {
  for (let n = 0; n < tries; n++) {
    const code = await act(n).then(
      () => null,
      (error: unknown) => (error as { code: string }).code,
    );
    if (code !== null) {
      expect(code).toBe("rate_limited");
      return n;
    }
  }
  return tries;
}

test("one address gets five tries at one account, then is told when to come again", async () => {
  const one = limits();
  const account = someone();
  expect(await admitted(9, () => one.hit("signIn", { address: "192.0.2.1", account }))).toBe(5);
  await expect(one.hit("signIn", { address: "192.0.2.1", account: account.toUpperCase() })).rejects.toMatchObject({
    code: "rate_limited",
    details: { retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 890 && seconds <= 900) },
  });
  await one.hit("signIn", { address: "192.0.2.1", account: someone() }); // another account
});

test("a restart, and another process, know what was tried", async () => {
  const account = someone();
  const first = limits();
  expect(await admitted(5, () => first.hit("signIn", { address: "192.0.2.1", account }))).toBe(5);
  await first.close();
  expect(await admitted(1, () => limits().hit("signIn", { address: "192.0.2.1", account }))).toBe(0);
});

test("exactly as many are admitted when many processes try at once", async () => {
  const account = someone();
  const processes = [limits(), limits(), limits(), limits()];
  const verdicts = await Promise.allSettled(
    Array.from({ length: 40 }, (_, n) => processes[n % 4]!.hit("signIn", { address: "192.0.2.1", account })),
  );
  expect(verdicts.filter((verdict) => verdict.status === "fulfilled")).toHaveLength(5);
});

test("strangers everywhere can't lock an owner out where the owner signs in from", async () => {
  const one = limits();
  const account = someone();
  const home = { address: "198.51.100.7", account };
  await one.hit("signIn", home);
  await one.succeeded("signIn", home);
  expect(await admitted(50, (n) => one.hit("signIn", { address: `203.0.113.${n}`, account }))).toBe(10);
  await expect(one.hit("signIn", { address: "203.0.113.200", account })).rejects.toMatchObject({
    code: "rate_limited",
  });
  await one.hit("signIn", home);
  await one.hit("passkey", { address: "203.0.113.201", account }); // by address alone
});

test("who is over the limit of their address uses up nobody's account", async () => {
  const one = limits();
  const account = someone();
  await admitted(100, () => one.hit("signIn", { address: "192.0.2.66" }));
  for (let n = 0; n < 30; n++) await one.hit("signIn", { address: "192.0.2.66", account }).catch(() => undefined);
  await one.hit("signIn", { address: "192.0.2.67", account });
});

test("good tries count for nothing", async () => {
  const one = limits();
  const who = { address: "192.0.2.1", account: someone() };
  for (let n = 0; n < 120; n++) {
    await one.hit("signIn", who);
    await one.succeeded("signIn", who);
  }
});

test("a second factor has its limit even where the account is at home", async () => {
  const one = limits();
  const account = someone();
  let through = 0;
  for (let n = 0; n < 40; n++) {
    const who = { address: `192.0.2.${n}`, account };
    await one.succeeded("signIn", who);
    through += await admitted(1, () => one.hit("secondFactor", who));
  }
  expect(through).toBe(20);
});

test("an IPv6 address is its /64", async () => {
  const one = limits();
  const account = someone();
  expect(await admitted(9, (n) => one.hit("signIn", { address: `2001:db8::${n + 1}`, account }))).toBe(5);
  await one.hit("signIn", { address: "2001:db8:0:1::1", account });
});

test("when the window is over there are tries again, and what is over is cleared away", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const one = limits();
  const account = someone();
  await admitted(9, () => one.hit("signIn", { address: "192.0.2.1", account }));
  vi.setSystemTime(Date.now() + 15 * 60_000 + 1);
  expect(await admitted(9, () => one.hit("signIn", { address: "192.0.2.1", account }))).toBe(5);
  expect(await deleteExpiredCounts(db.database, Date.now() + 3_600_000, 2)).toBe(2);
});

test("no address and no account stands in the table, only digests under this installation's secret", async () => {
  const keys = async (): Promise<string[]> =>
    (await db.admin.query<{ key: string }>({ text: "select key from steward.rate_limits order by 1" })).rows.map(
      (row) => row.key,
    );
  const who = { address: "192.0.2.1", account: someone() };
  await limits().hit("signIn", who);
  const first = await keys();
  expect(first).toHaveLength(3);
  expect(first.join()).not.toMatch(/192|example/);
  await limits(600, Buffer.alloc(32, 8)).hit("signIn", who);
  expect(await keys()).toHaveLength(6);
});

test("what can't be counted is not done", async () => {
  const broken = createRateLimits({
    counter: postgresCounter({ ...db.database, query: () => Promise.reject(new Error("the database is away")) }),
    add: () => Promise.reject(new Error("the database is away")),
    deleteExpired: () => Promise.resolve(0),
    secret: Buffer.alloc(32),
    callsPerMinute: 600,
    clock: fakeClock(),
    log: () => undefined,
  });
  await expect(broken.hit("signIn", { address: "192.0.2.1" })).rejects.toThrow("the database is away");
  await broken.close();
});

test("a caller's calls are limited, and known after a restart and to others", async () => {
  const first = limits(20);
  expect(await admitted(30, async () => await first.called("key1", "192.0.2.1", {}))).toBe(20);
  expect(await admitted(1, async () => await first.called("key2", "192.0.2.1", {}))).toBe(1);
  await first.close();
  const second = limits(20);
  expect(await admitted(30, async () => await second.called("key1", "192.0.2.1", {}))).toBeLessThanOrEqual(2);
});

test("an address that guesses keys is refused, but for what has shown to be good there", async () => {
  const one = limits();
  const good = { authorization: "Bearer good" };
  for (let n = 0; n < 60; n++) one.answered("192.0.2.1", true);
  await one.called("key1", "192.0.2.1", good);
  for (let n = 0; n < 60; n++) one.answered("192.0.2.1", true);
  expect(await admitted(1, async () => one.admit("192.0.2.1", { authorization: "Bearer guess" }))).toBe(0);
  one.admit("192.0.2.1", good);
  one.admit("192.0.2.2", { authorization: "Bearer guess" });
});

test("deliveries that lead nowhere are limited by address", async () => {
  const one = limits();
  expect(await admitted(100, async () => one.unknownWebhook("192.0.2.1"))).toBe(60);
  one.unknownWebhook("192.0.2.2");
});

test("a try of the sign-in counts as what it is, under whom it names", async () => {
  const tried: unknown[] = [];
  const auth = createAuthLimits({
    hit: async (kind, { account }) => void tried.push([kind, account]),
    succeeded: async (kind, { account }) => void tried.push(["good", kind, account]),
  });
  const origin = { address: "192.0.2.1", userAgent: null };
  const call = async (path: string, method = "POST", email: string | null = null, account: string | null = null) => {
    tried.length = 0;
    await auth.before({ path, method, email, account }, origin);
    return tried[0];
  };
  expect(await call("/sign-in/email", "POST", "ada@example.com")).toEqual(["signIn", "ada@example.com"]);
  expect(await call("/sign-up/email", "POST", "ada@example.com")).toEqual(["signUp", "ada@example.com"]);
  expect(await call("/request-password-reset", "POST", "ada@example.com")).toEqual(["reset", "ada@example.com"]);
  expect(await call("/reset-password")).toEqual(["reset", undefined]);
  expect(await call("/verify-email")).toEqual(["verification", undefined]);
  expect(await call("/two-factor/verify-totp", "POST", null, "acc")).toEqual(["secondFactor", "acc"]);
  expect(await call("/sign-in/social")).toEqual(["signOn", undefined]);
  expect(await call("/callback/google", "GET")).toEqual(["signOn", undefined]);
  expect(await call("/passkey/verify-authentication")).toEqual(["passkey", undefined]);
  expect(await call("/change-password", "POST", null, "acc")).toEqual(["confirm", "acc"]);
  expect(await call("/what-comes-later")).toEqual(["confirm", undefined]);
  expect(await call("/passkey/list-user-passkeys", "GET", null, "acc")).toBeUndefined();
  await auth.began({ path: "/sign-in/email", method: "POST", email: "ada@example.com", account: null }, origin);
  expect(tried.at(-1)).toEqual(["good", "signIn", "ada@example.com"]);
});
