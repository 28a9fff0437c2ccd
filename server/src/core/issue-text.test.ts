import { expect, test } from "vitest";
import { z } from "zod";
import { issueText } from "./issue-text.ts";

const said = (schema: z.ZodType, value: unknown): readonly string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(issueText);

test.each<[z.ZodType, unknown, string]>([
  [z.int().max(20), 200, "at most 20"],
  [z.number().gt(0), 0, "at least 0, and not that itself"],
  [z.string().min(1), "", "at least 1 character"],
  [z.array(z.int()).max(2), [1, 2, 3], "at most 2 items"],
  [z.int(), 1.5, "expected a whole number"],
  [z.string(), 5, "expected text, not a number"],
  [z.string(), undefined, "this field is missing (expected text)"],
  [z.literal(1), 2, "it is 1"],
  [z.enum(["ask", "fail"]), "no", "use one of ask, fail"],
  [z.iso.datetime(), "x", "give a time as ISO 8601 has it, such as 2026-11-21T02:30:00"],
  [
    z.strictObject({ private: z.array(z.string().regex(/^input/)) }),
    { private: ["x"] },
    "write input or output and the names below it, with dots: output.token",
  ],
  [
    z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })]),
    { kind: "c" },
    "use one of a, b",
  ],
])("%#: a value that a schema refuses is answered with what the field takes", (schema, value, text) => {
  expect(said(schema, value)).toEqual([text]);
});

test("what a field's author wrote is told as it stands", () => {
  expect(said(z.string().max(1, "use a letter"), "ab")).toEqual(["use a letter"]);
});
