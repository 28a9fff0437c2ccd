import { GrantForm, LimitForm } from "@steward/sdk";
import { expect, test } from "vitest";
import { diffGrants, diffLimits } from "./diff.ts";
import { grantSentences, limitSentences, type Names } from "./sentence.ts";

const NAMES: Names = {
  principal: (principal) => (principal === "flow:refund" ? "Refund mail" : null),
  connection: ({ slug }) => (slug === "mail" ? "ann@example.org" : null),
  action: (pattern) => ({ "gmail.send": "send mail", "gmail.read": "read mail" })[pattern] ?? null,
  approver: (approver) => (approver === "role:owner" ? "an owner" : null),
  timeZone: "Europe/Berlin",
};

function grantOf(line: object, over: object = {}): GrantForm {
  return GrantForm.parse({
    to: "flow:refund",
    connection: "mail",
    lines: [{ actions: ["gmail.send"], ...line }],
    ...over,
  });
}

test.each([
  [
    grantOf(
      {
        when: [{ field: "to", domains: ["example.com"] }],
        rate: [{ times: 20, per: "day" }],
        approval: { when: "above", currency: "EUR", above: 1000, by: ["role:owner"] },
      },
      { until: "2027-02-28T23:00:00Z" },
    ),
    "Refund mail may send mail with ann@example.org to example.com, at most 20 times a day, until 1 March 2027; above a cost of 1,000 EUR an owner must approve.",
  ],
  [
    grantOf({
      actions: ["gmail.send", "gmail.read", "slack.*"],
      when: [
        { field: "to", in: ["a@b.c"], ifGiven: true },
        { field: "labels", matches: ["Re fund *"] },
        { field: "size", max: 12345.678 },
      ],
      rate: [{ times: 1, per: "hour" }],
      money: [{ amount: 0.5, currency: "EUR", per: "total" }],
    }),
    "Refund mail may send mail, read mail and do anything of slack with ann@example.org, if to, where given, is a@b.c and labels matches “Re fund *” and size is at most 12,345.678, at most once an hour, for at most 0.50 EUR in all.",
  ],
  [
    grantOf(
      {
        approval: {
          when: "first",
          quorum: 2,
          by: ["role:owner", "granter"],
          expiresHours: 24,
          escalate: { afterHours: 1, to: ["role:admin"] },
        },
      },
      { to: "project", connection: undefined, credential: "crm", from: "2026-12-24T17:30:00Z" },
    ),
    "Every flow of the project may send mail with the credential crm, from 24 December 2026, 18:30; the first time to each destination 2 people of an owner or whoever gave it must approve within 24 hours, after an hour also somebody with the role admin.",
  ],
])("a grant is a sentence (%#)", (form, sentence) => expect(grantSentences(form, NAMES)).toEqual([sentence]));

test.each([
  [
    {
      lines: [
        {
          actions: ["gmail.send"],
          when: [{ field: "to", domains: ["example.com"] }],
          rate: [{ times: 50, per: "day" }],
        },
      ],
    },
    "Everyone may send mail only to example.com, at most 50 times a day.",
  ],
  [
    { on: "flow:refund", connection: "mail", lines: [{ actions: ["*"], when: [{ field: "amount", max: 5 }] }] },
    "Refund mail may do anything with ann@example.org only if amount is at most 5.",
  ],
  [{ deny: true, lines: [{ actions: ["delete"] }] }, "Nobody may delete."],
  [
    {
      deny: true,
      on: "flow:refund",
      lines: [{ actions: ["gmail.send"], when: [{ field: "cc", domains: ["evil.com"] }] }],
    },
    "Refund mail may not send mail, if any cc is in evil.com.",
  ],
])("a limit is a sentence (%#)", (form, sentence) => {
  expect(limitSentences(LimitForm.parse(form), NAMES)).toEqual([sentence]);
});

test("names and texts can't hide, reorder or flood what is read", () => {
  const names: Names = { ...NAMES, principal: () => "Nice\u202e\nflow" };
  const values = Array.from({ length: 30 }, (_, at) => `v${at}`);
  const [sentence] = grantSentences(grantOf({ when: [{ field: "x", in: ["a or b", "\u2066x", ...values] }] }), names);
  expect(sentence).toMatch(/^Nice\ufffd\ufffdflow may/);
  expect(sentence).toContain("“a or b”, “\ufffdx”, v0");
  expect(sentence).toContain("v7 or 22 others");
});

function changes(before: GrantForm, after: GrantForm): readonly string[] {
  return diffGrants(before, after, NAMES).map(({ kind, effect, line, text }) => `${kind} ${effect} ${line}: ${text}`);
}

const to = (...domains: string[]) => grantOf({ when: [{ field: "to", domains }] });

test("nothing has changed between a form and itself", () => {
  expect(changes(to("a.b"), to("a.b"))).toEqual([]);
});

