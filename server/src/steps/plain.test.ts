import { Step } from "@steward/sdk";
import { describe, expect, test } from "vitest";
import { checkInput } from "../core/flow/check-input.ts";
import { approval } from "./approval.ts";
import { set } from "./set.ts";
import { merge } from "./merge.ts";
import { flow } from "./flow.ts";
import { wait } from "./wait.ts";
import { codeStep } from "./code.ts";
import { reply } from "./reply.ts";
import { fail } from "./fail.ts";
import { NOW_MS, concludeKind, contextOf, tryKind } from "./try-kind.testsuite.ts";

describe.each([set, merge])("$kind", (kind) => {
  test("gives its very input, so that the engine stores it once", () => {
    const input = { a: 1, b: [{}] };
    const checked = kind.schema.parse(input);
    expect(checked).toBe(input);
    const outcome = kind.run(checked, contextOf({}), undefined);
    expect(outcome.kind === "output" && outcome.output).toBe(input);
  });

  test("leaves out a field whose expression finds nothing, and refuses what is no object", () => {
    expect(tryKind(kind, { a: "{{ trigger.a }}", b: "{{ trigger.b }}" }, { trigger: { b: 2 } })).toMatchObject({
      output: { b: 2 },
    });
    expect(kind.schema.safeParse([]).success).toBe(false);
  });
});

describe("approval", () => {
  const asking = {
    message: "{{ trigger.text }}",
    to: ["role:operator"],
    slack: { connection: "team", channel: "#ops" },
  };

  test("is asked where the flow says as it was published", () => {
    const slack = [{ connection: "team", channel: "#ops", arguments: false }];
    expect(tryKind(approval, asking, { trigger: { text: "Pay?" } })).toMatchObject({
      kind: "approval",
      needed: { parties: [{ by: ["role:operator"], slack }] },
      shown: { message: "Pay?" },
    });
  });

  test.each(["{{ trigger.channel }}", "#{{trigger.channel}}"])(
    "what its run read chooses no channel: %s",
    (channel) => {
      const step = Step.parse({
        id: "ask",
        kind: "approval",
        input: { ...asking, slack: { ...asking.slack, channel } },
      });
      const problems: string[] = [];
      checkInput(approval, step, (field) => problems.push(field));
      expect(problems).toEqual(["input.slack.channel"]);
    },
  );
});

describe("flow", () => {
  test("calls another flow and waits, unless told otherwise", () => {
    expect(tryKind(flow, { flow: "send-it", input: { a: "{{ trigger.a }}" } }, { trigger: { a: 1 } })).toEqual({
      kind: "call",
      flow: "send-it",
      input: { a: 1 },
      wait: true,
    });
    expect(tryKind(flow, { flow: "send-it", wait: false })).toEqual({
      kind: "call",
      flow: "send-it",
      input: undefined,
      wait: false,
    });
  });

  test("refuses what is no slug", () => {
    expect(() => tryKind(flow, { flow: "../etc" })).toThrow("flow: ");
  });
});

describe("wait", () => {
  test.each([
    [{ seconds: 1.5 }, { dueMs: NOW_MS + 1500, event: null, timeoutMs: null }],
    [{ seconds: 0 }, { dueMs: NOW_MS, event: null, timeoutMs: null }],
    [{ until: "2026-03-29T03:30:00+02:00" }, { dueMs: NOW_MS + 5_400_000, event: null, timeoutMs: null }],
    [{ until: 12_345 }, { dueMs: 12_345, event: null, timeoutMs: null }],
    [{ event: "approved" }, { dueMs: null, event: "approved", timeoutMs: null }],
    [
      { event: "approved", timeoutSeconds: 2 },
      { dueMs: null, event: "approved", timeoutMs: 2000 },
    ],
  ])("%j", (input, expected) => {
    expect(tryKind(wait, input)).toEqual({ kind: "wait", ...expected });
  });

  test.each([
    [{}, "give exactly one of seconds, until and event"],
    [{ seconds: 1, event: "a" }, "give exactly one of seconds, until and event"],
    [{ seconds: 1, timeoutSeconds: 2 }, "timeoutSeconds: only a wait for an event has a timeout"],
    [{ until: "2026-03-29T03:30:00" }, "until: give a moment with its offset"],
    [{ until: "tomorrow" }, "until: give a moment with its offset"],
    [{ seconds: -1 }, "seconds: "],
    [{ seconds: 31_622_401 }, "seconds: "],
    [{ event: "" }, "event: "],
  ])("refuses %j", (input, message) => {
    expect(() => tryKind(wait, input)).toThrow(message);
  });
});

