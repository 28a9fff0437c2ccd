import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asksWhetherFirst, compareReservations, decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import {
  ANN,
  BOB,
  grant,
  grantAt,
  type GrantText,
  limit,
  type LimitText,
  anyLine,
  limitAt,
  NOW_MS,
  policyOf,
  request,
  requestOf,
} from "./forms.testsuite.ts";
import { arrangePolicy } from "./policy.ts";

const SEND = { actions: ["gmail.send"] };
const TO_EXAMPLE = { ...SEND, when: [{ field: "to", domains: ["example.com"] }] };

function see(decision: Decision): string {
  if (decision.kind === "refused") return decision.code;
  const by = decision.by === null ? "nothing" : `${decision.by.id}.${decision.by.line}`;
  return `${decision.approval === null ? "allowed" : "held"} by ${by}`;
}

function ask(grants: readonly GrantText[], over = {}, limits: readonly LimitText[] = []): Decision {
  return decide(requestOf(over), policyOf(grants, limits), NOW_MS);
}

test("nothing is allowed that no grant covers", () => {
  expect(see(ask([]))).toBe("not_granted");
  expect(see(ask([{ lines: [{ actions: ["gmail.read"] }] }]))).toBe("not_granted");
  expect(see(ask([{ to: "flow:other", lines: [SEND] }]))).toBe("not_granted");
  expect(see(ask([{ connection: "other", lines: [SEND] }]))).toBe("not_granted");
  expect(see(ask([{ credential: "mail", lines: [SEND] }]))).toBe("not_granted");
});

test("an effect without a connection needs no grant, and a limit may refuse it", () => {
  const plain = { connection: null, action: "http.request", destination: ["url"], tainted: true };
  expect(see(ask([], plain))).toBe("allowed by nothing");
  expect(see(ask([], plain, [{ lines: [{ actions: ["http.*"] }], deny: true }]))).toBe("limit_refused");
  expect(see(ask([], plain, [{ connection: "mail", lines: [{ actions: ["*"] }], deny: true }]))).toBe(
    "allowed by nothing",
  );
  const approved = { actions: ["http.request"], approval: { when: "tainted" as const } };
  expect(see(ask([], plain, [{ lines: [approved] }]))).toBe("held by nothing");
});

test("an action is covered by its name, its connector, its class and everything", () => {
  for (const pattern of ["gmail.send", "gmail.*", "write", "*"]) {
    expect(see(ask([{ lines: [{ actions: [pattern] }] }]))).toBe("allowed by g0.0");
  }
  for (const pattern of ["gmail.sen", "gmai.*", "gmail2.*", "read", "delete"]) {
    expect(see(ask([{ lines: [{ actions: [pattern] }] }]))).toBe("not_granted");
  }
  expect(see(ask([{ to: "project", lines: [SEND] }]))).toBe("allowed by g0.0");
});

test("a grant holds from its beginning up to its end", () => {
  const from = "2026-11-21T12:00:00Z";
  expect(see(ask([{ from, lines: [SEND] }]))).toBe("allowed by g0.0");
  expect(see(decide(requestOf(), policyOf([{ from, lines: [SEND] }]), NOW_MS - 1))).toBe("not_granted");
  expect(see(ask([{ until: from, lines: [SEND] }]))).toBe("not_granted");
  expect(see(decide(requestOf(), policyOf([{ until: from, lines: [SEND] }]), NOW_MS - 1))).toBe("allowed by g0.0");
});

test("the oldest covering line decides, and before it one that asks nobody", () => {
  const asking = { ...SEND, approval: { when: "always" as const } };
  expect(see(ask([{ lines: [asking, SEND] }, { lines: [SEND] }]))).toBe("allowed by g0.1");
  expect(see(ask([{ lines: [asking] }, { lines: [asking] }, { lines: [SEND] }]))).toBe("allowed by g2.0");
  expect(see(ask([{ lines: [asking] }, { to: "project", lines: [asking] }]))).toBe("held by g0.0");
  expect(see(ask([{ to: "project", lines: [SEND] }, { lines: [SEND] }]))).toBe("allowed by g0.0");
});

