import { expect, test } from "vitest";
import { requestOf } from "./forms.testsuite.ts";
import { destinationKey, HTTP_MADE_OF, literalFields, taints, taintsAtStart } from "./taint.ts";

test("a run is tainted from its start by what others sent", () => {
  for (const origin of ["webhook", "event", "program"] as const) expect(taintsAtStart(origin, false)).toBe(true);
  for (const origin of ["schedule", "manual"] as const) expect(taintsAtStart(origin, false)).toBe(false);
  for (const origin of ["call", "error"] as const) {
    expect(taintsAtStart(origin, false)).toBe(false);
    expect(taintsAtStart(origin, true)).toBe(true);
  }
});

test("what was read taints, what was written or turned over does not", () => {
  const none = { effect: null, calledIsTainted: null, output: { a: 1 } };
  const effect = (action: string, actionClass: "read" | "write" | "delete") =>
    taints({ kind: "connector", calledIsTainted: null, output: null, effect: { action, class: actionClass } });
  expect(effect("gmail.read", "read")).toBe(true);
  expect(effect("gmail.send", "write")).toBe(false);
  expect(effect("gmail.trash", "delete")).toBe(false);
  for (const action of ["http.request", "sql.query", "postgres.delete", "model.generate"])
    expect(effect(action, "write")).toBe(true);
  expect(effect("httpbin.post", "write")).toBe(false);
  for (const kind of ["set", "map", "filter", "branch", "code", "merge"]) expect(taints({ kind, ...none })).toBe(false);
  for (const kind of ["file", "table"]) expect(taints({ kind, ...none })).toBe(true);
  expect(taints({ kind: "wait", ...none })).toBe(true);
  expect(taints({ kind: "wait", ...none, output: null })).toBe(false);
  expect(taints({ kind: "flow", ...none })).toBe(true);
  expect(taints({ kind: "flow", ...none, calledIsTainted: false })).toBe(false);
});

test("a field is literal when no expression has a part in it", () => {
  const literal = (input: Parameters<typeof literalFields>[0], field: string): boolean =>
    literalFields(input, [field]).has(field);
  expect(literal({ to: "a@b.c" }, "to")).toBe(true);
  expect(literal({ to: ["a@b.c", 3, null] }, "to")).toBe(true);
  expect(literal({ to: { a: "b" } }, "to")).toBe(true);
  expect(literal({}, "to")).toBe(true);
  expect(literal({ subject: "{{ trigger.body }}" }, "to")).toBe(true);
  expect(literal({ to: "{{ vars.owner }}" }, "to")).toBe(false);
  expect(literal({ to: "a@{{ 'b.c' }}" }, "to")).toBe(false);
  expect(literal({ to: ["a@b.c", "{{ trigger.body.to }}"] }, "to")).toBe(false);
  expect(literal({ to: { a: ["{{ 1 }}"] } }, "to")).toBe(false);
  expect(literal({ message: { to: "a" } }, "message.to")).toBe(true);
  expect(literal({ message: { to: "{{ x }}" } }, "message.to")).toBe(false);
  expect(literal({ message: "{{ steps.read }}" }, "message.to")).toBe(false);
  expect(literal({ people: [{ to: "a" }, { to: "{{ x }}" }] }, "people.to")).toBe(false);
  expect(literal({ people: [{ to: "a" }, "{{ x }}"] }, "people.to")).toBe(false);
  expect(literal(JSON.parse('{"__proto__":"{{ x }}"}'), "__proto__")).toBe(false);
});

test("the address of a request is literal when its query is", () => {
  const literal = (input: Parameters<typeof literalFields>[0]): readonly string[] => [
    ...literalFields(input, ["url"], HTTP_MADE_OF),
  ];
  expect(literal({ url: "https://ok.com", query: { a: "b" }, body: "{{ x }}" })).toEqual(["url"]);
  expect(literal({ url: "https://ok.com", query: { a: "{{ x }}" } })).toEqual([]);
  expect(literal({ url: "https://ok.com/{{ x }}" })).toEqual([]);
});

test("the same deed to the same place has the same key", () => {
  const key = destinationKey(requestOf());
  expect(destinationKey(requestOf({ arguments: { subject: "other", to: "bob@example.com" } }))).toBe(key);
  for (const other of [
    requestOf({ arguments: { to: "ann@example.com" } }),
    requestOf({ arguments: { to: "bob@example.com", cc: "ann@example.com" } }),
    requestOf({ arguments: { cc: "bob@example.com" } }),
    requestOf({ action: "gmail.draft" }),
    requestOf({ principals: ["flow:other", "project"] }),
    requestOf({ connection: { kind: "credential", slug: "mail" } }),
  ])
    expect(destinationKey(other)).not.toBe(key);
});
