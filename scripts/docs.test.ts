import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EFFECT_ERRORS } from "../server/src/gate/effect-errors.ts";
import { STEP_ERRORS } from "../server/src/core/step-errors.ts";
import { SETTINGS } from "../server/src/config.ts";
import { ROLES_SQL } from "../server/src/store/roles.ts";
import { readDoc, renderDocs } from "./docs.ts";

test.each([...renderDocs(readDoc)])(
  "%s is what scripts/docs.ts makes of the code: run it and commit the result",
  (file, text) => {
    expect(readDoc(file)).toBe(text);
  },
);

test("every kind, code and field of the file stands in the reference", () => {
  const docs = renderDocs(readDoc);
  for (const heading of ["## set", "## while", "## http"]) expect(docs.get("docs/steps.md")).toContain(heading);
  expect(docs.get("docs/steps.md")).toContain("`cases[].when`");
  expect(docs.get("docs/errors.md")).toContain("`flow_invalid`");
  expect(docs.get("docs/errors.md")).toContain("`http_status`");
  for (const code of ["response_too_large", "flow_unknown", "run_cancelled", "run_open"]) {
    expect(docs.get("docs/errors.md")).toContain(`\`${code}\``);
  }
  for (const field of [
    "`triggers`",
    "`ifUnknown`",
    "`dedupeBy`",
    "`everySeconds`",
    "`delayMsMax`",
    "`toleranceSeconds`",
  ]) {
    expect(docs.get("docs/flow-file.md")).toContain(field);
  }
});

test.each(["steps", "engine", "core/run"])("every code that a step or run of %s fails with is documented", (folder) => {
  const root = fileURLToPath(new URL(`../server/src/${folder}/`, import.meta.url));
  const known = new Set([...Object.keys(STEP_ERRORS), ...Object.keys(EFFECT_ERRORS)]);
  const files = readdirSync(root).filter((file) => /(?<!\.test|\.testsuite)\.ts$/.test(file));
  // `code: "custom"` is zod's, of an issue that a schema of ours raises.
  const codes = files.flatMap((file) =>
    [...readFileSync(root + file, "utf8").matchAll(/(?:\bcode: |\bfailed\(\s*)"([a-z_]+)"/g)]
      .map((match) => match[1])
      .filter((code) => code !== "custom"),
  );
  expect(codes.length).toBeGreaterThan(0);
  expect(codes.filter((code) => code === undefined || !known.has(code))).toEqual([]);
});

test("every setting stands in the README, and the SQL of the roles in docs/operating.md", () => {
  for (const name of SETTINGS) if (name !== "STEWARD_URL") expect(readDoc("README.md")).toContain(`\`${name}\``);
  expect(readDoc("docs/operating.md")).toContain(ROLES_SQL);
});