test("a refusal names the nearest line and what was in its way", () => {
  const refused = ask([{ lines: [{ actions: ["gmail.read"] }, TO_EXAMPLE] }], { arguments: { to: "bob@evil.com" } });
  expect(refused).toEqual({
    kind: "refused",
    code: "not_granted",
    line: { kind: "grant", id: "g0", version: 3, line: 1 },
    obstacles: [{ kind: "condition", condition: 0, field: "to", message: "to: bob@evil.com is not in example.com" }],
    message:
      "No grant covers gmail.send with the connection mail; the nearest is line 2 of grant g0: to: bob@evil.com is not in example.com.",
  });
  const near = (grants: readonly GrantText[]): readonly string[] => {
    const decision = ask(grants);
    return decision.kind === "refused" ? decision.obstacles.map(({ kind }) => kind) : ["allowed"];
  };
  expect(near([{ lines: [{ actions: ["gmail.read"] }] }])).toEqual(["action"]);
  expect(
    near([
      { to: "flow:other", lines: [SEND] },
      { until: "2026-01-01T00:00:00Z", lines: [SEND] },
    ]),
  ).toEqual(["ended"]);
});

test("where no grant is to whoever asks on that connection, the refusal names none, and says how one is given", () => {
  const others: readonly (readonly GrantText[])[] = [
    [],
    [{ to: "flow:other", lines: [SEND] }],
    [{ connection: "other", lines: [SEND] }],
    [{ to: "flow:other", connection: "other", lines: [SEND] }],
  ];
  for (const grants of others)
    expect(ask(grants)).toMatchObject({
      line: null,
      obstacles: [],
      message: expect.stringMatching(
        /^No grant lets the flow [a-z-]+.* do gmail\.send with the connection mail: give one under Grants, or with `steward grant give`\.$/,
      ),
    });
});

test("what hides or reorders text does not reach a refusal's message", () => {
  const refused = ask([{ lines: [TO_EXAMPLE] }], { arguments: { to: `x\u202e\u0000\n${"y".repeat(500)}` } });
  expect(refused.kind === "refused" && refused.message).toMatch(/^[\P{C}]{1,400}$/u);
});

test("each line of a limit that names the action must hold, whoever granted", () => {
  const all = [{ to: "project", lines: [{ actions: ["*"] }] }];
  const only = { lines: [TO_EXAMPLE] };
  expect(see(ask(all, {}, [only]))).toBe("allowed by g0.0");
  expect(see(ask(all, { arguments: { to: "a@evil.com" } }, [only]))).toBe("limit_refused");
  expect(see(ask(all, { arguments: {} }, [only]))).toBe("limit_refused");
  expect(see(ask(all, { action: "gmail.read", arguments: {} }, [only]))).toBe("allowed by g0.0");
  expect(see(ask(all, { arguments: { to: "a@evil.com" } }, [{ ...only, on: "flow:other" }]))).toBe("allowed by g0.0");
  expect(see(ask(all, { arguments: { to: "a@evil.com" }, boundAs: [ANN] }, [{ ...only, on: ANN }]))).toBe(
    "limit_refused",
  );
  expect(see(ask(all, { arguments: { to: "a@evil.com" } }, [{ ...only, on: "project" }]))).toBe("limit_refused");
  expect(see(ask([], {}, [{ ...only, deny: true }]))).toBe("limit_refused");
});

test("a limit that denies refuses a list for one of its members", () => {
  const all = [{ lines: [SEND] }];
  const deny = { deny: true, lines: [{ ...SEND, when: [{ field: "to", domains: ["evil.com"] }] }] };
  expect(see(ask(all, { arguments: { to: ["a@ok.com", "b@evil.com"] } }, [deny]))).toBe("limit_refused");
  expect(see(ask(all, { arguments: { to: "a@ok.com (" } }, [deny]))).toBe("limit_refused");
  expect(see(ask(all, { arguments: { to: ["a@ok.com"] } }, [deny]))).toBe("allowed by g0.0");
});

