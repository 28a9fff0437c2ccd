/** Guessing at the door of the whole program: what was counted is still counted when it has been stopped and started again. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { OWNER, plantAccount, startWhole, type Answer, type WholeSteward } from "./tenant-objects-server.ts";

const ADA = "ada@people.test";
let steward: WholeSteward;

beforeAll(async () => {
  steward = await startWhole({ STEWARD_SIGN_UP: "open" });
  await plantAccount(steward.admin(), "01900000-0000-7000-8000-00000000ada0", ADA, "Ada");
});
afterAll(async () => await steward?.close());

async function auth(path: string, from: string, body: object): Promise<Answer> {
  const headers = { origin: steward.address, "sec-fetch-site": "same-origin", "x-forwarded-for": from };
  return await steward.call("POST", `/v1/auth${path}`, { headers, body });
}
const guess = async (from: string, password = "not the password", email = ADA): Promise<Answer> =>
  await auth("/sign-in/email", from, { email, password });
const statuses = async (count: number, act: (n: number) => Promise<Answer>): Promise<number[]> => {
  const seen: number[] = [];
  for (let n = 0; n < count; n++) seen.push((await act(n)).status);
  return seen;
};

/** What stands of the tries so far; the same before and after a restart. */
async function stands(): Promise<Readonly<Record<string, readonly number[]>>> {
  return {
    "the guesser, with another guess and with the right password": [
      (await guess("192.0.2.1")).status,
      (await guess("192.0.2.1", OWNER.password)).status,
      (await guess("192.0.2.1", OWNER.password, ADA.toUpperCase())).status,
    ],
    "a stranger elsewhere, whom others have used up the tries of": [(await guess("192.0.2.99", OWNER.password)).status],
    "the owner, from where they signed in before": [(await guess("198.51.100.7", OWNER.password)).status],
    "resets of the account": [(await auth("/request-password-reset", "192.0.2.1", { email: ADA })).status],
    "sign-ups from one address": [(await auth("/sign-up/email", "192.0.2.3", newcomer(99))).status],
    invitations: [(await look(99)).status],
    "another account, from another address": [(await guess("192.0.2.8", OWNER.password, OWNER.email)).status],
  };
}

const newcomer = (n: number): object => ({ email: `new${n}@people.test`, password: "a password of ours", name: "New" });
const look = async (n: number): Promise<Answer> =>
  await steward.call("POST", "/v1/invitations/look", {
    headers: { "x-forwarded-for": "192.0.2.4" },
    body: { token: `guess${n}` },
  });

test("limits on tries survive a stop and a start of the program and its database", { timeout: 90_000 }, async () => {
  expect((await guess("198.51.100.7", OWNER.password)).status).toBe(200);
  expect(await statuses(7, () => guess("192.0.2.1"))).toEqual([401, 401, 401, 401, 401, 429, 429]);
  const many = await statuses(8, (n) => guess(`192.0.2.${40 + n}`));
  expect([many.slice(0, 4), many.at(-1)]).toEqual([[401, 401, 401, 401], 429]);
  expect(await statuses(5, () => auth("/request-password-reset", "192.0.2.1", { email: ADA }))).toEqual([
    200, 200, 200, 429, 429,
  ]);
  expect((await statuses(21, (n) => auth("/sign-up/email", "192.0.2.3", newcomer(n)))).at(-1)).toBe(429);
  expect((await statuses(31, look)).at(-1)).toBe(429);
  const before = await stands();
  expect(before).toEqual({
    "the guesser, with another guess and with the right password": [429, 429, 429],
    "a stranger elsewhere, whom others have used up the tries of": [429],
    "the owner, from where they signed in before": [200],
    "resets of the account": [429],
    "sign-ups from one address": [429],
    invitations: [429],
    "another account, from another address": [200],
  });
  await steward.restart();
  expect(await stands()).toEqual(before);
  const late = await guess("192.0.2.1");
  expect(late.json()).toMatchObject({ code: "rate_limited" });
  const seconds = Number(late.headers["retry-after"]);
  expect(seconds).toBeGreaterThan(60);
  expect(seconds).toBeLessThanOrEqual(900);
});

test("a lock that is over lets in again, and the tries of before are forgotten", async () => {
  await steward.admin().query({ text: "update steward.rate_limits set expire = 1" });
  expect((await guess("192.0.2.1", OWNER.password)).status).toBe(200);
});
