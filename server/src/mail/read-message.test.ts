import { expect, test } from "vitest";
import { type NamedMessage, readMessage } from "./read-message.ts";
import { renderLetter } from "./render-letter.ts";
import { writeLetter } from "./write-letter.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const GROUND = { nowMs: NOW_MS, publicUrl: "https://steward.test", linkMinutes: 60 };
const URL = "https://steward.test/reset-password#token=abc";

test.each<[NamedMessage["template"], Record<string, string>, string]>([
  ["verify", { name: "Ada", url: URL }, URL],
  ["reset", { name: "Ada", url: URL }, URL],
  ["change", { name: "Ada", holder: "old", newEmail: "new@example.org", url: URL }, "new at example dot org"],
  ["changed", { newEmail: "new@example.org" }, "21 November 2026, 12:00 UTC"],
  ["changed", { what: "password" }, "password of your account was changed"],
  ["factor_changed", { change: "passkey_added" }, "A passkey was added"],
  [
    "invited",
    { inviter: "Ada", organization: "Babbage", role: "builder", url: URL, expiresAt: "2026-11-28T12:00:00.000Z" },
    "7 days",
  ],
  ["new_sign_in", { name: "Ada", userAgent: "Firefox", address: "192.0.2.1", at: "2026-11-21T11:59:00Z" }, "192.0.2.1"],
])("a message %s as the sign-in gives it is written", (template, values, expected) => {
  const message = readMessage({ to: "ada@example.org", template, values }, GROUND);
  expect(renderLetter(writeLetter(message)).text).toContain(expected);
});

test("a value that a template needs and does not get is a bug", () => {
  expect(() => readMessage({ to: "a@b.test", template: "reset", values: {} }, GROUND)).toThrow("has no url");
});
