/** docs/expressions.md says what is there: every name, every example, every limit. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { languageNames } from "./language.ts";
import { DEFAULT_LIMITS } from "./machine.ts";
import { compileExpression, compileTemplate, evaluateTemplate } from "./template.ts";

const PAGE = readFileSync(new URL("../../../../docs/expressions.md", import.meta.url), "utf8");
const SCOPE = {
  trigger: {
    body: {
      name: "ada",
      n: 42,
      rows: [
        { id: 1, country: "de" },
        { id: 2, country: "fr" },
      ],
    },
  },
  run: { startedAt: "2026-03-29T00:30:00.000Z" },
};

describe("docs/expressions.md", () => {
  test.each(Object.entries(languageNames()))("lists the names of %s, all and no others", (group, names) => {
    const line = PAGE.split(`\n- **${group}**:`)[1]?.split("\n")[0] ?? "";
    const listed = line.matchAll(/`([^`]+)`/g);
    expect(new Set([...listed].map(([, name]) => name))).toEqual(new Set(names));
  });

  const examples = [
    ...PAGE.split("## Examples")[1]!
      .split("\n## ")[0]!
      .matchAll(/^\| `(.+)` +\| `(.+)` +\|$/gm),
  ];

  test.each(examples.map(([, source, result]) => [source!, result!] as const))("%s gives %s", (source, result) => {
    const { template, problems } = compileExpression(source, "f", ["trigger", "run"]);
    expect(problems).toEqual([]);
    expect(evaluateTemplate(template, SCOPE)).toEqual({ ok: true, value: JSON.parse(result) });
  });

  test("has its examples read by this test", () => {
    expect(examples.length).toBeGreaterThan(10);
  });

  test("names the limits there are", () => {
    expect(PAGE).toContain(`${DEFAULT_LIMITS.steps.toLocaleString("en")} operations`);
    expect(PAGE).toContain(`${DEFAULT_LIMITS.bytesMade / 1024 / 1024} MB in all`);
    expect(PAGE).toContain(`${DEFAULT_LIMITS.textLength.toLocaleString("en")} characters in one text`);
    expect(PAGE).toContain(`${DEFAULT_LIMITS.bytesResult / 1024 / 1024} MB, ${DEFAULT_LIMITS.depth} levels`);
    expect(compileTemplate(`{{ "${"a".repeat(9_990)}" }}`, "f", []).problems).toEqual([]);
    expect(compileTemplate(`{{ "${"a".repeat(10_000)}" }}`, "f", []).problems).toHaveLength(1);
    expect(compileExpression(`${"!".repeat(199)}1`, "f", []).problems).toEqual([]);
    expect(compileExpression(`${"!".repeat(200)}1`, "f", []).problems).toHaveLength(1);
  });
});
