import fc from "fast-check";
import { expect, test } from "vitest";
import { askToRepair, describeSchema, readStructured } from "./structured-output.ts";

const SCHEMA = {
  type: "object",
  properties: { total: { type: "number" } },
  required: ["total"],
  additionalProperties: false,
} as const;

test.each([
  '{"total":7}',
  '  {"total":7}\n',
  '```json\n{"total":7}\n```',
  'Sure! Here it is:\n```\n{"total":7}\n```\nAnything else?',
  'The answer is {"total":7}.',
])("%s is read", (text) => expect(readStructured(SCHEMA, text)).toEqual({ ok: true, value: { total: 7 } }));

test.each([
  ["", "the answer is no JSON, or was cut off"],
  ["I can't.", "the answer is no JSON, or was cut off"],
  ['{"total":', "the answer is no JSON, or was cut off"],
  ['{"total":"7"}', "total must be number, and is a string"],
  ['{"sum":7}', "total is missing"],
  ["[7]", "the answer must be object, and is a list"],
  ["null", "the answer must be object, and is null"],
  ["[".repeat(5_000), "the answer is no JSON, or was cut off"],
])("%s does not fit, and says why", (text, problem) => {
  expect(readStructured(SCHEMA, text)).toEqual({ ok: false, problems: expect.arrayContaining([problem]) });
});

test("no answer brings a prototype along, and none makes the reader throw", () => {
  const read = readStructured({ type: "object" }, '{"__proto__":{"x":1},"a":1}');
  expect(read).toEqual({ ok: true, value: { a: 1 } });
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readStructured(SCHEMA, text)));
});

test("what does not fit is told to the model after its own words, all of the conversation before it", () => {
  const messages = [{ role: "user", text: "What is the total?" }] as const;
  const asked = askToRepair(messages, '{"sum":7}', ["total is missing"]);
  expect(asked.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(asked[0]).toBe(messages[0]);
  expect(asked[1]).toEqual({ role: "assistant", text: '{"sum":7}' });
  expect(asked[2]?.text).toContain("- total is missing");
  expect(askToRepair(messages, "  ", ["x"]).map(({ role }) => role)).toEqual(["user", "user"]);
  expect(askToRepair(messages, "x".repeat(60_000), ["x"])[1]?.text).toHaveLength(50_000);
});

test("a provider that takes no schema is told it in words", () => {
  expect(describeSchema(SCHEMA)).toEqual({ role: "system", text: expect.stringContaining(JSON.stringify(SCHEMA)) });
});
