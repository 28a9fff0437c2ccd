import { expect, test } from "vitest";
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
