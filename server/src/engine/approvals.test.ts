/** Steps that wait for people, and what becomes of them. */
import { afterEach, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { approvals, argumentsOf, askingGate, decide, type AskingGate } from "./people.testsuite.ts";
import { readRecords } from "./read-records.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});

async function asking(
  ...[does, asks]: readonly [does?: Parameters<typeof askingGate>[1], asks?: Parameters<typeof askingGate>[2]]
): Promise<{ readonly it: TestEngine; readonly gate: AskingGate }> {
  let it: TestEngine | null = null;
  const gate = askingGate(() => it!, does, asks);
  it = await testEngine({ gate });
  engines.push(it);
  return { it, gate };
}

const send = (more: object = {}) => ({
  id: "send",
  kind: "http",
  input: { method: "POST", url: "https://example.com/", body: { to: "{{ trigger.body }}" } },
  ...more,
});
const flow = (...steps: object[]) => ({ format: 1 as const, name: "post", steps: steps as never });

async function until<T>(condition: () => Promise<T | null | false>): Promise<T> {
  for (let turn = 0; turn < 500; turn++) {
    const found = await condition();
    if (found !== null && found !== false) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 5 s");
}

async function start(it: TestEngine, version: ReturnType<TestEngine["flow"]>, body: Json = "ann"): Promise<string> {
  return (await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: { body } }, null, 0)).run;
}

const asked = (it: TestEngine, count = 1) =>
  until(async () => {
    const all = await approvals(it);
    return all.length >= count ? all : null;
  });
const ended = (it: TestEngine, run: string) => it.engine.waitForEnd(it.scope, run, 10_000);
const statusOf = async (it: TestEngine, run: string) => (await it.engine.readRun(it.scope, run))?.row.status;

async function recordsOf(it: TestEngine, run: string) {
  const all = [];
  for await (const { record } of readRecords(it.parts, it.scope, run, 1)) all.push(record);
  return all;
}

test("an effect that needs a person waits for one, and is sent once under the approval, which is used up", async () => {
  const { it, gate } = await asking();
  const run = await start(it, it.flow(flow(send({ next: ["out"] }), { id: "out", kind: "set", input: { ok: true } })));
  const [row] = await asked(it);
  expect(row).toMatchObject({ run, step: "send", path: "", kind: "effect", action: "http.request", status: "open" });
  expect(row).toMatchObject({ expiresInMs: 24 * 3_600_000, isDue: true, reasons: [] });
  expect(await argumentsOf(it, row!)).toEqual(gate.held[0]!.effect.arguments);
  await until(async () => (await statusOf(it, run)) === "waiting");
  expect(gate.sent).toEqual([]);
  const { items } = (await it.engine.listSteps(it.scope, run, 0, 10, null))!;
  expect(items).toMatchObject([{ step: "send", status: "waiting", approval: row!.id }]);

  await decide(it, row!, "approved");
  expect(await ended(it, run)).toMatchObject({ status: "completed", output: { ok: true } });
  expect(gate.sent.map(({ approval }) => approval)).toEqual([row!.id]);
  const after = (await it.engine.listSteps(it.scope, run, 0, 10, null))!.items;
  expect(after).toMatchObject([
    { step: "send", approval: row!.id },
    { step: "out", approval: null },
  ]);
  expect(await approvals(it)).toMatchObject([{ status: "used" }]);
  expect((await recordsOf(it, run)).map(({ t }) => t)).toEqual([
    "accepted",
    "begin",
    "decided",
    "again",
    "end",
    "step",
    "ended",
  ]);
});

test.each([
  ["rejected", "approval_rejected"],
  ["expired", "approval_expired"],
  ["withdrawn", "approval_withdrawn"],
] as const)("what is %s fails the step as %s, whatever its retry policy, and nothing is sent", async (how, code) => {
  const { it, gate } = await asking();
  const retry = { times: 3, delayMs: 1 };
  const run = await start(it, it.flow(flow(send({ retry }))));
  const [row] = await asked(it);
  await decide(it, row!, how);
  expect(await ended(it, run)).toMatchObject({ status: "failed", error: { code, step: "send" } });
  expect(gate.sent).toEqual([]);
  expect(await approvals(it)).toMatchObject([{ status: how }]);
});

