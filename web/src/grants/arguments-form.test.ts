import { expect, it } from "vitest";
import { argumentFields, argumentsOf } from "./arguments-form.ts";

const FIELDS = argumentFields({
  type: "object",
  required: ["to"],
  properties: {
    to: { type: "array", items: { type: "string" }, description: "Who gets it." },
    amount: { anyOf: [{ type: "number" }, { type: "null" }] },
    urgent: { type: "boolean" },
    kind: { enum: ["a", "b"] },
    subject: { type: "string" },
    extra: { type: "object" },
  },
});

it("a field is typed as what its schema says, and says what it is for", () => {
  expect(FIELDS.map(({ name, kind, needed }) => [name, kind, needed])).toEqual([
    ["to", "texts", true],
    ["amount", "number", false],
    ["urgent", "boolean", false],
    ["kind", "choice", false],
    ["subject", "text", false],
    ["extra", "json", false],
  ]);
  expect(FIELDS[0]?.help).toBe("Who gets it.");
});

it("what was typed becomes the arguments, what is empty is left out, what can't be read is named", () => {
  const typed = { to: "a@x.test\n\nb@x.test", amount: "12.5", urgent: "true", subject: "", extra: '{"a":1}' };
  expect(argumentsOf(FIELDS, typed)).toEqual({
    arguments: { to: ["a@x.test", "b@x.test"], amount: 12.5, urgent: true, extra: { a: 1 } },
    unreadable: new Set(),
  });
  expect([...argumentsOf(FIELDS, { amount: "much", extra: "{" }).unreadable]).toEqual(["amount", "extra"]);
});
