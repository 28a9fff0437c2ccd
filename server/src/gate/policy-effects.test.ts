/** What grants, limits, budgets and approvals do to an effect, and what is revoked while it is under way. */
import { describe, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { GRANTED } from "../core/ports/gate.testsuite.ts";
import type { CapReservation, EffectCall, Intended, Intent } from "../core/ports/gate.ts";
import type { GivenApproval } from "./approval-stands.ts";
import { boxCall, openBox } from "./box.testsuite.ts";
import {
  answer,
  callOf,
  connection,
  connections,
  credential,
  keys,
  openGate,
  serve,
  settled,
} from "./gate.testsuite.ts";
import type { InForce } from "./policy.testsuite.ts";
import { uuidOf } from "./policy.testsuite.ts";

const CON = uuidOf("connection", 0);
const ANN = uuidOf("account", 1);
const reply = (): Promise<Awaited<ReturnType<typeof serve>>> =>
  serve((socket) => socket.write(answer('{"id":"1"}', { "content-type": "application/json" })));

/** A grant of the box to whom, with lines. */
function grant(
  lines: readonly object[] = [{ actions: ["box.*"] }],
  change: object = {},
): NonNullable<InForce["grants"]>[number] {
  return { connection: CON, form: { to: "project", connection: "box", lines, ...change } as never };
}

describe("who may", () => {
  test("nothing is done with a connection that no grant is about, and the refusal says which came nearest", async () => {
    const server = await reply();
    const inForce = { grants: [grant([{ actions: ["box.read"], when: [{ field: "to", domains: ["example.com"] }] }])] };
    const { gate } = openBox(server, { inForce });
    const call = boxCall("read", { arguments: { id: "1", to: ["bob@canary.example"] } });
    const { outcome, audit } = await gate.perform(call);
    expect(outcome).toMatchObject({ kind: "refused", code: "not_granted" });
    expect(outcome.kind === "refused" && outcome.message).toContain("example.com");
    expect(audit).toMatchObject([
      { action: "effect.refused", facts: { check: "granted", decidedBy: showId("grt", uuidOf("grant", 0)), line: 0 } },
    ]);
    expect(JSON.stringify(audit)).not.toContain("canary");
    expect([call.intents.length, server.sockets.length]).toEqual([0, 0]);
    const allowed = boxCall("read", { arguments: { id: "1", to: ["bob@example.com"] } });
    expect((await gate.perform(allowed)).outcome.kind).toBe("done");
  });

  test("a grant is for its own connection: one that has taken the slug since has none", async () => {
    const server = await reply();
    const { gate } = openBox(server, { inForce: { grants: [{ ...grant(), connection: uuidOf("connection", 9) }] } });
    expect((await gate.perform(boxCall("read"))).outcome).toMatchObject({ kind: "refused", code: "not_granted" });
    expect(server.sockets).toHaveLength(0);
  });

  test("a flow's connection is no other flow's, a person's own acts in runs that they start, me is theirs", async () => {
    const server = await reply();
    const end = async (row: object, change: Partial<EffectCall> = {}, effect: object = {}) => {
      const { outcome } = await openBox(server, { row, inForce: { grants: [grant()] } }).gate.perform(
        boxCall("read", effect, change),
      );
      return outcome.kind === "done" ? "done" : outcome.code;
    };
    expect(await end({ flow: "orders" })).toBe("done");
    expect(await end({ flow: "other" })).toBe("connection_not_allowed");
    expect(await end({ owner: ANN })).toBe("connection_not_allowed");
    expect(await end({ owner: ANN }, { starter: uuidOf("account", 2) })).toBe("connection_not_allowed");
    expect(await end({ owner: ANN }, { starter: ANN })).toBe("done");
    expect(await end({ owner: ANN }, { starter: ANN }, { connection: "me" })).toBe("done");
    expect(await end({ owner: ANN }, { starter: null }, { connection: "me" })).toBe("connection_missing");
    expect(await end({ owner: null }, { starter: ANN }, { connection: "me" })).toBe("connection_missing");
    expect(await end({ status: "pending" })).toBe("connection_pending");
    expect(await end({ status: "reauth_required" })).toBe("reauth_required");
    expect(await end({ status: "disconnected" })).toBe("connection_missing");
  });

  test("of several of one's own nobody guesses which is meant", async () => {
    const server = await reply();
    const own = { owner: ANN, connector: "box", scopes: ["box.use"] };
    const two = connections([connection({ ...own, slug: "box" }), connection({ ...own, slug: "second" })]);
    const inForce = { grants: [grant()] };
    const { gate } = openBox(server, { connections: two, inForce });
    const call = boxCall("read", { connection: "me" }, { starter: ANN });
    expect((await gate.perform(call)).outcome).toMatchObject({ code: "connection_missing" });
    const rows = [connection({ ...own, slug: "box" }), connection({ ...own, slug: "dead", status: "reauth_required" })];
    const { gate: other } = openBox(server, { connections: connections(rows), inForce });
    expect((await other.perform(call)).outcome.kind).toBe("done");
  });

  test("a grant to a member counts where the run acts with that member's own connection, and nowhere else", async () => {
    const server = await reply();
    const to = `member:${showId("acc", ANN)}`;
    const end = async (owner: string | null) => {
      const { gate } = openBox(server, { row: { owner }, inForce: { grants: [grant(undefined, { to })] } });
      return (await gate.perform(boxCall("read", {}, { starter: ANN }))).outcome;
    };
    expect(await end(ANN)).toMatchObject({ kind: "done" });
    expect(await end(null)).toMatchObject({ code: "not_granted" });
  });

  test("a limit on whoever has started the run binds it, whoever granted", async () => {
    const server = await reply();
    const limits = [
      { form: { on: `member:${showId("acc", ANN)}`, lines: [{ actions: ["box.*"] }], deny: true } },
    ] as never;
    const { gate } = openBox(server, { inForce: { grants: [grant()], limits } });
    expect((await gate.perform(boxCall("read", {}, { starter: ANN }))).outcome).toMatchObject({
      code: "limit_refused",
    });
    expect((await gate.perform(boxCall("read"))).outcome.kind).toBe("done");
  });

  test("plain HTTP needs no grant, a credential does, and a limit may refuse both", async () => {
    const server = await reply();
    const end = async (effect: object, inForce: InForce = {}, credentials = [credential("s3cret")]) =>
      (await openGate({ credentials, inForce }).gate.perform(callOf({ url: server.url }, effect))).outcome;
    expect(await end({})).toMatchObject({ kind: "done" });
    expect(await end({ credential: "crm" })).toMatchObject({ kind: "done" });
    const { gate } = openGate({ findCredential: async () => credential("s3cret") });
    expect((await gate.perform(callOf({ url: server.url }, { credential: "crm" }))).outcome).toMatchObject({
      code: "not_granted",
    });
    const deny = { limits: [{ form: { lines: [{ actions: ["http.*"] }], deny: true } }] } as InForce;
    expect(await end({}, deny)).toMatchObject({ code: "limit_refused" });
    expect(await end({ credential: "crm" }, deny)).toMatchObject({ code: "limit_refused" });
  });

  test("what was granted a moment ago counts, though no word of it has come", async () => {
    const server = await reply();
    let inForce: InForce = {};
    let nowMs = 0;
    const clock = { nowMs: () => 1_000, monotonicMs: () => nowMs, after: () => () => undefined };
    const { gate } = openBox(server, { inForce: () => inForce, clock });
    expect((await gate.perform(boxCall("read"))).outcome).toMatchObject({ code: "not_granted" });
    inForce = { grants: [grant()] };
    nowMs = 50;
    expect((await gate.perform(boxCall("read"))).outcome).toMatchObject({ code: "not_granted" });
    nowMs = 200;
    expect((await gate.perform(boxCall("read"))).outcome.kind).toBe("done");
  });
});

/** A call that keeps what the gate asks of the engine, and answers as given. */
function asking(call: EffectCall, answers: readonly Pick<Intended, "reserved" | "cap">[] = [], approved = true) {
  const intents: Intent[] = [];
  const again: (readonly CapReservation[])[] = [];
  let at = 0;
  const next = () => answers[Math.min(at++, answers.length - 1)] ?? { reserved: "granted" as const, cap: null };
  return {
    intents,
    again,
    call: {
      ...call,
      intend: async (intent: Intent): Promise<Intended> => {
        intents.push(intent);
        return { ...GRANTED, ...next(), approved };
      },
      reserve: async (reservations: readonly CapReservation[]) => {
        again.push(reservations);
        return next();
      },
    },
  };
}

describe("what is reserved", () => {
  const RATED = { actions: ["box.*"], rate: [{ times: 20, per: "day" }] };
  const BUDGETS: InForce["budgets"] = [
    { level: "organization", project: null, unit: "calls", period: "month", amount: 100 },
    { level: "flow", subject: "orders", unit: "calls", period: "run", amount: 3 },
    { level: "flow", subject: "other", unit: "calls", period: "day", amount: 3 },
    { level: "project", unit: "money", currency: "EUR", period: "day", amount: 5 },
  ];

  test("rates of the line and budgets that bind it, in the order in which counters are locked", async () => {
    const server = await reply();
    const { gate } = openBox(server, { inForce: { grants: [grant([RATED])], budgets: BUDGETS } });
    const { call, intents } = asking(boxCall("read"));
    const performed = await gate.perform(call);
    const cap = (at: number) => uuidOf("cap", at);
    expect(intents[0]?.reservations).toMatchObject([
      { cap: cap(1), level: "organization", periodKey: "1970-01", amount: 1n, max: 100n },
      { cap: cap(2), level: "flow", periodKey: "run_1", amount: 1n, max: 3n },
      { cap: cap(0), level: "grant", periodKey: "1970-01-01", amount: 1n, max: 20n },
    ]);
    expect(performed.settle).toEqual([1, 2, 0].map((at) => ({ cap: cap(at), amount: null })));
  });

  test("a counter that is full refuses before anything is sent, as a rate or a budget, and nothing is settled", async () => {
    const server = await reply();
    const { gate } = openBox(server, { inForce: { grants: [grant([RATED])], budgets: BUDGETS } });
    const { call } = asking(boxCall("read"), [{ reserved: "exceeded", cap: uuidOf("cap", 0) }]);
    const { outcome, settle, audit } = await gate.perform(call);
    expect(outcome).toMatchObject({ kind: "refused", code: "rate_exceeded" });
    expect(outcome.kind === "refused" && outcome.message).toMatch(
      /^line \d of the grant to [^(]+ \(grt_\w+\) \(20 calls a day\) has too little left; wait for its next period, or widen that grant$/,
    );
    expect(settle).toEqual([]);
    expect(audit).toMatchObject([{ action: "effect.outcome", facts: { outcome: "refused", code: "rate_exceeded" } }]);
    expect(server.sockets).toHaveLength(0);
  });

  test("what only others have reserved is waited for, as long as the step has time, and then refused", async () => {
    const server = await reply();
    let nowMs = 0;
    const clock = {
      nowMs: () => 1_000,
      monotonicMs: () => nowMs,
      after: (ms: number, callback: () => void) => {
        nowMs += ms;
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const { gate } = openBox(server, { inForce: { grants: [grant([RATED])] }, clock });
    const waits = { reserved: "waits", cap: uuidOf("cap", 0) } as const;
    const soon = asking(boxCall("read"), [waits, waits, { reserved: "granted", cap: null }]);
    expect((await gate.perform(soon.call)).outcome.kind).toBe("done");
    expect(soon.again).toHaveLength(2);
    const never = asking(boxCall("read", { timeoutMs: 1_000 }), [waits]);
    expect((await gate.perform(never.call)).outcome).toMatchObject({ kind: "refused", code: "rate_exceeded" });
    expect(never.again).toHaveLength(4);
    const long = asking(boxCall("read", { timeoutMs: 600_000 }), [waits]);
    await gate.perform(long.call);
    expect(long.again).toHaveLength(240);
    expect(server.requests).toHaveLength(1);
  });

  test("what waits is held back when what it was judged by changes, and then judged by what is in force", async () => {
    const server = await reply();
    let inForce: InForce = { grants: [grant([RATED])] };
    const after = (_ms: number, callback: () => void) => (queueMicrotask(callback), () => undefined);
    const clock = { nowMs: () => 1_000, monotonicMs: () => 0, after };
    const box = openBox(server, { inForce: () => inForce, clock });
    const { call } = asking(boxCall("read"), [{ reserved: "waits", cap: uuidOf("cap", 0) }]);
    const reserve = async (): Promise<Pick<Intended, "reserved" | "cap">> => {
      inForce = {};
      box.policies.drop(call);
      return { reserved: "granted", cap: null };
    };
    const held = await box.gate.perform({ ...call, reserve });
    expect(held).toMatchObject({ outcome: { kind: "refused", code: "cancelled" }, settle: [{ amount: 0n }] });
    expect((await box.gate.perform(call)).outcome).toMatchObject({ code: "not_granted" });
    expect(server.sockets).toHaveLength(0);
  });

  test("cancelling ends the waiting", async () => {
    const server = await reply();
    const { gate } = openBox(server, { inForce: { grants: [grant([RATED])] } });
    const call = boxCall("read");
    const waiting = asking(call, [{ reserved: "waits", cap: uuidOf("cap", 0) }]);
    const performed = gate.perform(waiting.call);
    await settled();
    call.controller.abort();
    expect((await performed).outcome).toMatchObject({ kind: "refused", code: "cancelled" });
    expect(server.sockets).toHaveLength(0);
  });

  test("what was taken is given back when the run is cancelled after it, or the approval is used up", async () => {
    const server = await reply();
    const { gate } = openBox(server, { inForce: { grants: [grant([RATED])] } });
    let stands = true;
    const late = asking({ ...boxCall("read"), mayProceed: () => stands });
    const intend = late.call.intend;
    const cancelled = { ...late.call, intend: (intent: Intent) => ((stands = false), intend(intent)) };
    expect(await gate.perform(cancelled)).toMatchObject({
      outcome: { code: "cancelled" },
      settle: [{ cap: uuidOf("cap", 0), amount: 0n }],
    });
    const used = asking(boxCall("read"), [], false);
    expect(await gate.perform(used.call)).toMatchObject({
      outcome: { kind: "refused", code: "approval_mismatch" },
      settle: [{ amount: 0n }],
    });
    expect(server.sockets).toHaveLength(0);
  });
});

describe("approvals", () => {
  const LINE = { actions: ["box.*"], approval: { when: "always", by: ["role:owner"] } };
  const inForce = { grants: [grant([LINE])] };

  async function held(server: Awaited<ReturnType<typeof reply>>, call = boxCall("write")) {
    const performed = await openBox(server, { inForce }).whole.perform(call);
    if (!("held" in performed)) throw new Error("not held");
    return performed;
  }
  const approvalOf = ({ held: asked }: Awaited<ReturnType<typeof held>>): GivenApproval => ({
    run: "run_1",
    action: asked.action,
    digest: asked.digest,
    changedDigest: null,
    status: "approved",
    parties: asked.needed.parties,
  });
  const under = { approval: uuidOf("approval", 0) };

  test("an effect that needs one is held before its intent, with all that a person is to see", async () => {
    const server = await reply();
    const call = boxCall("write", { arguments: { to: ["ann@example.com"] } });
    const performed = await held(server, call);
    expect(performed.held).toMatchObject({
      action: "box.write",
      connection: CON,
      grant: uuidOf("grant", 0),
      arguments: { id: "1", to: ["ann@example.com"] },
      needed: { parties: [{ by: ["role:owner"], quorum: 1 }], reasons: [{ kind: "always" }] },
    });
    expect(performed.held.digest).toHaveLength(32);
    expect(performed.audit).toMatchObject([{ action: "effect.held" }]);
    expect([call.intents.length, server.sockets.length]).toEqual([0, 0]);
  });

  test("it happens under the approval, once that is of these very arguments, this connection and this run", async () => {
    const server = await reply();
    const given = approvalOf(await held(server));
    const end = async (approval: GivenApproval | null, effect: object = {}) => {
      const { gate } = openBox(server, { inForce, findApproval: async () => approval });
      const { outcome } = await gate.perform(boxCall("write", effect, under));
      return outcome.kind === "done" ? "done" : outcome.code;
    };
    expect(await end(given)).toBe("done");
    expect(await end({ ...given, status: "used" })).toBe("done");
    expect(await end(given, { arguments: { id: "2", to: [] } })).toBe("approval_mismatch");
    expect(await end(null)).toBe("approval_mismatch");
    expect(await end({ ...given, run: "run_2" })).toBe("approval_mismatch");
    expect(await end({ ...given, action: "box.read" })).toBe("approval_mismatch");
    for (const status of ["open", "rejected", "expired", "withdrawn"] as const)
      expect(await end({ ...given, status })).toBe("approval_mismatch");
    expect(server.requests).toHaveLength(2);
  });

  test("with changed arguments it is of those, and no longer of the first", async () => {
    const server = await reply();
    const first = approvalOf(await held(server));
    const changed = approvalOf(await held(server, boxCall("write", { arguments: { id: "2", to: [] } })));
    const given = { ...first, changedDigest: changed.digest };
    const { gate } = openBox(server, { inForce, findApproval: async () => given });
    expect((await gate.perform(boxCall("write", {}, under))).outcome).toMatchObject({ code: "approval_mismatch" });
    const { outcome } = await gate.perform(boxCall("write", { arguments: { id: "2", to: [] } }, under));
    expect(outcome.kind).toBe("done");
  });

  test("when others must agree by now, or more of them, they are asked", async () => {
    const server = await reply();
    const given = approvalOf(await held(server));
    const ask = async (approval: object) => {
      const stricter = { grants: [grant([{ actions: ["box.*"], approval }])] };
      const { whole } = openBox(server, { inForce: stricter, findApproval: async () => given });
      return "held" in (await whole.perform(boxCall("write", {}, under)));
    };
    expect(await ask({ when: "always", by: ["role:owner"] })).toBe(false);
    expect(await ask({ when: "always", by: ["role:admin"] })).toBe(true);
    expect(await ask({ when: "always", by: ["role:owner"], quorum: 2 })).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  test("an approval can't stand in for a grant", async () => {
    const server = await reply();
    const given = approvalOf(await held(server));
    const { gate } = openBox(server, { inForce: {}, findApproval: async () => given });
    expect((await gate.perform(boxCall("write", {}, under))).outcome).toMatchObject({ code: "not_granted" });
  });

  test("a tainted run may send where the version says or a condition does, and is held where it decided itself", async () => {
    const server = await reply();
    const to = { arguments: { id: "1", to: ["ann@example.com"] } };
    const isHeld = async (change: Partial<EffectCall>, line: object = { actions: ["box.*"] }) => {
      const { whole } = openBox(server, { inForce: { grants: [grant([line])] } });
      return "held" in (await whole.perform(boxCall("write", to, change)));
    };
    const literal = { arguments: { to: ["ann@example.com"], id: "{{ trigger.id }}" } };
    const computed = { arguments: { to: ["{{ trigger.to }}"] } };
    expect(await isHeld({ tainted: false, written: computed })).toBe(false);
    expect(await isHeld({ tainted: true, written: literal })).toBe(false);
    expect(await isHeld({ tainted: true, written: computed })).toBe(true);
    expect(await isHeld({ tainted: true, written: { arguments: "{{ trigger.body }}" } })).toBe(true);
    const bound = { actions: ["box.*"], when: [{ field: "to", domains: ["example.com"] }] };
    expect(await isHeld({ tainted: true, written: computed }, bound)).toBe(false);
    const any = { actions: ["box.*"], when: [{ field: "to", any: true }] };
    expect(await isHeld({ tainted: true, written: computed }, any)).toBe(true);
  });

  test("the first time somewhere is looked up only where a line asks, and noted once it was done", async () => {
    const server = await reply();
    const known = new Set<string>();
    let asked = 0;
    const destinations = {
      isKnown: async (_scope: unknown, digest: Buffer) => ((asked += 1), known.has(digest.toString("hex"))),
      note: async (_scope: unknown, digest: Buffer) => void known.add(digest.toString("hex")),
    };
    const first = { actions: ["box.*"], approval: { when: "first", by: ["role:owner"] } };
    const at = (to: string) => boxCall("write", { arguments: { id: "1", to: [to] } });
    const open = (lines: readonly object[], more: object = {}) =>
      openBox(server, { inForce: { grants: [grant(lines)] }, destinations, ...more }).whole;
    expect("held" in (await open([{ actions: ["box.*"] }]).perform(at("a@b.test")))).toBe(false);
    expect([asked, known.size]).toEqual([0, 0]);
    const performed = await open([first]).perform(at("a@b.test"));
    if (!("held" in performed)) throw new Error("not held");
    expect(known.size).toBe(0);
    const findApproval = async () => approvalOf(performed);
    await open([first], { findApproval }).perform({ ...at("a@b.test"), ...under });
    expect(known.size).toBe(1);
    expect("held" in (await open([first]).perform(at("a@b.test")))).toBe(false);
    expect("held" in (await open([first]).perform(at("c@d.test")))).toBe(true);
    expect([...known][0]).not.toContain(Buffer.from("a@b.test").toString("hex"));
  });
});

describe("revoking", () => {
  const PLACE = { organization: callOf({ url: "" }).organization, project: callOf({ url: "" }).project };

  test("what is under way is aborted: nothing more leaves, and the step learns that it was revoked", async () => {
    const server = await serve(() => undefined);
    const box = openBox(server, { inForce: { grants: [grant()] } });
    const performed = box.gate.perform(boxCall("write"));
    while (server.requests.length === 0) await settled();
    const listed = await box.inFlight.abort(PLACE, { kind: "grant", id: uuidOf("grant", 0) }, 1_000);
    expect(listed).toMatchObject([{ run: "run_1", step: "send", action: "box.write", fate: "unknown" }]);
    const { outcome, audit } = await performed;
    expect(outcome).toMatchObject({ kind: "unknown", code: "aborted" });
    expect(audit).toMatchObject([{ facts: { outcome: "unknown", revoked: "grant" } }]);
    expect(box.inFlight.size()).toBe(0);
  });

  test.each([
    ["grant", uuidOf("grant", 0)],
    ["connection", CON],
    ["member", ANN],
  ] as const)(
    "a %s between the intent and the first byte: refused as revoked, and nothing leaves",
    async (kind, id) => {
      const server = await reply();
      const box = openBox(server, { inForce: { grants: [grant()] } });
      let listed: ReturnType<typeof box.inFlight.abort> | undefined;
      const { call } = asking(boxCall("write", {}, { starter: ANN }));
      const intend = call.intend;
      const performed = await box.gate.perform({
        ...call,
        intend: async (intent) => {
          listed = box.inFlight.abort(PLACE, { kind, id }, 1_000);
          return intend(intent);
        },
      });
      expect(performed.outcome).toMatchObject({ kind: "refused", code: "revoked" });
      expect(await listed).toMatchObject([{ fate: "stopped" }]);
      expect(server.sockets).toHaveLength(0);
      expect(box.secrets.asked).toHaveLength(0);
    },
  );

  test("E5 a word that comes while it is judged is heard: it is judged anew, by what is in force then", async () => {
    const server = await reply();
    let inForce: InForce = { grants: [grant()] };
    const rows = connections([connection({ scopes: ["box.use"] })]);
    const finding = Promise.withResolvers<void>();
    let found = 0;
    const box = openBox(server, {
      inForce: () => inForce,
      connections: {
        ...rows,
        find: async (scope, slug) => {
          found += 1;
          if (found === 1) await finding.promise;
          return rows.find(scope, slug);
        },
      },
    });
    const call = boxCall("write");
    const performed = box.gate.perform(call);
    await settled();
    inForce = {};
    box.policies.drop(PLACE);
    finding.resolve();
    expect((await performed).outcome).toMatchObject({ kind: "refused", code: "not_granted" });
    expect([found, call.intents.length, server.sockets.length]).toEqual([2, 0, 0]);
  });

  test("words without end are no way to keep an effect from ever being judged", async () => {
    const server = await reply();
    const rows = connections([connection({ scopes: ["box.use"] })]);
    const box = openBox(server, {
      inForce: { grants: [grant()] },
      connections: { ...rows, find: async (scope, slug) => (box.policies.drop(PLACE), rows.find(scope, slug)) },
    });
    expect((await box.gate.perform(boxCall("write"))).outcome).toMatchObject({ kind: "failed", code: "overloaded" });
    expect(box.inFlight.size()).toBe(0);
  });
});

describe("F2 whatever breaks at whichever await, nothing is left in flight and nothing left before the intent", () => {
  const LINE = {
    actions: ["box.*"],
    rate: [{ times: 9, per: "day" }],
    approval: { when: "first", by: ["role:owner"] },
  };
  const POINTS = [
    "policies",
    "connection",
    "keys",
    "known",
    "approval",
    "intend",
    "reserve",
    "secret",
    "egress",
    "note",
  ] as const;

  test.each(POINTS)("at %s", async (point) => {
    const server = await reply();
    const boom = new Error(`boom at ${point}`);
    const at = <Value>(here: (typeof POINTS)[number], value: () => Value): Value => {
      if (here === point) throw boom;
      return value();
    };
    const asked = await openBox(server, { inForce: { grants: [grant([LINE])] } }).whole.perform(boxCall("write"));
    if (!("held" in asked)) throw new Error("not held");
    const rows = connections([connection({ scopes: ["box.use"] })]);
    const secrets = openBox(server).secrets;
    const box = openBox(server, {
      inForce: () => at("policies", () => ({ grants: [grant([LINE])] })),
      connections: { ...rows, find: async (scope, slug) => at("connection", () => rows.find(scope, slug)) },
      keysOf: async () => at("keys", () => keys),
      destinations: {
        isKnown: async () => at("known", () => false),
        note: async () => at("note", () => undefined),
      },
      findApproval: async () =>
        at("approval", () => ({
          run: "run_1",
          action: "box.write",
          digest: asked.held.digest,
          changedDigest: null,
          status: "approved" as const,
          parties: asked.held.needed.parties,
        })),
      secrets: {
        asked: secrets.asked,
        freshSecret: async (place, how) => at("secret", () => secrets.freshSecret(place, how)),
      },
      clock: {
        nowMs: () => 1_000,
        monotonicMs: () => 0,
        after: (_ms, callback) => (queueMicrotask(callback), () => undefined),
      },
      ...(point === "egress" && {
        egressOptions: {
          connect: () => {
            throw boom;
          },
        },
      }),
    });
    const { call } = asking(boxCall("write", {}, { approval: uuidOf("approval", 0) }), [
      { reserved: "waits", cap: uuidOf("cap", 0) },
      { reserved: "granted", cap: null },
    ]);
    let intended = false;
    const broken: EffectCall = {
      ...call,
      intend: async (intent) => {
        const answered = await at("intend", () => call.intend(intent));
        expect(server.requests).toHaveLength(0);
        intended = true;
        return answered;
      },
      reserve: async (reservations) => at("reserve", () => call.reserve(reservations)),
    };
    const performed = await box.gate.perform(broken).catch((error: unknown) => error);
    if (point === "note") expect(performed).toMatchObject({ outcome: { kind: "done" } });
    else if (point === "egress") expect(performed).not.toMatchObject({ outcome: { kind: "done" } });
    else expect(performed).toBe(boom);
    expect(box.inFlight.size()).toBe(0);
    expect(server.requests).toHaveLength(point === "note" ? 1 : 0);
    expect(intended).toBe(["reserve", "secret", "egress", "note"].includes(point));
  });
});