test("rates and money of the line and of every limit are reserved, in the order of locking", () => {
  const rate = [
    { times: 20, per: "day" as const },
    { times: 5, per: "day" as const },
    { times: 3, per: "hour" as const },
  ];
  const money = [
    { amount: 1.5, currency: "EUR", per: "month" as const },
    { amount: 9, currency: "USD", per: "day" as const },
  ];
  const decision = ask(
    [{ lines: [{ ...SEND, rate, money }] }],
    { estimate: { micro: 250n, currency: "EUR", tokens: 3 } },
    [
      { lines: [{ actions: ["*"], rate: [{ times: 50, per: "day" }] }] },
      {
        level: "organization",
        lines: [
          { actions: ["read"], rate: [{ times: 1, per: "day" }] },
          { actions: ["write"], rate: [{ times: 2, per: "total" }] },
        ],
      },
    ],
  );
  expect(decision.kind === "allowed" && decision.reservations).toEqual([
    { level: "organization", cap: "limit:l1:1", unit: "calls", period: "total", amount: 1n, max: 2n },
    { level: "project", cap: "limit:l0:0", unit: "calls", period: "day", amount: 1n, max: 50n },
    { level: "grant", cap: "grant:g0:0", unit: "calls", period: "day", amount: 1n, max: 5n },
    { level: "grant", cap: "grant:g0:0", unit: "calls", period: "hour", amount: 1n, max: 3n },
    { level: "grant", cap: "grant:g0:0", unit: "micro:EUR", period: "month", amount: 250n, max: 1_500_000n },
  ]);
});

test("where money is capped, what has no price in a capped currency is refused", () => {
  const line = { ...SEND, money: [{ amount: 5, currency: "EUR", per: "day" as const }] };
  const price = (micro: bigint | null, currency = "EUR") => ({ estimate: { micro, currency, tokens: 0 } });
  expect(see(ask([{ lines: [line] }], price(1n)))).toBe("allowed by g0.0");
  expect(see(ask([{ lines: [line] }], price(0n, "USD")))).toBe("allowed by g0.0");
  expect(see(ask([{ lines: [line] }]))).toBe("allowed by g0.0");
  expect(see(ask([{ lines: [line] }], price(null)))).toBe("price_unknown");
  expect(see(ask([{ lines: [line] }], price(1n, "USD")))).toBe("price_unknown");
  expect(see(ask([{ lines: [line] }, { lines: [SEND] }], price(1n, "USD")))).toBe("allowed by g1.0");
  expect(see(ask([{ lines: [SEND] }], price(null), [{ lines: [line] }]))).toBe("price_unknown");
});

test("an approval rule asks when it says so, and when it can't tell", () => {
  const above = { ...SEND, approval: { when: "above" as const, field: "amount", above: 10 } };
  const held = (line: typeof above | object, over: object): boolean =>
    see(ask([{ lines: [{ ...SEND, ...line }] }], over)).startsWith("held");
  expect(held(above, { arguments: { amount: 10 } })).toBe(false);
  expect(held(above, { arguments: { amount: 10.01 } })).toBe(true);
  expect(held(above, { arguments: { amount: [1, 11] } })).toBe(true);
  expect(held(above, { arguments: { amount: "9" } })).toBe(true);
  expect(held(above, { arguments: {} })).toBe(true);
  const cost = { approval: { when: "above" as const, currency: "EUR", above: 0.1 } };
  const price = (micro: bigint | null, currency = "EUR") => ({ estimate: { micro, currency, tokens: 0 } });
  expect(held(cost, price(100_000n))).toBe(false);
  expect(held(cost, price(100_001n))).toBe(true);
  expect(held(cost, price(null))).toBe(true);
  expect(held(cost, price(1n, "USD"))).toBe(true);
  expect(held(cost, {})).toBe(false);
  const first = { approval: { when: "first" as const } };
  expect(held(first, { known: true })).toBe(false);
  expect(held(first, { known: false })).toBe(true);
  const tainted = { approval: { when: "tainted" as const } };
  expect(held(tainted, { tainted: false })).toBe(false);
  expect(held(tainted, { tainted: true, literal: new Set(["to"]) })).toBe(true);
});

