import { afterAll, beforeAll, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { claimIdempotencyKey, keepAnswer, purgeIdempotencyKeys, releaseIdempotencyKey } from "./idempotency-keys.ts";

let db: StewardDatabase;
beforeAll(async () => {
  db = await stewardDatabase();
});
afterAll(async () => await db.drop());

const ID = (end: string) => `01234567-89ab-7cde-8f01-${end.padStart(12, "0")}`;
const scope = { organization: ID("a"), project: ID("b") };
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;
const key = (name: string) => ({ principal: ID("c"), route: "startRun", key: Buffer.from(name) });
const claim = (name: string, nowMs = NOW_MS, body = "body", of = scope) =>
  claimIdempotencyKey(db.database, of, { ...key(name), bodyDigest: Buffer.from(body), nowMs });
const answer = { status: 202, sealed: Buffer.from("sealed") };

test("of several at once one is the first, and the others see that it is under way", async () => {
  const claims = await Promise.all(Array.from({ length: 5 }, () => claim("at-once")));
  expect(claims.filter((one) => one === null)).toHaveLength(1);
  expect(claims.find((one) => one !== null)).toEqual({
    bodyDigest: Buffer.from("body"),
    status: null,
    answer: null,
    createdAt: NOW_MS,
  });
});

test("a repetition finds the first answer, for 24 h", async () => {
  await claim("kept");
  await keepAnswer(db.database, scope, key("kept"), answer);
  expect(await claim("kept", NOW_MS + 23 * HOUR_MS, "another")).toMatchObject({
    bodyDigest: Buffer.from("body"),
    status: 202,
    answer: answer.sealed,
  });
  expect(await claim("kept", NOW_MS + 25 * HOUR_MS)).toBeNull();
});

test("a request that came to nothing, or died, gives its key back", async () => {
  await claim("released");
  await releaseIdempotencyKey(db.database, scope, key("released"));
  expect(await claim("released")).toBeNull();
  expect(await claim("released", NOW_MS + 60_000)).not.toBeNull();
  expect(await claim("released", NOW_MS + 121_000)).toBeNull();
});

test("another project's keys are not seen", async () => {
  await claim("theirs");
  expect(await claim("theirs", NOW_MS, "body", { ...scope, project: ID("d") })).toBeNull();
});

test("keys that are over are removed, so many at a time", async () => {
  for (const name of ["old-1", "old-2", "old-3"]) await claim(name, NOW_MS - 30 * HOUR_MS);
  expect(await purgeIdempotencyKeys(db.database, scope, NOW_MS, 2)).toBe(2);
  expect(await purgeIdempotencyKeys(db.database, scope, NOW_MS, 2)).toBe(1);
  expect(await claim("at-once")).not.toBeNull();
});
