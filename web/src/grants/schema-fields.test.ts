import { expect, it } from "vitest";
import { HTTP_REQUEST, takesIn } from "./own-actions.ts";
import { fieldsOfSchema } from "./schema-fields.ts";

it("fields of a schema are those with a value of their own, lists and alternatives looked through", () => {
  const fields = fieldsOfSchema({
    type: "object",
    properties: {
      to: { type: "array", items: { type: "string" } },
      amount: { anyOf: [{ type: "number" }, { type: "null" }] },
      message: { type: "object", properties: { subject: { type: "string" } } },
      kind: { enum: ["a", "b"] },
      whatever: {},
    },
  });
  expect(fields.map(({ path, kinds }) => [path, [...kinds]])).toEqual([
    ["to", ["text"]],
    ["amount", ["number"]],
    ["message.subject", ["text"]],
    ["kind", ["text"]],
    ["whatever", ["any"]],
  ]);
});

it("a schema that holds itself ends", () => {
  const loop: Record<string, unknown> = { type: "object" };
  loop["properties"] = { again: loop, name: { type: "string" } };
  expect(fieldsOfSchema(loop).length).toBeLessThan(10);
});

it("a pattern takes in what it names, its class, its connector, everything", () => {
  for (const pattern of ["*", "write", "http.request", "http.*"]) expect(takesIn(pattern, HTTP_REQUEST)).toBe(true);
  for (const pattern of ["ht.*", "http.get", "gmail.*"]) expect(takesIn(pattern, HTTP_REQUEST)).toBe(false);
});