test("approvals of a line and of limits are put together so that none is weakened", () => {
  const rule = { when: "always" as const, by: ["role:owner", "granter"], quorum: 1, expiresHours: 10, remindHours: 5 };
  const decision = ask([{ lines: [{ ...SEND, approval: rule }] }], {}, [
    {
      lines: [{ ...SEND, approval: { ...rule, by: ["role:owner", ANN], quorum: 2, expiresHours: 4, remindHours: 1 } }],
    },
    { lines: [{ ...SEND, approval: { when: "always", expiresHours: 20 } }] },
  ]);
  expect(decision.kind === "allowed" && decision.approval).toMatchObject({
    expiresHours: 4,
    parties: [
      { by: [ANN, "role:owner"], quorum: 2, remindHours: 1, escalate: null },
      { by: [BOB], quorum: 1 },
    ],
    reasons: [{ kind: "always", of: { id: "g0" } }, { of: { id: "l0" } }, { of: { id: "l1" } }],
  });
});

test("a tainted run does not decide by itself where an effect goes", () => {
  const tainted = { tainted: true };
  const held = (line: object, over: object): readonly string[] => {
    const decision = ask([{ lines: [{ ...SEND, ...line }] }], { ...tainted, ...over });
    if (decision.kind === "refused") return [decision.code];
    return decision.approval?.reasons.map(({ kind, field }) => `${kind} ${field}`) ?? [];
  };
  expect(held({}, { tainted: false })).toEqual([]);
  expect(held({}, {})).toEqual(["destination to"]);
  expect(held({}, { literal: new Set(["to"]) })).toEqual([]);
  expect(held({}, { literal: new Set(["cc"]) })).toEqual(["destination to"]);
  expect(held({ when: [{ field: "to", any: true }] }, {})).toEqual(["destination to"]);
  expect(held({ when: [{ field: "to", matches: ["*"] }] }, {})).toEqual(["destination to"]);
  expect(held({ when: [{ field: "subject", in: ["Refund"] }] }, {})).toEqual(["destination to"]);
  expect(held({ when: [{ field: "to", domains: ["example.com"] }] }, {})).toEqual([]);
  const both = { arguments: { to: "a@example.com", cc: ["b@evil.com"] } };
  expect(held({ when: [{ field: "to", domains: ["example.com"] }] }, both)).toEqual(["destination cc"]);
  expect(held({}, { ...both, literal: new Set(["to", "cc"]) })).toEqual([]);
  expect(held({}, { arguments: { to: [], cc: null } })).toEqual([]);
});

test("a destination is approved by the grant's approvers, or by those who may grant", () => {
  const party = (line: object): unknown => {
    const decision = ask([{ lines: [{ ...SEND, ...line }] }], { tainted: true });
    return decision.kind === "allowed" ? decision.approval?.parties[0]?.by : decision.code;
  };
  expect(party({})).toEqual(["may_grant"]);
  expect(party({ approval: { when: "first", by: ["role:owner"] } })).toEqual(["role:owner"]);
  const nobody = { ...requestOf({ tainted: true }), known: false };
  const made = grantAt({ lines: [{ ...SEND, approval: { when: "first" } }] }, 0);
  const policy = arrangePolicy([{ ...made, lines: made.lines.map((one) => ({ ...one, granter: null })) }], []);
  const decision = decide(nobody, policy, NOW_MS);
  expect(decision.kind === "allowed" && decision.approval?.parties).toMatchObject([{ by: ["may_grant"] }]);
});

