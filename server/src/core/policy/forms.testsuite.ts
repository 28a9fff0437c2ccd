/** Grants, limits and requests for tests: a small world with one mail connection and a credential. */
import { type Condition, GrantForm, GrantLine, LimitForm } from "@steward/sdk";
import * as fc from "fast-check";
import type { z } from "zod";
import { compileGrant, compileLimit } from "./compile-grant.ts";
import type { PolicyRequest } from "./decision.ts";
import { arrangePolicy, type Policy } from "./policy.ts";

export const ANN = `member:acc_${"0".repeat(25)}1`;
export const BOB = `member:acc_${"0".repeat(25)}2`;
export const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

type LineText = z.input<typeof GrantLine>;
export type GrantText = Partial<z.input<typeof GrantForm>> & { readonly lines: LineText[] };
export type LimitText = z.input<typeof LimitForm> & { readonly level?: "organization" | "project" };

/** The policy of these forms, the first of them the oldest. */
export function policyOf(grants: readonly GrantText[], limits: readonly LimitText[] = []): Policy {
  return arrangePolicy(
    grants.map((form, at) => grantAt(form, at)),
    limits.map((form, at) => limitAt(form, at)),
  );
}

export function grantAt(form: GrantText, at: number) {
  const about = form.credential === undefined ? { connection: "mail" } : {};
  const parsed = GrantForm.parse({ to: "flow:refund", ...about, ...form });
  return compileGrant({ id: `g${at}`, version: 3, createdMs: at, granter: ANN, form: parsed });
}

export function limitAt({ level = "project", ...form }: LimitText, at: number) {
  return compileLimit({ id: `l${at}`, version: 2, createdMs: at, granter: BOB, level, form: LimitForm.parse(form) });
}

export function requestOf(over: Partial<PolicyRequest> = {}): PolicyRequest {
  return {
    principals: ["flow:refund", "project"],
    connection: { kind: "connection", slug: "mail" },
    action: "gmail.send",
    class: "write",
    destination: ["to", "cc"],
    arguments: { to: "bob@example.com", subject: "Refund", amount: 20 },
    literal: new Set(),
    tainted: false,
    known: true,
    estimate: null,
    ...over,
  };
}

const ADDRESSES = ["a@ok.com", "b@evil.com", "Ann <a@ok.com>", "a@ok.com, b@evil.com", "nonsense (", "c@x.ok.com"];

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: fc.constantFrom("to", "cc"),
    domains: fc.subarray(["ok.com", "evil.com", "*.ok.com"], { minLength: 1 }),
  }),
  fc.record({ field: fc.constantFrom("to", "cc", "subject"), in: fc.subarray(ADDRESSES, { minLength: 1 }) }),
  fc.record({ field: fc.constant("amount"), max: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    field: fc.constant("cc"),
    domains: fc.subarray(["ok.com"], { minLength: 1 }),
    ifGiven: fc.constant(true as const),
  }),
  fc.record({ field: fc.constantFrom("to", "cc"), any: fc.constant(true as const) }),
  fc.record({ field: fc.constantFrom("to"), matches: fc.subarray(["a*", "*", "b@*"], { minLength: 1 }) }),
);

const approval = fc.oneof(
  fc.record({ when: fc.constantFrom("always" as const, "first" as const, "tainted" as const) }),
  fc.record({
    when: fc.constant("above" as const),
    field: fc.constant("amount"),
    above: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    when: fc.constant("above" as const),
    currency: fc.constant("EUR"),
    above: fc.integer({ min: 0, max: 3 }),
  }),
);

export const anyLine: fc.Arbitrary<LineText> = fc.record(
  {
    actions: fc.subarray(["gmail.send", "gmail.read", "gmail.*", "*", "write", "read", "slack.post"], { minLength: 1 }),
    when: fc.array(condition, { maxLength: 2 }),
    rate: fc.array(fc.record({ times: fc.integer({ min: 1, max: 9 }), per: fc.constantFrom("day", "hour") }), {
      maxLength: 2,
    }),
    money: fc.array(
      fc.record({
        amount: fc.integer({ min: 1, max: 9 }),
        currency: fc.constantFrom("EUR", "USD"),
        per: fc.constantFrom("day", "run"),
      }),
      { maxLength: 2 },
    ),
    approval,
  },
  { requiredKeys: ["actions"] },
);

export const grant: fc.Arbitrary<GrantText> = fc.record(
  {
    to: fc.constantFrom("flow:refund", "project", "flow:other"),
    connection: fc.constantFrom("mail", "mail", "other"),
    lines: fc.array(anyLine, { minLength: 1, maxLength: 3 }),
    until: fc.constantFrom("2026-11-21T12:00:00Z", "2027-01-01T00:00:00Z"),
  },
  { requiredKeys: ["to", "connection", "lines"] },
);

export const limit: fc.Arbitrary<LimitText> = fc
  .tuple(
    fc.record(
      {
        on: fc.constantFrom("flow:refund", "project", "flow:other", ANN),
        connection: fc.constantFrom("mail", "other"),
        level: fc.constantFrom("organization" as const, "project" as const),
      },
      { requiredKeys: [] },
    ),
    fc.array(anyLine, { minLength: 1, maxLength: 2 }),
    fc.boolean(),
  )
  .map(([head, lines, deny]) => ({
    ...head,
    deny,
    lines: deny ? lines.map(({ actions, when }) => ({ actions, ...(when && { when }) })) : lines,
  }));

export const request: fc.Arbitrary<PolicyRequest> = fc
  .record({
    action: fc.constantFrom("gmail.send", "gmail.read", "slack.post"),
    connection: fc.constantFrom(
      { kind: "connection" as const, slug: "mail" },
      { kind: "credential" as const, slug: "mail" },
      null,
    ),
    boundAs: fc.subarray([ANN]),
    to: fc.oneof(fc.constantFrom(...ADDRESSES), fc.subarray(ADDRESSES)),
    cc: fc.option(fc.constantFrom(...ADDRESSES)),
    amount: fc.constantFrom(0, 3, 7, "3", null),
    literal: fc.subarray(["to", "cc"]).map((fields) => new Set(fields)),
    tainted: fc.boolean(),
    known: fc.boolean(),
    estimate: fc.option(
      fc.record({
        micro: fc.constantFrom(0n, 2_000_000n, null),
        currency: fc.constantFrom("EUR", "USD"),
        tokens: fc.constant(0),
      }),
    ),
  })
  .map(({ to, cc, amount, ...rest }) =>
    requestOf({
      ...rest,
      class: rest.action === "gmail.read" ? "read" : "write",
      arguments: { to, cc, amount, subject: "x" },
    }),
  );
