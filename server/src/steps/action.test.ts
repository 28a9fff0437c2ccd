import { defineAction, defineConnector, FlowFile } from "@steward/sdk";
import { expect, test } from "vitest";
import { z } from "zod";
import { compileFlow } from "../core/flow/compile-flow.ts";
import type { StepKind } from "../core/step-kind.ts";
import { actionStep } from "./action.ts";
import { concludeKind, effectOf, tryKind } from "./try-kind.testsuite.ts";

const send = defineAction({
  title: "Send",
  summary: "Sends.",
  class: "write",
  input: z
    .strictObject({
      to: z.array(z.email()).min(1),
      subject: z.string().max(10).default("Hello"),
      text: z.string().optional(),
      html: z.string().optional(),
    })
    .refine(({ text, html }) => text !== undefined || html !== undefined, "give text or html"),
  output: z.object({ id: z.string() }),
  scopes: [],
  repeat: "never",
  destination: ["to"],
  sample: { input: { to: ["a@b.test"], subject: "Hello", text: "x" }, output: { id: "1" } },
  *perform() {
    yield { method: "POST", url: "/send" };
    return { id: "1" };
  },
});
const keyed = { ...send, repeat: "key" as const };

const box = defineConnector({
  id: "box",
  title: "Box",
  summary: "Boxes.",
  category: "mail",
  keywords: [],
  base: "https://box.test",
  hosts: ["box.test"],
  authentication: [{ kind: "none" }],
  scopes: {},
  actions: { send, keyed },
  triggers: {},
  *whoami() {
    return { account: "a", label: "b" };
  },
  failure: () => null,
  setUp: [],
  triedAgainst: "nothing",
});
const kind = actionStep([box, { ...box, id: "keybox", idempotencyHeader: "Idempotency-Key" }]) as StepKind;
const KINDS = new Map([[kind.kind, kind]]);

function problemsOf(input: Record<string, unknown>) {
  const steps = [{ id: "tried", kind: "action", input }];
  return compileFlow(FlowFile.parse({ format: 1, name: "f", steps }), KINDS).problems.map(({ field, message }) => [
    field.replace(/^steps\[0\]\./, ""),
    message,
  ]);
}

const fieldsOf = (problems: readonly (string | undefined)[][]) => problems.map(([field]) => field);

test("asks for the action's effect with canonical arguments: parsed, defaults filled in", () => {
  const effect = effectOf(
    tryKind(
      kind,
      { action: "box.send", connection: "work", arguments: { to: "{{ trigger.to }}", text: "hi" } },
      { trigger: { to: ["ann@example.com"] } },
    ),
  );
  expect(effect).toEqual({
    action: "box.send",
    class: "write",
    arguments: { to: ["ann@example.com"], subject: "Hello", text: "hi" },
    connection: "work",
    credential: null,
    repeat: "never",
    timeoutMs: 60_000,
  });
});

test("what an expression made of the arguments is checked before the gate is asked, and names the field", () => {
  const outcome = tryKind(
    kind,
    { action: "box.send", connection: "work", arguments: { to: "{{ trigger.to }}", text: "hi" } },
    { trigger: { to: ["nobody"] } },
  );
  expect(outcome).toMatchObject({ kind: "fail", retry: "never", error: { code: "arguments_invalid" } });
  expect(outcome.kind === "fail" && outcome.error.message).toMatch(/^input\.arguments\.to\.0: /);
});

test("a key is asked for only where the connector has a header for it", () => {
  const given = { connection: "work", arguments: { to: ["ann@example.com"], text: "hi" } };
  expect(effectOf(tryKind(kind, { action: "keybox.keyed", ...given })).repeat).toBe("key");
  expect(effectOf(tryKind(kind, { action: "box.keyed", ...given })).repeat).toBe("never");
});

test("publishing finds an action that is not there, and says which are", () => {
  const given = { connection: "work", arguments: {} };
  expect(problemsOf({ action: "box.sned", ...given })).toEqual([
    ["input.action", 'there is no action "box.sned": box has send, keyed'],
  ]);
  for (const action of ["box.constructor", "box.__proto__", "box.toString", "send", "box.send.now", "Box.send"])
    expect(problemsOf({ action, ...given }).length).toBeGreaterThan(0);
});