test("a rejection goes on by the port error, where a flow says so", async () => {
  const { it } = await asking();
  const step = send({ onError: "port", next: { error: ["no"] } });
  const run = await start(
    it,
    it.flow(flow(step, { id: "no", kind: "set", input: { why: "{{ steps.send.error.code }}" } })),
  );
  await decide(it, (await asked(it))[0]!, "rejected");
  expect(await ended(it, run)).toMatchObject({ status: "completed", output: { why: "approval_rejected" } });
});

test("what was approved with other arguments is sent with them, and the record shows both", async () => {
  const { it, gate } = await asking();
  const run = await start(it, it.flow(flow(send())));
  const [row] = await asked(it);
  const before = gate.held[0]!.effect.arguments;
  const changed = { ...before, body: '{"to":"bob"}' };
  await decide(it, row!, "approved", { changed, note: "bob is on duty" });
  expect(await ended(it, run)).toMatchObject({ status: "completed" });
  expect(gate.sent[0]!.effect.arguments).toEqual(changed);
  const records = await recordsOf(it, run);
  expect(records.find(({ t }) => t === "begin")).toMatchObject({ pending: { effect: { arguments: before } } });
  expect(records.find(({ t }) => t === "decided")).toMatchObject({
    by: "acc_ann",
    note: "bob is on duty",
    changed: { arguments: changed },
  });
});

test("an approval of other arguments than what is to be sent lets nothing through", async () => {
  const { it, gate } = await asking();
  const run = await start(it, it.flow(flow(send())));
  const [row] = await asked(it);
  await it.db.admin.query({ text: "update steward.approvals set digest = '\\x00'" });
  await decide(it, row!, "approved");
  expect(await ended(it, run)).toMatchObject({ status: "failed", error: { code: "approval_mismatch" } });
  expect(gate.sent).toEqual([]);
  expect(await approvals(it)).toMatchObject([{ status: "withdrawn" }]);
});

test("a cancelled run withdraws what it asked for, and a decision after that is not taken", async () => {
  const { it, gate } = await asking();
  const run = await start(it, it.flow(flow(send())));
  const [row] = await asked(it);
  await it.engine.cancelRun(it.scope, run, "ann");
  expect(await ended(it, run)).toMatchObject({ status: "cancelled" });
  expect(await approvals(it)).toMatchObject([{ status: "withdrawn" }]);
  expect(await decide(it, row!, "approved")).toBe(false);
  expect(gate.sent).toEqual([]);
});

test("two decisions at once: the first counts, and the effect is sent once", async () => {
  const { it, gate } = await asking();
  const run = await start(it, it.flow(flow(send())));
  const [row] = await asked(it);
  await Promise.all([decide(it, row!, "approved"), decide(it, row!, "approved"), decide(it, row!, "approved")]);
  expect(await ended(it, run)).toMatchObject({ status: "completed" });
  expect(gate.sent).toHaveLength(1);
});

test("people are asked at once, also while other steps are under way", async () => {
  const going = Promise.withResolvers<void>();
  const { it } = await asking(
    async () => {
      await going.promise;
      return { kind: "done", result: { status: 200, headers: {}, body: null } };
    },
    (call) => call.step === "send",
  );
  const run = await start(it, it.flow(flow(send(), send({ id: "other" }))));
  const [row] = await asked(it);
  expect(await statusOf(it, run)).toBe("running");
  await decide(it, row!, "approved");
  await until(async () => (await approvals(it))[0]!.status === "used");
  going.resolve();
  expect(await ended(it, run)).toMatchObject({ status: "completed" });
});

test("a loop that fails withdraws what its other steps have asked for, and so does a step whose time is over", async () => {
  const { it } = await asking(undefined, (call) => call.step === "send");
  const nap = { id: "doze", kind: "wait", input: { event: "now" }, next: ["bad"] };
  const steps = [send(), nap, { id: "bad", kind: "fail", input: { message: "no" } }];
  const each = { id: "each", kind: "each", input: { items: [1] }, steps, onError: "port", next: { error: ["nap"] } };
  const run = await start(it, it.flow(flow(each, { id: "nap", kind: "wait", input: { event: "go" } })));
  await asked(it);
  await it.engine.sendEvent(it.scope, run, "now", null, "ann");
  await until(async () => (await approvals(it))[0]?.status === "withdrawn");
  expect(await statusOf(it, run)).not.toBe("failed");
  await it.engine.cancelRun(it.scope, run, "ann");

  const ask = { id: "ask", kind: "approval", input: { message: "?", to: ["role:operator"] }, timeoutMs: 50 };
  const other = await start(it, it.flow(flow(ask), "timed"));
  expect(await ended(it, other)).toMatchObject({ status: "failed", error: { code: "step_timeout" } });
  expect((await approvals(it)).map(({ status }) => status)).toEqual(["withdrawn", "withdrawn"]);
});

