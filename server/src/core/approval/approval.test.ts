import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Party } from "../policy/decision.ts";
import { countWords, type Word } from "./count-words.ts";
import { dueNotices, nextDue, type OpenApproval } from "./notices.ts";
import { askedNow, textsOf } from "./people-of.ts";

const HOUR_MS = 3_600_000;
const party = (by: readonly string[], more: Partial<Party> = {}): Party => ({
  by,
  quorum: 1,
  remindHours: null,
  escalate: null,
  ...more,
});
const word = (account: string, texts: readonly string[], decision: Word["decision"] = "approve"): Word => ({
  account,
  decision,
  texts: new Set(texts),
});
const AT = { createdMs: 0, nowMs: 0 };

test("a person is named by account, by role, and by what they may; by nothing where they are kept out", () => {
  expect([...textsOf({ account: "acc_1", role: "owner", mayGrant: true })]).toEqual([
    "member:acc_1",
    "role:owner",
    "may_grant",
  ]);
  expect([...textsOf({ account: "acc_1", role: null, mayGrant: false })]).toEqual(["member:acc_1"]);
});

describe("words", () => {
  test("of the same person count once, of those not asked never, and each party needs its own", () => {
    const parties = [party(["role:a"], { quorum: 2 }), party(["role:b"])];
    expect(countWords(parties, [word("1", ["role:a"]), word("1", ["role:a"])], AT)).toBe("open");
    expect(countWords(parties, [word("1", ["role:a", "role:b"]), word("2", ["role:a"])], AT)).toBe("approved");
    expect(countWords(parties, [word("1", ["role:a"]), word("2", ["role:a"]), word("3", ["role:c"])], AT)).toBe("open");
    expect(countWords(parties, [word("3", ["role:c"], "reject")], AT)).toBe("open");
    expect(countWords(parties, [word("3", ["role:b"], "reject")], AT)).toBe("rejected");
  });

  test("of those it is escalated to count from then on", () => {
    const parties = [party(["role:a"], { escalate: { afterHours: 2, to: ["role:b"] } })];
    const words = [word("1", ["role:b"])];
    expect(countWords(parties, words, { createdMs: 0, nowMs: 2 * HOUR_MS - 1 })).toBe("open");
    expect(countWords(parties, words, { createdMs: 0, nowMs: 2 * HOUR_MS })).toBe("approved");
    expect(askedNow(parties[0]!, 0, 2 * HOUR_MS)).toEqual(["role:a", "role:b"]);
  });

  test("one more approval never makes an approved one open, and without any nothing is approved", () => {
    const texts = fc.subarray(["role:a", "role:b", "may_grant"]);
    const words = fc.array(fc.record({ account: fc.constantFrom("1", "2", "3"), texts }), { maxLength: 5 });
    const parties = fc.array(
      fc.record({ by: fc.subarray(["role:a", "role:b"], { minLength: 1 }), quorum: fc.integer({ min: 1, max: 3 }) }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(parties, words, (some, said) => {
        const all = some.map(({ by, quorum }) => party(by, { quorum }));
        const list = said.map((one) => word(one.account, one.texts));
        expect(countWords(all, [], AT)).toBe("open");
        const outcomes = list.map((_, at) => countWords(all, list.slice(0, at + 1), AT));
        expect(outcomes.toSorted((a, b) => Number(a === "approved") - Number(b === "approved"))).toEqual(outcomes);
      }),
    );
  });
});

describe("notices", () => {
  const open = (more: Partial<OpenApproval> = {}): OpenApproval => ({
    parties: [party(["role:a"], { remindHours: 5, escalate: { afterHours: 12, to: ["role:b"] } })],
    createdMs: 0,
    expiresMs: 72 * HOUR_MS,
    told: [],
    ...more,
  });
  const keys = (approval: OpenApproval, hours: number): string[] =>
    dueNotices(approval, hours * HOUR_MS).map(({ key }) => key);

  test("go out each at its time, of reminders only the last that was missed, to those asked by then", () => {
    expect(keys(open(), 0)).toEqual(["0:asked"]);
    expect(keys(open({ told: ["0:asked"] }), 4)).toEqual([]);
    expect(keys(open({ told: ["0:asked"] }), 5)).toEqual(["0:reminded:1"]);
    expect(keys(open({ told: ["0:asked", "0:reminded:1"] }), 16)).toEqual(["0:reminded:3", "0:escalated"]);
    expect(dueNotices(open(), 15 * HOUR_MS).find(({ kind }) => kind === "reminded")?.to).toEqual(["role:a", "role:b"]);
    expect(dueNotices(open(), 10 * HOUR_MS).find(({ kind }) => kind === "reminded")?.to).toEqual(["role:a"]);
  });

  test("whoever acts on what is due and looks again when the next is, misses none and says none twice", () => {
    const hours = fc.integer({ min: 1, max: 300 }).map((tenths) => tenths / 10);
    const anyParty = fc.record({ remind: fc.option(hours), escalate: fc.option(hours) }).map(({ remind, escalate }) =>
      party(["role:a"], {
        remindHours: remind,
        escalate: escalate === null ? null : { afterHours: escalate, to: ["role:b"] },
      }),
    );
    fc.assert(
      fc.property(fc.array(anyParty, { minLength: 1, maxLength: 3 }), hours, (parties, expires) => {
        const expiresMs = expires * HOUR_MS;
        const told: string[] = [];
        let nowMs = 0;
        for (let looks = 0; nowMs < expiresMs; looks++) {
          expect(looks).toBeLessThan(2000);
          const approval = open({ parties, expiresMs, told });
          told.push(...dueNotices(approval, nowMs).map(({ key }) => key));
          const next = nextDue(open({ parties, expiresMs, told }), nowMs);
          expect(next).toBeGreaterThan(nowMs);
          nowMs = next;
        }
        expect(new Set(told).size).toBe(told.length);
        for (const [at, { remindHours, escalate }] of parties.entries()) {
          const reminders = remindHours === null ? 0 : Math.ceil(expiresMs / (remindHours * HOUR_MS) - 1e-9) - 1;
          expect(
            Math.abs(told.filter((key) => key.startsWith(`${at}:reminded`)).length - reminders),
          ).toBeLessThanOrEqual(1);
          const escalates = escalate !== null && escalate.afterHours * HOUR_MS < expiresMs;
          expect(told.includes(`${at}:escalated`)).toBe(escalates);
        }
      }),
      { numRuns: 60 },
    );
  });
});