test("whether it is the first time has to be looked up only where a rule asks", () => {
  const first = { ...SEND, approval: { when: "first" as const } };
  expect(asksWhetherFirst(policyOf([{ lines: [SEND] }]), requestOf())).toBe(false);
  expect(asksWhetherFirst(policyOf([{ lines: [first] }]), requestOf())).toBe(true);
  expect(asksWhetherFirst(policyOf([{ lines: [first] }]), requestOf({ action: "gmail.read" }))).toBe(false);
  expect(asksWhetherFirst(policyOf([], [{ lines: [first] }]), requestOf({ connection: null }))).toBe(true);
});

/** How much is let through: nothing, what a person agrees to, all. */
function openness(decision: Decision): number {
  if (decision.kind === "refused") return 0;
  return decision.approval === null ? 2 : 1;
}

const grants = fc.array(grant, { maxLength: 6 });
const limits = fc.array(limit, { maxLength: 2 });
const open = (asked: Parameters<typeof decide>[0], these: readonly GrantText[], bounds: readonly LimitText[]): number =>
  openness(decide(asked, policyOf(these, bounds), NOW_MS));

test("the arbitraries reach every kind of decision", () => {
  const seen = new Set<string>();
  for (const [asked, these, bounds] of fc.sample(fc.tuple(request, grants, limits), { numRuns: 3000, seed: 1 })) {
    const decision = decide(asked, policyOf(these, bounds), NOW_MS);
    seen.add(decision.kind === "refused" ? decision.code : `open ${openness(decision)}`);
  }
  expect([...seen].toSorted()).toEqual(["limit_refused", "not_granted", "open 1", "open 2", "price_unknown"]);
});

test("a further limit never allows more, and reserves no less", () => {
  fc.assert(
    fc.property(request, grants, limits, limit, (asked, these, bounds, another) => {
      const before = decide(asked, policyOf(these, bounds), NOW_MS);
      const after = decide(asked, policyOf(these, [...bounds, another]), NOW_MS);
      expect(openness(after)).toBeLessThanOrEqual(openness(before));
      if (before.kind === "allowed" && after.kind === "allowed") {
        expect(after.reservations).toEqual(expect.arrayContaining([...before.reservations]));
        expect(after.by).toEqual(before.by);
        const quorums = (decision: typeof after): number =>
          decision.approval?.parties.reduce((sum, { quorum }) => sum + quorum, 0) ?? 0;
        expect(quorums(after)).toBeGreaterThanOrEqual(quorums(before));
      }
    }),
    { numRuns: 600 },
  );
});

test("a grant taken away never allows more", () => {
  fc.assert(
    fc.property(request, grants, limits, fc.nat(), (asked, these, bounds, at) => {
      const fewer = these.filter((_, index) => index !== at % Math.max(1, these.length));
      expect(open(asked, fewer, bounds)).toBeLessThanOrEqual(open(asked, these, bounds));
    }),
    { numRuns: 600 },
  );
});

test("the order of grants and limits does not change what is allowed; the order in which they are read changes nothing", () => {
  fc.assert(
    fc.property(request, grants, limits, (asked, these, bounds) => {
      const allowed = open(asked, these, bounds);
      expect(open(asked, these.toReversed(), bounds.toReversed())).toBe(allowed);
      const compiled = these.map((form, at) => grantAt(form, at));
      const bound = bounds.map((form, at) => limitAt(form, at));
      expect(decide(asked, arrangePolicy(compiled.toReversed(), bound.toReversed()), NOW_MS)).toEqual(
        decide(asked, arrangePolicy(compiled, bound), NOW_MS),
      );
    }),
    { numRuns: 600 },
  );
});

