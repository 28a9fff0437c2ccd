import { FlowFile, type FlowFileInput } from "@steward/sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { checkCode } from "../../adapters/quickjs/check-code.ts";
import { stepKinds } from "../../steps/kinds.ts";
import { usesOf } from "./uses-of.ts";

const file = (more: Partial<FlowFileInput>): FlowFile =>
  FlowFile.parse({ format: 1, name: "one", steps: [{ id: "out", kind: "set", input: {} }], ...more });
const step = (kind: string, input: object, more: object = {}) => ({ id: kind, kind, input, ...more }) as never;

test("a version's connections and credentials are named with what it does with them, each once, at every depth", () => {
  const steps = [
    step("each", { items: [] }, { steps: [step("action", { action: "gmail.send", connection: "work" })] }),
    { ...(step("action", { action: "gmail.send", connection: "work" }) as object), id: "again" } as never,
    step("model", { connection: "claude", model: "m", prompt: "p", fallbacks: [{ connection: "other", model: "m" }] }),
    step("embed", { connection: "claude", model: "m", texts: [] }),
    step("http", { url: "https://a.example", credential: "shop" }),
    step("sql", { sql: "select 1" }),
  ];
  const triggers = [{ id: "in", kind: "webhook", signature: { kind: "github", credential: "hub" } }] as never;
  expect(usesOf(file({ steps, triggers }))).toEqual([
    { kind: "credential", name: "hub", action: "webhook" },
    { kind: "connection", name: "work", action: "gmail.send" },
    { kind: "connection", name: "claude", action: "model.generate" },
    { kind: "connection", name: "other", action: "model.generate" },
    { kind: "connection", name: "claude", action: "model.embed" },
    { kind: "credential", name: "shop", action: "http.request" },
  ]);
});

test("the starter's own connection is named by its connector, and what only the run can tell by any name", () => {
  const steps = [
    step("action", { action: "gmail.read", connection: "me" }),
    step("http", { url: "https://a.example", credential: "{{ vars.which }}" }),
    step("model", { connection: "{{ vars.which }}", model: "m", prompt: "p", fallbacks: "{{ vars.others }}" }),
  ];
  expect(usesOf(file({ steps }))).toEqual([
    { kind: "own", name: "gmail", action: "gmail.read" },
    { kind: "credential", name: "*", action: "http.request" },
    { kind: "connection", name: "*", action: "model.generate" },
    { kind: "own", name: "model", action: "model.generate" },
  ]);
});

test("what is not written as it must be is left out", () => {
  const steps = [step("action", { action: "gmail.read" }), step("http", {}), step("model", { connection: 7 })];
  expect(usesOf(file({ steps }))).toEqual([]);
});

test("a trigger of a connector uses its connection, to do what it is named for", () => {
  const trigger = { id: "mail", kind: "event", event: "gmail.new_mail", connection: "work", settings: {} };
  const flow = { ...file({}), triggers: [trigger] } as never;
  expect(usesOf(flow)).toEqual([{ kind: "connection", name: "work", action: "gmail.new_mail" }]);
});

describe("every kind of step that takes a connection or credential is known here", () => {
  const kinds = [...stepKinds({ checkCode }).values()];
  const takes = (kind: (typeof kinds)[number], field: string): boolean =>
    field in (z.toJSONSchema(kind.schema, { io: "input", unrepresentable: "any" }).properties ?? {}) ||
    field in (kind.deferred?.shape ?? {});
  test.each(["connection", "credential"] as const)("%s", (field) => {
    const taking = kinds.filter((kind) => takes(kind, field));
    expect(taking.length).toBeGreaterThan(0);
    for (const { kind } of taking) {
      const uses = usesOf(file({ steps: [step(kind, { action: "box.look", [field]: "named" })] }));
      expect([kind, uses]).toMatchObject([kind, [{ kind: field, name: "named" }]]);
    }
  });
});
