import { expect, test } from "vitest";
import { CONNECTORS } from "../../connectors/catalogue.ts";
import { readArguments, shapesOf } from "./known-action.ts";
import { knownActions } from "./known-actions.ts";

const KNOWN = knownActions(CONNECTORS);
const idsOf = (connector: string): readonly string[] => KNOWN.of({ kind: "connection", connector }).map(({ id }) => id);

test("a connection with a model key has the models' actions and no others", () => {
  expect(idsOf("openai")).toEqual(["model.generate", "model.embed"]);
  expect(idsOf("openai_compatible")).toEqual(["model.generate", "model.embed"]);
  expect(idsOf("anthropic")).toEqual(["model.generate"]);
  expect(idsOf("github")).not.toContain("model.generate");
  expect(KNOWN.of({ kind: "credential", connector: null }).map(({ id }) => id)).not.toContain("model.generate");
  expect(KNOWN.all.filter(({ id }) => id === "model.generate")).toHaveLength(1);
});

test("conditions can be written on what a call to a model asks for", () => {
  const generate = KNOWN.find("model.generate");
  const fields = generate === null ? undefined : shapesOf(generate)[0]?.fields;
  expect([...(fields?.keys() ?? [])]).toEqual(expect.arrayContaining(["model", "maxOutputTokens", "messages.text"]));
});

test("arguments of a call are read as the gate reads them", () => {
  const generate = KNOWN.find("model.generate")!;
  const given = {
    model: "m",
    messages: [{ role: "user", text: "x" }],
    schema: null,
    maxOutputTokens: 9,
    temperature: null,
  };
  expect(readArguments(generate, given, "arguments")).toEqual(given);
  expect(() => readArguments(generate, { ...given, store: true }, "arguments")).toThrow("arguments.store");
});