test("each attempt of a step asks anew, for an approval is for one effect", async () => {
  let fails = 1;
  const { it, gate } = await asking(() =>
    fails-- > 0
      ? { kind: "failed", code: "connect", message: "no" }
      : { kind: "done", result: { status: 200, headers: {}, body: null } },
  );
  const run = await start(it, it.flow(flow(send({ retry: { times: 1, delayMs: 1 } }))));
  await decide(it, (await asked(it))[0]!, "approved");
  await decide(it, (await asked(it, 2))[1]!, "approved");
  expect(await ended(it, run)).toMatchObject({ status: "completed" });
  expect(gate.sent).toHaveLength(2);
  expect((await approvals(it)).map(({ status }) => status)).toEqual(["used", "used"]);
});

test("what is private is shown to nobody, not even to who decides", async () => {
  const { it, gate } = await asking();
  const run = await start(it, it.flow(flow(send({ private: ["input.body"] }))), "canary");
  const [row] = await asked(it);
  expect(await argumentsOf(it, row!)).toBeNull();
  const [, begun] = await recordsOf(it, run);
  expect(JSON.stringify(begun)).not.toContain("canary");
  await decide(it, row!, "approved");
  expect(await ended(it, run)).toMatchObject({ status: "completed" });
  expect(JSON.stringify(gate.sent[0]!.effect.arguments)).toContain("canary");
});

test.each(["approved", "rejected", "expired"] as const)(
  "a step that asks by itself goes on by its port %s",
  async (how) => {
    const { it } = await asking();
    const ask = {
      id: "ask",
      kind: "approval",
      input: {
        message: "Refund {{ trigger.body }}?",
        to: ["role:operator", "role:admin"],
        quorum: 2,
        show: { amount: 7 },
      },
      next: { approved: ["approved"], rejected: ["rejected"], expired: ["expired"] },
    };
    const ends = ["approved", "rejected", "expired"].map((id) => ({
      id,
      kind: "set",
      input: { port: id, said: "{{ steps.ask.decision }}", by: "{{ steps.ask.by }}", note: "{{ steps.ask.note }}" },
    }));
    const run = await start(it, it.flow(flow(ask, ...ends)), "order 9");
    const [row] = await asked(it);
    expect(row).toMatchObject({ kind: "step", action: "approval.ask", expiresInMs: 72 * 3_600_000 });
    expect(row!.parties).toEqual([
      { by: ["role:admin", "role:operator"], quorum: 2, remindHours: null, escalate: null },
    ]);
    expect(await argumentsOf(it, row!)).toEqual({ message: "Refund order 9?", show: { amount: 7 } });
    await until(async () => (await statusOf(it, run)) === "waiting");
    await decide(it, row!, how, { note: "as agreed" });
    const output = { port: how, said: how, by: "acc_ann", note: "as agreed" };
    expect(await ended(it, run)).toMatchObject({ status: "completed", output });
    expect(await approvals(it)).toMatchObject([{ status: how }]); // the run's end takes nobody's word back
  },
);

test("what a step shows may hold expressions, of objects too", async () => {
  const { it } = await asking();
  const show = {
    order: "{{ trigger.body.order }}",
    whole: "{{ trigger.body }}",
    list: ["{{ trigger.body.order.id }}"],
  };
  const input = { message: "May it?", to: ["role:owner"], show };
  const version = it.flow(flow({ id: "ok", kind: "approval", input }));
  const run = await start(it, version, { order: { id: "A-17", lines: [{ sku: 1 }] } });
  const [row] = await asked(it);
  const order = { id: "A-17", lines: [{ sku: 1 }] };
  expect(await argumentsOf(it, row!)).toEqual({
    message: "May it?",
    show: { order, whole: { order }, list: ["A-17"] },
  });
  await decide(it, row!, "approved");
  expect(await ended(it, run)).toMatchObject({ status: "completed" });
});
