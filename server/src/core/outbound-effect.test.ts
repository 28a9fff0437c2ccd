import { expect, test } from "vitest";
import type { AuditEntry } from "./audit-entry.ts";
import { mergeOutbound, outboundOf } from "./outbound-effect.ts";

const entry = (action: string, facts: AuditEntry["facts"], target = "run_x/0.2/send"): AuditEntry => ({
  atMs: 1000,
  project: "p",
  actor: "flow:order",
  action,
  target,
  facts: { effect: "gmail.send", attempt: 2, digest: "d", host: "gmail.googleapis.com", connection: "con_a", ...facts },
});

test("an intent and its outcome are one effect, told by both", () => {
  const intent = outboundOf(entry("effect.intent", { decidedBy: "grt_a", line: 1, approval: "apr_a" }))!;
  const outcome = outboundOf({
    ...entry("effect.outcome", { outcome: "done", ms: 12, calls: 3, code: null }),
    atMs: 1012,
  })!;
  expect(intent).toMatchObject({
    cause: "run_x",
    place: "0.2/send",
    attempt: 2,
    flow: "order",
    times: 1,
    outcome: null,
  });
  expect(outcome.id).toBe(intent.id);
  expect(mergeOutbound(intent, outcome)).toMatchObject({
    times: 1,
    outcome: "done",
    ms: 12,
    calls: 3,
    decidedBy: "grt_a",
    line: 1,
    approval: "apr_a",
    atMs: 1000,
    endedMs: 1012,
  });
});

test("what was refused before it began was begun never", () => {
  const refused = outboundOf(entry("effect.refused", { check: "granted", code: "not_granted" }))!;
  expect(refused).toMatchObject({ times: 0, outcome: "refused", code: "not_granted" });
});

test("a model's cost is counted in millionths, its tokens both ways", () => {
  const facts = { outcome: "done", inputTokens: 100, outputTokens: 20, cost: 0.000125, currency: "USD" };
  expect(outboundOf(entry("effect.outcome", facts))).toMatchObject({ tokens: 120, costMicro: 125, currency: "USD" });
});

test("another step, attempt or argument is another effect", () => {
  const ids = [
    outboundOf(entry("effect.intent", {}))!.id,
    outboundOf(entry("effect.intent", {}, "run_x/send"))!.id,
    outboundOf(entry("effect.intent", { attempt: 3 }))!.id,
    outboundOf(entry("effect.intent", { digest: "e" }))!.id,
  ];
  expect(new Set(ids).size).toBe(4);
});

test("each look of a trigger is an effect of its own, caused by the trigger", () => {
  const look = (attempt: number, actor = "flow:order") =>
    outboundOf({ ...entry("effect.intent", { attempt }, "trigger:order/mail"), actor })!;
  expect(look(1)).toMatchObject({ cause: "trigger:order/mail", place: "mail", flow: "order" });
  expect(look(2, "mem_ann")).toMatchObject({ cause: "trigger:order/mail", flow: "order" }); // somebody tries it
  expect(look(1).id).not.toBe(look(2).id);
  const told = outboundOf({ ...entry("effect.intent", {}, "apr_x"), actor: "approvals" })!;
  expect(told).toMatchObject({ cause: "apr_x", place: "", flow: "" });
});

test("what reaches no host, asks a person, or is no effect, is not in the ledger", () => {
  expect(outboundOf(entry("effect.intent", { host: null }))).toBeNull();
  expect(outboundOf(entry("effect.held", {}))).toBeNull();
  expect(outboundOf(entry("flow.published", {}))).toBeNull();
  expect(outboundOf(entry("toString", {}))).toBeNull();
});