describe("code", () => {
  const code = codeStep((language, source) =>
    source.includes("!") ? { problem: "no exclamation", line: 3, column: 7 } : { source: `${language}:${source}` },
  );

  test("asks for its checked source to be run over the whole scope, whatever braces it holds", () => {
    expect(tryKind(code, { language: "ts", source: "x {{ y }}" }, { trigger: { a: 1 }, item: 2 })).toEqual({
      kind: "code",
      code: { source: "ts:x {{ y }}", argument: { trigger: { a: 1 }, item: 2 } },
    });
  });

  test("names line and column of what is wrong", () => {
    expect(() => tryKind(code, { language: "js", source: "!" })).toThrow(
      "input.source: line 3, column 7: no exclamation",
    );
  });

  test.each([
    {},
    { language: "ruby", source: "a" },
    { language: "js", source: "" },
    { language: "js", source: 5 },
    { language: "js", source: "x".repeat(262_145) },
  ])("%# written wrongly is told by its fields, and is not judged", (input) => {
    expect(code.deferred!.safeParse(input).success).toBe(false);
    const never = codeStep(() => {
      throw new Error("judged");
    });
    expect(
      never.prepare!(
        Step.parse({ id: "a", kind: "code", input }),
        () => ({ kind: "constant", value: null }),
        () => undefined,
      ),
    ).toMatchObject({ source: "" });
  });

  test("of node and python goes to the jail, and is an effect where it names hosts", () => {
    expect(tryKind(code, { language: "python", source: "x" }, { item: 2 })).toEqual({
      kind: "code",
      code: { runtime: "python", source: "python:x", argument: { item: 2 } },
    });
    const input = { language: "node", source: "x", hosts: ["api.test", "*.b.test:8443"] };
    expect(tryKind(code, input, { item: 2 }, { timeoutMs: 5_000 })).toEqual({
      kind: "effect",
      effect: {
        action: "code.run",
        arguments: { runtime: "node", source: "node:x", argument: { item: 2 }, hosts: ["api.test", "*.b.test:8443"] },
        class: "write",
        credential: null,
        repeat: "never",
        timeoutMs: 5_000,
      },
    });
    expect(tryKind(code, { ...input, repeat: "safe" })).toMatchObject({ effect: { repeat: "safe" } });
  });

  test("what came of code with hosts is its output or its failure", () => {
    const input = { language: "node", source: "x", hosts: ["api.test"] };
    expect(concludeKind(code, input, { kind: "done", result: { output: [1] } })).toEqual({
      kind: "output",
      output: [1],
    });
    expect(concludeKind(code, input, { kind: "done", result: {} })).toEqual({ kind: "output", output: undefined });
    const failed = (why: string) => ({ kind: "failed", code: why, message: "m" }) as const;
    expect(concludeKind(code, input, failed("code_threw"))).toMatchObject({ retry: "policy" });
    expect(concludeKind(code, input, failed("code_unavailable"))).toMatchObject({ retry: "never" });
    expect(concludeKind(code, input, { kind: "refused", code: "revoked", message: "m" })).toMatchObject({
      retry: "never",
    });
  });

  test.each([
    [{ language: "js", source: "x", hosts: ["a.test"] }, "light code has no network"],
    [{ language: "ts", source: "x", repeat: "safe" }, "light code has no network"],
  ])("%j is refused", (input, message) => {
    expect(() => tryKind(code, input)).toThrow(message);
  });

  test.each([["https://a.test"], ["{{ x }}"], [""], [5]])("%j is no host", (host) => {
    expect(code.deferred!.safeParse({ language: "node", source: "x", hosts: [host] }).success).toBe(false);
  });
});

describe("reply", () => {
  test("answers 200 without headers unless told otherwise", () => {
    expect(tryKind(reply, { body: { ok: true } })).toEqual({
      kind: "reply",
      status: 200,
      headers: {},
      output: { ok: true },
    });
    expect(tryKind(reply, {})).toEqual({ kind: "reply", status: 200, headers: {}, output: undefined });
  });

  test("has headers by name in lower case", () => {
    expect(tryKind(reply, { status: 201, headers: { "X-Count": 3, Location: "/a" }, body: "text" })).toMatchObject({
      status: 201,
      headers: { "x-count": "3", location: "/a" },
      output: "text",
    });
  });

  test.each([
    [{ headers: { a: "b\r\nset-cookie: c" } }, "headers: The header a holds a line end"],
    [{ headers: { "a b": "c" } }, "headers: A header's name"],
    [{ headers: { "Content-Length": "5" } }, "headers: The header content-length is set by Steward"],
    [{ headers: [] }, "headers: give headers as"],
    [{ headers: { a: { b: 1 } } }, "headers.a: a header's value is text"],
    [{ status: 101 }, "status: "],
    [{ status: "{{ trigger.status }}" }, "status: "],
  ])("refuses %j", (input, message) => {
    expect(() => tryKind(reply, input, { trigger: { status: "200" } })).toThrow(message);
  });
});

test("fail fails with its message, for good", () => {
  expect(tryKind(fail, { message: "order {{ trigger.id }} is empty" }, { trigger: { id: 7 } })).toEqual({
    kind: "fail",
    error: { code: "failed_on_purpose", message: "order 7 is empty" },
    retry: "never",
  });
  expect(() => tryKind(fail, { message: "" })).toThrow("message: ");
});
