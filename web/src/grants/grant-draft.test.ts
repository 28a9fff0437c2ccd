import { GrantForm, LimitForm } from "@steward/sdk";
import { expect, it } from "vitest";
import { controlsOf } from "./draft-controls.ts";
import { placeProblems } from "./form-problems.ts";
import { draftOf, emptyDraft, formOf } from "./grant-draft.ts";

const GRANT = GrantForm.parse({
  to: "flow:refund-mail",
  connection: "shop-mail",
  lines: [
    {
      actions: ["gmail.send", "read"],
      when: [
        { field: "to", domains: ["example.com", "*.example.org"] },
        { field: "cc", in: ["a@example.com"], ifGiven: true },
        { field: "amount", max: 12.5 },
        { field: "subject", any: true },
      ],
      rate: [{ times: 20, per: "day" }],
      money: [{ amount: 9.99, currency: "EUR", per: "month" }],
      approval: {
        when: "above",
        field: "amount",
        above: 10,
        by: ["granter", "role:owner"],
        quorum: 2,
        expiresHours: 1.5,
        remindHours: 0.5,
        escalate: { afterHours: 1, to: ["role:admin"] },
      },
    },
    { actions: ["*"], approval: { when: "above", currency: "EUR", above: 5 } },
  ],
  from: "2026-11-21T10:42:00.000Z",
  until: "2026-12-24T18:00:30.000Z",
  note: "Refunds",
});

it("a grant that becomes a form and JSON again is the same grant", () => {
  expect(GrantForm.parse(formOf(draftOf("grant", GRANT)))).toEqual(GRANT);
});

it("a limit that becomes a form and JSON again is the same limit", () => {
  for (const form of [
    { lines: [{ actions: ["delete"] }], deny: true, note: "Nobody deletes" },
    { on: "project", credential: "shop", lines: [{ actions: ["http.request"], rate: [{ times: 5, per: "hour" }] }] },
  ]) {
    const limit = LimitForm.parse(form);
    expect(LimitForm.parse(formOf(draftOf("limit", limit)))).toEqual(limit);
  }
});

it("what is no number is sent as nothing, so that the server names its field", () => {
  const draft = draftOf("grant", GRANT);
  const line = { ...draft.lines[0]!, rate: [{ times: "often", per: "day" as const }] };
  const refused = GrantForm.safeParse(formOf({ ...draft, lines: [line] }));
  expect(refused.error?.issues.map(({ path }) => path.join("."))).toEqual(["lines.0.rate.0.times"]);
});

it("a problem stands at the control that it is about or that holds it, and is never lost", () => {
  const controls = controlsOf(draftOf("grant", GRANT));
  const placed = placeProblems(
    [
      { field: "lines[0].when[0].domains[1]", message: "is no domain" },
      { field: "lines[0].when[1].field", message: "has no such field" },
      { field: "lines[0].approval.by[0]", message: "nobody" },
      { field: "lines[7].actions", message: "where" },
      { field: "to", message: "who" },
    ],
    controls,
  );
  expect(placed.at("lines[0].when[0]")).toBe("is no domain");
  expect(placed.at("lines[0].when[1].field")).toBe("has no such field");
  expect(placed.at("lines[0].approval.by")).toBe("nobody");
  expect(placed.at("to")).toBe("who");
  expect(placed.rest.map(({ field }) => field)).toEqual(["lines[7].actions"]);
});

it("an empty form is a grant to the project, and a limit for everyone", () => {
  expect(formOf(emptyDraft("grant", "credential:shop"))).toMatchObject({ to: "project", credential: "shop" });
  expect(formOf(emptyDraft("limit"))).not.toHaveProperty("on");
});
