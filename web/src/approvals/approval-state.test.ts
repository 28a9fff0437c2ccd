import { expect, test } from "vitest";
import { say } from "../language.ts";
import { approvalWord } from "./approval-state.ts";

test("what was approved and not done does not read as if nobody had decided", () => {
  const words = say.approvals;
  const approved = approvalWord({ status: "withdrawn", decidedAt: "2026-11-21T10:00:00Z" });
  expect([words.status[approved], words.statusWhat[approved]].join(": ")).toMatch(
    /^Approved, not done: It was approved/,
  );
  const undecided = approvalWord({ status: "withdrawn", decidedAt: null });
  expect(words.statusWhat[undecided]).toBe("Its run ended before anybody had decided.");
  expect(approvalWord({ status: "used", decidedAt: "2026-11-21T10:00:00Z" })).toBe("used");
});
