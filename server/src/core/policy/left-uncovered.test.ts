import { expect, test } from "vitest";
import { type CoveringGrant, leftUncovered } from "./left-uncovered.ts";

const classes: Readonly<Record<string, readonly ["read" | "write" | "delete"]>> = {
  "gmail.read": ["read"],
  "gmail.send": ["write"],
};
const grant = (to: string, actions: readonly string[], until?: string): CoveringGrant => ({
  to,
  lines: [{ actions: [...actions] }],
  ...(until === undefined ? {} : { until }),
});
const left = (ended: CoveringGrant, others: readonly CoveringGrant[], owner: string | null = null) =>
  leftUncovered(ended, others, {
    who: { principal: "flow:refunds", owner },
    actions: ["gmail.read", "gmail.send", "box.look"],
    classesOf: (action) => classes[action] ?? ["read", "write", "delete"],
    nowMs: Date.parse("2026-11-21T12:00:00Z"),
  });

test("what the grant covered for this flow is left, and nothing else", () => {
  expect(left(grant("flow:refunds", ["gmail.send"]), [])).toEqual(["gmail.send"]);
  expect(left(grant("project", ["gmail.*"]), [])).toEqual(["gmail.read", "gmail.send"]);
  expect(left(grant("flow:other", ["*"]), [])).toEqual([]);
  expect(left(grant("member:acc_1", ["*"]), [])).toEqual([]);
  expect(left(grant("member:acc_1", ["gmail.send"]), [], "acc_1")).toEqual(["gmail.send"]);
});

test("what another grant covers goes on: of the project, the flow or the owner, by name, pattern or class", () => {
  const ended = grant("project", ["*"]);
  expect(left(ended, [grant("flow:refunds", ["read"])])).toEqual(["gmail.send"]);
  expect(left(ended, [grant("project", ["gmail.*"])])).toEqual(["box.look"]);
  expect(left(ended, [grant("flow:other", ["*"])])).toEqual(["gmail.read", "gmail.send", "box.look"]);
  expect(left(ended, [grant("member:acc_1", ["*"])], "acc_1")).toEqual([]);
});

test("a grant that is over by its time covers nothing more, one that begins later will", () => {
  const ended = grant("project", ["gmail.send"]);
  expect(left(ended, [grant("project", ["*"], "2026-11-21T11:59:59Z")])).toEqual(["gmail.send"]);
  expect(left(ended, [grant("project", ["*"], "2026-12-01T00:00:00Z")])).toEqual([]);
});