test.each([
  [to("a.b"), to("a.b", "c.d"), "changed wider 0: Now to is in a.b or c.d; before, it is in a.b."],
  [to("*.b.c", "b.c"), to("x.b.c"), "changed narrower 0: Now to is in x.b.c; before, it is in *.b.c or b.c."],
  [to("a.b"), to("c.d"), "changed null 0: Now to is in c.d; before, it is in a.b."],
  [to("a.b"), grantOf({}), "removed wider 0: No longer: to is in a.b."],
  [grantOf({}), to("a.b"), "added narrower 0: Now to is in a.b."],
  [grantOf({}), grantOf({ when: [{ field: "to", any: true }] }), "added null 0: Now to is anything."],
  [
    grantOf({ when: [{ field: "p", prefix: ["a"] }] }),
    grantOf({ when: [{ field: "p", prefix: ["a/b"] }] }),
    "changed narrower 0: Now p is or lies below a/b; before, it is or lies below a.",
  ],
  [
    grantOf({ when: [{ field: "n", max: 5 }] }),
    grantOf({ when: [{ field: "n", max: 6 }] }),
    "changed wider 0: Now n is at most 6; before, it is at most 5.",
  ],
  [
    to("a.b"),
    grantOf({ when: [{ field: "to", domains: ["a.b"], ifGiven: true }] }),
    "changed wider 0: Now to, where given, is in a.b; before, it is in a.b.",
  ],
  [grantOf({}), grantOf({ actions: ["gmail.send", "gmail.read"] }), "added wider 0: Now also: read mail."],
  [
    grantOf({ actions: ["gmail.*"] }),
    grantOf({ actions: ["gmail.*", "gmail.read"] }),
    "added null 0: Now also: read mail.",
  ],
  [
    grantOf({ rate: [{ times: 20, per: "day" }] }),
    grantOf({ rate: [{ times: 10, per: "day" }] }),
    "changed narrower 0: Now at most 10 times a day; before, at most 20 times a day.",
  ],
  [grantOf({ rate: [{ times: 20, per: "day" }] }), grantOf({}), "removed wider 0: No longer: at most 20 times a day."],
  [
    grantOf({}),
    grantOf({ money: [{ amount: 5, currency: "EUR", per: "day" }] }),
    "added narrower 0: Now for at most 5 EUR a day.",
  ],
  [
    grantOf({}),
    grantOf({ approval: { when: "always", by: ["role:owner"] } }),
    "added narrower 0: Now each time an owner must approve.",
  ],
  [
    grantOf({ approval: { when: "above", field: "n", above: 5, by: ["role:owner"] } }),
    grantOf({ approval: { when: "above", field: "n", above: 6, by: ["role:owner"] } }),
    "changed wider 0: Now where n is above 6, an owner must approve; before, where n is above 5, an owner must approve.",
  ],
  [
    grantOf({}),
    grantOf({}, { until: "2027-02-28T23:00:00Z" }),
    "changed narrower null: It now holds until 1 March 2027 instead of without end.",
  ],
  [
    grantOf({}),
    grantOf({}, { to: "project" }),
    "changed null null: It is now for every flow of the project instead of Refund mail.",
  ],
  [
    grantOf({}),
    grantOf({}, { connection: "other" }),
    "changed null null: It is now about the connection other instead of ann@example.org.",
  ],
  [grantOf({}), grantOf({}, { note: "why" }), "changed null null: The note is another one."],
])("a change is told, and whether it is wider (%#)", (before, after, change) => {
  expect(changes(before, after)).toEqual([change]);
});

test("money in a further currency may let more through: it is not called narrower", () => {
  const money = (...currencies: string[]) =>
    grantOf({ money: currencies.map((currency) => ({ amount: 5, currency, per: "day" })) });
  expect(changes(money("EUR"), money("EUR", "USD"))).toEqual(["added null 0: Now for at most 5 USD a day."]);
});

test("lines that came and went are told whole, and one that moved is not", () => {
  const read = { actions: ["gmail.read"] };
  const send = { actions: ["gmail.send"] };
  const form = (...lines: object[]) => grantOf({}, { lines });
  expect(changes(form(read, send), form(send, read))).toEqual([]);
  expect(changes(form(send), form(read, send))).toEqual([
    "added wider 0: Refund mail may read mail with ann@example.org.",
  ]);
  expect(changes(form(send, read), form(send))).toEqual([
    "removed narrower 1: Refund mail may read mail with ann@example.org.",
  ]);
});

test("what a limit bounds more of is narrower, and so is what it refuses more of", () => {
  const limit = (line: object, over: object = {}) =>
    LimitForm.parse({ lines: [{ actions: ["gmail.send"], ...line }], ...over });
  const see = (before: LimitForm, after: LimitForm) =>
    diffLimits(before, after, NAMES).map(({ kind, effect }) => `${kind} ${effect}`);
  const when = [{ field: "to", domains: ["a.b"] }];
  expect(see(limit({}), limit({ when }))).toEqual(["added narrower"]);
  expect(see(limit({}, { deny: true }), limit({ when }, { deny: true }))).toEqual(["added wider"]);
  expect(see(limit({}), limit({ actions: ["gmail.send", "gmail.read"] }))).toEqual(["added narrower"]);
  expect(see(limit({}), limit({}, { on: "flow:refund" }))).toEqual(["changed wider"]);
  expect(see(limit({}), limit({}, { on: "project" }))).toEqual([]);
  expect(see(limit({}), limit({}, { deny: true }))).toEqual(["changed null"]);
  expect(see(limit({}), LimitForm.parse({ lines: [limit({}).lines[0], limit({ when }).lines[0]] }))).toEqual([
    "added narrower",
  ]);
});
