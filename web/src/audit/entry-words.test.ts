import { expect, it } from "vitest";
import { actionWords, entryState, refWords } from "./entry-words.ts";

const MEMBER = `mem_${"0".repeat(26)}`;
const KEY = `key_${"1".repeat(26)}`;
const RUN = `run_${"2".repeat(18)}abcdefgh`;
const names = { [MEMBER]: "Ada", [KEY]: "Deploy" };

it("who and what is named by its name, and what has none by the end of its id", () => {
  expect(refWords(MEMBER, names)).toBe("Ada");
  expect(refWords(KEY, names)).toBe("Key “Deploy”");
  expect(refWords(`${RUN}/1.send`, names)).toBe("run_…abcdefgh/1.send");
  expect(refWords("flow:order", names)).toBe("Flow “order”");
  expect(refWords("system", names)).toBe("Steward itself");
  expect(refWords("unknown:thing", names)).toBe("unknown:thing");
  expect(refWords(MEMBER, {})).toBe("mem_…00000000");
});

it("an action is said in words, an effect's outcome by how it went", () => {
  expect(actionWords({ action: "member.removed", facts: {} })).toBe("Member removed");
  expect(actionWords({ action: "sign_on.domain_added", facts: {} })).toBe("Sign on domain added");
  expect(actionWords({ action: "session.begun", facts: {} })).toBe("Signed in");
  expect(actionWords({ action: "effect.outcome", facts: { outcome: "refused" } })).toBe("Effect refused");
  expect(actionWords({ action: "effect.outcome", facts: { outcome: "done" } })).toBe("Effect done");
});

it("what was refused, failed or is in doubt does not pass for what went well", () => {
  expect(entryState({ action: "call.refused", facts: {} })).toBe("refused");
  expect(entryState({ action: "effect.outcome", facts: { outcome: "failed" } })).toBe("failed");
  expect(entryState({ action: "effect.outcome", facts: { outcome: "unknown" } })).toBe("in_doubt");
  expect(entryState({ action: "sign_on.domain_failing", facts: {} })).toBe("failed");
  expect(entryState({ action: "effect.outcome", facts: { outcome: "done" } })).toBe("well");
});
