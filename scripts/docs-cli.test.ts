import { expect, test } from "vitest";
import { renderCli } from "./docs-cli.ts";
import { readDoc } from "./docs.ts";

test("docs/cli.md is what scripts/docs-cli.ts makes of the commands: run it and commit the result", () => {
  expect(readDoc("docs/cli.md")).toBe(renderCli());
});

test("every command and what each exit code means stands in the reference", () => {
  const text = renderCli();
  for (const one of [
    "steward up",
    "steward login <address>",
    "steward flow push <file>",
    "steward run resolve <run>",
  ]) {
    expect(text).toContain(`### \`${one}\``);
  }
  expect(text).toContain("- 4: the run that was waited for failed or was cancelled");
});
