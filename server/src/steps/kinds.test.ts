import { FlowFile, IDENTIFIER, Step } from "@steward/sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compileFlow } from "../core/flow/compile-flow.ts";
import { CONNECTORS } from "../connectors/catalogue.ts";
import { STEP_ERRORS } from "../core/step-errors.ts";
import { stepKinds } from "./kinds.ts";

const KINDS = stepKinds({ checkCode: (_language, source) => ({ source }), connectors: CONNECTORS });

test("the kinds of the first contract are there, each under its own name", () => {
  expect([...KINDS.keys()].toSorted()).toEqual([
    "action",
    "agent",
    "approval",
    "branch",
    "code",
    "each",
    "embed",
    "fail",
    "filter",
    "flow",
    "http",
    "map",
    "merge",
    "model",
    "reply",
    "set",
    "sql",
    "wait",
    "while",
  ]);
  for (const [name, kind] of KINDS) expect(kind.kind).toBe(name);
});

describe.each([...KINDS.values()].map((kind) => [kind.kind, kind] as const))("%s", (_name, kind) => {
  test("is documented: title, summary and every field", () => {
    expect(kind.title).toMatch(/^[A-Z][\w -]+$/);
    expect(kind.summary).toMatch(/^[A-Z].{30,}\.$/);
    for (const schema of [kind.schema, kind.deferred ?? z.strictObject({})]) {
      const json = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
      expect(json.properties ? "its fields." : json.description).toMatch(/\.$/);
      for (const [field, one] of Object.entries(json.properties ?? {}))
        expect(typeof one === "object" && one.description, `${kind.kind}.${field}`).toMatch(/\.$/);
    }
  });

  test("has an example that compiles without a problem", () => {
    const step = {
      id: "tried",
      kind: kind.kind,
      input: kind.example,
      ...(kind.body ? { steps: [{ id: "inner", kind: "set", input: { it: `{{ ${kind.body.names[0]} }}` } }] } : {}),
    };
    const file = FlowFile.parse({
      format: 1,
      name: "example",
      steps: [{ id: "first", kind: "set", next: ["tried"] }, { id: "second", kind: "set", next: ["tried"] }, step],
    });
    expect(compileFlow(file, KINDS).problems).toEqual([]);
    expect(Object.keys(kind.example).length).toBeGreaterThan(0);
  });

  test("has ports that edges can name, apart from error, however its input is written", () => {
    for (const input of [
      kind.example,
      {},
      { cases: 1 },
      { cases: [null, { port: 3 }, { port: "error" }, { port: "a" }, { port: "a" }] },
    ]) {
      const ports = kind.ports(Step.parse({ id: "a", kind: kind.kind, input }));
      expect(ports.length).toBeGreaterThan(0);
      expect(new Set(ports).size).toBe(ports.length);
      for (const port of ports) expect(port).toMatch(IDENTIFIER);
      expect(ports).not.toContain("error");
    }
  });

  test("refuses fields it doesn't know, unless any field is its own", () => {
    const result = kind.schema.safeParse({ surely_unknown: 1 });
    expect(result.success).toBe(kind.kind === "set" || kind.kind === "merge");
  });
});

test("codes of failures are documented", () => {
  for (const [code, { title, hint }] of Object.entries(STEP_ERRORS)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(title.length).toBeGreaterThan(10);
    expect(hint).toMatch(/\.$/);
  }
});
