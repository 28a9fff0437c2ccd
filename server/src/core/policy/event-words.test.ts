import { expect, test } from "vitest";
import { eventWords } from "./event-words.ts";

test.each([
  ["New mail", "be told of new mail"],
  ["Issue changed", "be told of changed issues"],
  ["Pull request changed", "be told of changed pull requests"],
  ["Message received", "be told of received messages"],
  ["Entry added", "be told of added entries"],
  ["Any event", "be told of any event"],
  ["Push", "be told of each push"],
  ["Comment on an issue", "be told of each comment on an issue"],
])("the event %j is granted in words that stand behind may", (title, words) => {
  expect(eventWords(title)).toBe(words);
});
