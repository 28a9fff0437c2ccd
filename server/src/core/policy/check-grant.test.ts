import { GrantForm, LimitForm } from "@steward/sdk";
import { expect, test } from "vitest";
import { z } from "zod";
import { fieldsOfSchema, kindsAt } from "./action-fields.ts";
import { type ActionShape, checkGrant, checkLimit } from "./check-grant.ts";
import type { Json } from "../json.ts";

const Send = z.strictObject({
  to: z.union([z.string(), z.array(z.string())]),
  message: z.strictObject({ subject: z.string().default(""), parts: z.array(z.strictObject({ size: z.int() })) }),
  amount: z.number().optional(),
  draft: z.boolean().nullable(),
  headers: z.record(z.string(), z.string()),
  extra: z.any(),
});

function fieldsOf(schema: z.ZodType): ActionShape["fields"] {
  return fieldsOfSchema(z.toJSONSchema(schema) as Json);
}

const SEND: ActionShape = { id: "gmail.send", class: "write", fields: fieldsOf(Send), destination: ["to"] };
const READ: ActionShape = {
  id: "gmail.read",
  class: "read",
  fields: fieldsOf(z.strictObject({ id: z.string() })),
  destination: [],
};

test("an action of several classes is offered once", () => {
  const form = GrantForm.parse({ to: "project", credential: "api", lines: [{ actions: ["http.requested"] }] });
  const shapes = (["read", "write", "delete"] as const).map((each) => ({ ...READ, id: "http.request", class: each }));
  expect(checkGrant(form, shapes).map(({ message }) => message)).toEqual([
    'there is no action "http.requested" here: use http.request',
  ]);
});

test("the fields of a schema are found through lists, alternatives and records", () => {
  const kinds = (field: string): readonly string[] | null => {
    const found = kindsAt(SEND.fields, field);
    return found && [...found].toSorted();
  };
  expect(kinds("to")).toEqual(["text"]);
  expect(kinds("message.parts.size")).toEqual(["number"]);
  expect(kinds("message")).toEqual(["object"]);
  expect(kinds("draft")).toEqual(["boolean"]);
  expect(kinds("headers.x-id")).toEqual(["text"]);
  expect(kinds("extra.what.ever")).toEqual(["any"]);
  for (const none of ["bcc", "message.to", "to.name", "headers.a.b", "__proto__", "constructor", ""])
    expect([none, kinds(none)]).toEqual([none, null]);
});

test("references are followed, and a schema that refers to itself ends", () => {
  const tree = {
    type: "object",
    properties: { child: { $ref: "#" }, name: { $ref: "#/$defs/na~1me" }, far: { $ref: "https://evil.example/x" } },
    $defs: { "na/me": { enum: ["a", 1, null] } },
  };
  const fields = fieldsOfSchema(tree);
  expect([...fields.get("name")!].toSorted()).toEqual(["number", "text"]);
  expect(fields.has("child.child.name")).toBe(true);
  expect(fields.has("far")).toBe(false);
  const loop = { $ref: "#" };
  expect(fieldsOfSchema(loop).size).toBe(0);
});

function grantProblems(line: object): readonly string[] {
  const form = GrantForm.parse({ to: "project", connection: "mail", lines: [line] });
  return checkGrant(form, [SEND, READ]).map(({ field, message }) => `${field}: ${message}`);
}

test("a form that names what is there has no problems", () => {
  const when = [
    { field: "to", domains: ["example.com", "*.example.org", "bücher.example"] },
    { field: "amount", max: 5 },
    { field: "draft", in: ["true"] },
    { field: "message.subject", matches: ["Refund *", "@acme/*"] },
    { field: "headers.x-id", prefix: ["https://ok.com/a%20b", "docs/100%"] },
  ];
  expect(grantProblems({ actions: ["gmail.send"], when })).toEqual([]);
  expect(grantProblems({ actions: ["gmail.*"] })).toEqual([]);
});

