/** Why a sign-on or a sign-in at a provider is refused: each reason in the source has its words on the page and its line in the manual. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { providerRefusal } from "../src/adapters/identity/provider-refusal.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

/** The members of a union of texts, as the source writes it. */
function union(file: string, name: string): string[] {
  const [, body = ""] = new RegExp(`type ${name} =([^;]+);`).exec(textOf(file)) ?? [];
  return [...body.matchAll(/"([a-z_]+)"/g)].map(([, one = ""]) => one);
}

const REASONS = new Set([
  ...union("server/src/adapters/identity/provider-refusal.ts", "ProviderRefusal"),
  ...union("server/src/adapters/identity/sign-on-refusal.ts", "SignOnRefusal"),
  ...union("server/src/people/sign-on-rules.ts", "Reason"),
  "conflict", // of an organization that is full (people/refusals.ts)
]);

test("the page has words for each reason, and for no other", () => {
  expect(REASONS.size).toBeGreaterThan(12);
  const [, words = ""] = /^ {2}refusals: \{\n(.+?)^ {2}\},/ms.exec(textOf("web/src/language/entry.ts")) ?? [];
  const named = [...words.matchAll(/^ {4}([a-z_]+):/gm)].map(([, one = ""]) => one);
  expect(named.toSorted()).toEqual([...REASONS].toSorted());
});

test("the manual says of each reason what to do", () => {
  const [, section = ""] = textOf("docs/sign-on.md").split("## When a sign-on is refused");
  const rows = [...section.matchAll(/^\| `([a-z_]+)` +\| .+ \| .+ \|$/gm)].map(([, one = ""]) => one);
  expect(rows.toSorted()).toEqual([...REASONS].toSorted());
});

test("whatever a provider writes into its refusal, our page gets one of our reasons", () => {
  const reasonOf = (error: string) =>
    providerRefusal(new URL(`http://steward.test/sign-in?error_description=x&error=${encodeURIComponent(error)}`));
  for (const error of ["access_denied", "<script>", "constructor", "__proto__", ""])
    expect([error, reasonOf(error)]).toEqual([error, "provider_failed"]);
  expect(reasonOf("account_not_linked")).toBe(reasonOf("email_not_verified"));
  expect(providerRefusal(new URL("http://steward.test/flows?error=account_not_linked"))).toBeNull();
});