test("what is looked up by its demands decides as a look at every line would", () => {
  fc.assert(
    fc.property(request, grants, limits, (asked, these, bounds) => {
      const compiled = these.map((form, at) => grantAt(form, at));
      const unkeyed = compiled.map((made) => ({
        ...made,
        lines: made.lines.map((line) => ({
          ...line,
          conditions: line.conditions.map((condition) => ({ ...condition, keys: null })),
        })),
      }));
      const bound = bounds.map((form, at) => limitAt(form, at));
      expect(decide(asked, arrangePolicy(compiled, bound), NOW_MS)).toEqual(
        decide(asked, arrangePolicy(unkeyed, bound), NOW_MS),
      );
    }),
    { numRuns: 1500 },
  );
});

test("lines that name more than can be looked up, or leave a field open, are looked at each time", () => {
  const domains = Array.from({ length: 51 }, (_, at) => `d${at}.example`);
  const to = (address: string | null) => ({ arguments: { to: address, cc: null } });
  const many = [{ lines: [{ ...SEND, when: [{ field: "to", domains }] }] }];
  expect(see(ask(many, to("a@d50.example")))).toBe("allowed by g0.0");
  expect(see(ask(many, to("a@d51.example")))).toBe("not_granted");
  const given = [{ lines: [{ ...SEND, when: [{ field: "cc", domains: ["ok.com"], ifGiven: true as const }] }] }];
  expect(see(ask(given, to("a@b.example")))).toBe("allowed by g0.0");
  const below = [{ lines: [{ ...SEND, when: [{ field: "to", domains: ["*.ok.com"] }] }] }];
  expect(see(ask(below, to("a@a.b.ok.com")))).toBe("allowed by g0.0");
  expect(see(ask(below, to("a@ok.com")))).toBe("not_granted");
  expect(see(ask(below, to("a@notok.com")))).toBe("not_granted");
});

test("a narrowed line never allows more", () => {
  const narrowing = fc.constantFrom("condition", "actions", "approval", "money", "until", "principal");
  fc.assert(
    fc.property(request, grants, limits, anyLine, narrowing, (asked, these, bounds, other, how) => {
      const [first, ...rest] = these;
      if (first === undefined) return;
      const [head, ...lines] = first.lines;
      const narrowed: Record<typeof how, GrantText> = {
        condition: { ...first, lines: [{ ...head!, when: [...(head!.when ?? []), ...(other.when ?? [])] }, ...lines] },
        actions: { ...first, lines: [{ ...head!, actions: head!.actions.slice(0, 1) }, ...lines] },
        approval: { ...first, lines: [{ ...head!, approval: { when: "always" } }, ...lines] },
        money: head!.money?.length
          ? first
          : { ...first, lines: [{ ...head!, money: [{ amount: 1, currency: "EUR", per: "day" }] }, ...lines] },
        until: { ...first, until: "2026-01-01T00:00:00Z" },
        principal: { ...first, to: "flow:nobody" },
      };
      const before = open(asked, these, bounds);
      const after = open(asked, [narrowed[how], ...rest], bounds);
      // A condition that says where to answers for a tainted destination, in the place of a person: that is what it is for.
      if (how === "condition" && asked.tainted) expect(Math.min(after, 1)).toBeLessThanOrEqual(Math.min(before, 1));
      else expect(after).toBeLessThanOrEqual(before);
    }),
    { numRuns: 1000 },
  );
});

test("nothing is allowed without a line that covers it, judged anew from the decision", () => {
  fc.assert(
    fc.property(request, grants, limits, (asked, these, bounds) => {
      const decision = decide(asked, policyOf(these, bounds), NOW_MS);
      if (decision.kind === "refused" || asked.connection === null) return;
      const at = Number(decision.by!.id.slice(1));
      const alone = { ...these[at]!, lines: [these[at]!.lines[decision.by!.line]!] };
      expect(openness(decide(asked, policyOf([alone], bounds), NOW_MS))).toBe(openness(decision));
      expect(decision.reservations).toEqual(decision.reservations.toSorted(compareReservations));
    }),
    { numRuns: 600 },
  );
});