test.each([
  [
    { actions: ["gmail.sned"] },
    'lines[0].actions[0]: there is no action "gmail.sned" here: use one of gmail.send or gmail.read, or a pattern of them',
  ],
  [{ actions: ["delete"] }, 'lines[0].actions[0]: there is no action "delete" here'],
  [
    { actions: ["gmail.send"], when: [{ field: "bcc", any: true }] },
    'lines[0].when[0].field: gmail.send has no field "bcc"',
  ],
  [
    { actions: ["gmail.*"], when: [{ field: "to", in: ["x"] }] },
    'lines[0].when[0].field: gmail.read has no field "to": name the actions that have it',
  ],
  [{ actions: ["gmail.send"], when: [{ field: "to", max: 3 }] }, 'the field "to" of gmail.send is never a number'],
  [{ actions: ["gmail.send"], when: [{ field: "amount", domains: ["a.b"] }] }, "is never a text"],
  [
    { actions: ["gmail.send"], when: [{ field: "to", domains: ["a@b.c"] }] },
    'lines[0].when[0].domains[0]: "a@b.c" is no domain',
  ],
  [{ actions: ["gmail.send"], when: [{ field: "to", domains: ["*"] }] }, "is no domain"],
  [
    { actions: ["gmail.send"], when: [{ field: "to", matches: ["*@b.c"] }] },
    "matches[0]: use domains for mail addresses",
  ],
  [
    { actions: ["gmail.send"], when: [{ field: "to", matches: ["https://b.c*"] }] },
    "matches[0]: use domains or prefix for URLs",
  ],
  [{ actions: ["gmail.send"], when: [{ field: "to", prefix: ["../x"] }] }, 'prefix[0]: "../x" is no plain path'],
  [{ actions: ["gmail.send"], when: [{ field: "to", prefix: ["a%2fb"] }] }, "without percent encoding"],
  [
    { actions: ["gmail.send"], approval: { when: "above", field: "total", above: 3 } },
    'approval.field: gmail.send has no field "total"',
  ],
  [
    { actions: ["gmail.send"], approval: { when: "always", remindHours: 80 } },
    "approval.remindHours: it expires before",
  ],
  [
    { actions: ["gmail.send"], approval: { when: "always", escalate: { afterHours: 72, to: ["role:owner"] } } },
    "escalate.afterHours: it expires before",
  ],
])("%j is told what is wrong with it", (line, problem) => {
  const problems = grantProblems(line);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test("what a limit refuses altogether is refused where it is given", () => {
  const when = [{ field: "to", domains: ["evil.com"], ifGiven: true }];
  const form = LimitForm.parse({ deny: true, lines: [{ actions: ["gmail.send"], when }] });
  expect(checkLimit(form, [SEND]).map(({ field }) => field)).toEqual(["lines[0].when[0].ifGiven"]);
});

test.each([
  [GrantForm, { to: "project", lines: [{ actions: ["*"] }] }, "give either a connection or a credential"],
  [GrantForm, { to: "project", connection: "a", credential: "b", lines: [{ actions: ["*"] }] }, "give either"],
  [
    GrantForm,
    {
      to: "project",
      connection: "a",
      from: "2027-01-01T00:00:00Z",
      until: "2026-01-01T00:00:00Z",
      lines: [{ actions: ["*"] }],
    },
    "end before it begins",
  ],
  [
    GrantForm,
    {
      to: "project",
      connection: "a",
      lines: [{ actions: ["*"], money: [{ amount: 1e-7, currency: "EUR", per: "day" }] }],
    },
    "six decimals",
  ],
  [
    GrantForm,
    { to: "project", connection: "a", lines: [{ actions: ["*"], approval: { when: "above", above: 3 } }] },
    "give above",
  ],
  [
    GrantForm,
    {
      to: "project",
      connection: "a",
      lines: [{ actions: ["*"], approval: { when: "above", above: 3, field: "a", currency: "EUR" } }],
    },
    "give above",
  ],
  [
    GrantForm,
    { to: "project", connection: "a", lines: [{ actions: ["*"], approval: { when: "first", field: "a" } }] },
    "give above",
  ],
  [LimitForm, { connection: "a", credential: "b", lines: [{ actions: ["*"] }] }, "not both"],
  [LimitForm, { deny: true, lines: [{ actions: ["*"], rate: [{ times: 1, per: "day" }] }] }, "has no rate"],
])("the schema refuses %#", (schema, form, message) => {
  expect(schema.safeParse(form).error?.message).toContain(message);
});

test("the schema takes every amount with six decimals", () => {
  for (const amount of [0, 0.000001, 999_999_999.123456, 123_456_789.000001]) {
    const money = [{ amount, currency: "EUR", per: "day" }];
    expect(GrantForm.safeParse({ to: "project", connection: "a", lines: [{ actions: ["*"], money }] }).success).toBe(
      true,
    );
  }
});
