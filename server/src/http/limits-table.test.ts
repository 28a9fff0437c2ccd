import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { callRules, CALLS_PER_MINUTE, TRIES, type TryRules } from "./limits-table.ts";
import type { CountRule } from "./shared-counts.ts";

const MANUAL = readFileSync(path.join(import.meta.dirname, "..", "..", "..", "docs", "operating.md"), "utf8");

const shown = (rule: CountRule | undefined): string =>
  rule === undefined ? "–" : `${rule.points} / ${rule.windowMs / 60_000} min`;

/** The cells of a Markdown table's rows. */
const rows = MANUAL.split("\n").map((line) =>
  line
    .split("|")
    .map((cell) => cell.trim())
    .slice(1, -1)
    .join(" | "),
);

test("the manual shows every limit as it is", () => {
  for (const { to, address, pair, strangers, account } of Object.values<TryRules>(TRIES))
    expect(rows).toContain([to, ...[address, pair, strangers, account].map(shown)].join(" | "));
  const { call, open, refused, unknownWebhook } = callRules(CALLS_PER_MINUTE);
  const calls = { call, open, refused, unknownWebhook };
  for (const [name, rule] of Object.entries(calls))
    expect([name, rows.some((row) => row.endsWith(` | ${shown(rule)}`))]).toEqual([name, true]);
});

test("on one account from one address there are fewer tries than on it from everywhere", () => {
  for (const { pair, strangers, account } of Object.values<TryRules>(TRIES)) {
    const wide = strangers ?? account;
    if (pair && wide) expect(pair.points).toBeLessThan(wide.points);
    expect(pair === undefined).toBe(wide === undefined);
  }
});