test("a connector that is none of the program's may be the project's: the gate knows, and reads the arguments", () => {
  const given = { action: "shop.order", connection: "work", arguments: { anything: 1 } };
  expect(problemsOf(given)).toEqual([]);
  const effect = effectOf(tryKind(kind, given));
  expect(effect).toMatchObject({ action: "shop.order", arguments: { anything: 1 }, repeat: "never" });
  expect(effect).not.toHaveProperty("class");
});

test("a version that was published before its action was narrowed, or taken away, is read, and fails as it runs", () => {
  const read = actionStep([box], true) as StepKind;
  const kinds = new Map([[read.kind, read]]);
  const before = {
    connection: "work",
    arguments: { to: ["ann@example.com"], subject: "longer than ten characters", text: "x" },
  };
  for (const [action, given, code] of [
    ["box.send", before, "arguments_invalid"],
    ["box.gone", before, null],
  ] as const) {
    const input = { action, ...given };
    const steps = [{ id: "tried", kind: "action", input }];
    expect(compileFlow(FlowFile.parse({ format: 1, name: "f", steps }), kinds).problems).toEqual([]);
    const outcome = tryKind(read, input);
    // What is not there any more is the gate's to refuse: it knows those of documents too.
    if (code === null) expect(effectOf(outcome)).toMatchObject({ action, repeat: "never" });
    else expect(outcome).toMatchObject({ kind: "fail", retry: "never", error: { code } });
  }
});

test("publishing refuses an action or connection that an expression would choose", () => {
  const given = { arguments: { to: ["ann@example.com"], text: "x" } };
  expect(fieldsOf(problemsOf({ action: "{{ trigger.action }}", connection: "work", ...given }))).toEqual([
    "input.action",
  ]);
  expect(fieldsOf(problemsOf({ action: "box.send", connection: "{{ trigger.c }}", ...given }))).toEqual([
    "input.connection",
  ]);
  expect(fieldsOf(problemsOf({ action: "box.send", ...given }))).toEqual(["input.connection"]);
});

test("publishing finds what is literally wrong with the arguments, and leaves to the run what is yet to come", () => {
  const of = (given: unknown) =>
    problemsOf({ action: "box.send", connection: "work", ...(given === undefined ? {} : { arguments: given }) });
  expect(of({ to: "{{ trigger.to }}", subject: "{{ trigger.subject }}", text: "x" })).toEqual([]);
  expect(of({ to: ["{{ trigger.to }}", "ann@example.com"], text: "x" })).toEqual([]);
  expect(of("{{ trigger.body }}")).toEqual([]);
  expect(fieldsOf(of({ to: ["{{ trigger.to }}", "nobody"], text: "x" }))).toEqual(["input.arguments.to[1]"]);
  expect(of({ to: ["ann@example.com"], text: "x", cc: [] })).toEqual([
    ["input.arguments.cc", 'there is no field "cc" here: the fields are to, subject, text, html'],
  ]);
  expect(fieldsOf(of({ text: "x" }))).toEqual(["input.arguments.to"]);
  expect(of({ to: ["ann@example.com"] })).toMatchObject([["input.arguments", "give text or html"]]);
  expect(fieldsOf(of(undefined))).toEqual(["input.arguments.to"]);
});

test("a retry policy covers what may pass, from when the provider says, and nothing else", () => {
  const conclude = (outcome: Parameters<typeof concludeKind>[2]) =>
    concludeKind(kind, { action: "box.send", connection: "work", arguments: { to: ["a@b.test"], text: "x" } }, outcome);
  const failed = (code: string, afterMs?: number) =>
    conclude({ kind: "failed", code, message: "m", ...(afterMs === undefined ? {} : { afterMs }) });
  expect(conclude({ kind: "done", result: { id: "7" } })).toEqual({ kind: "output", output: { id: "7" } });
  expect(failed("rate_limited", 30_000)).toMatchObject({ retry: { afterMs: 30_000 } });
  expect(failed("provider_unavailable")).toMatchObject({ retry: "policy" });
  for (const code of ["not_available", "provider_rejected", "reauth_required", "response_too_large"])
    expect(failed(code)).toMatchObject({ retry: "never", error: { code } });
  expect(conclude({ kind: "refused", code: "not_granted", message: "m" })).toMatchObject({ retry: "never" });
  expect(conclude({ kind: "unknown", code: "timeout", message: "m" })).toMatchObject({ retry: "never" });
});
