/** The page speaks to persons: no refusal that reaches one tells them of commands, headers, settings or addresses of the API. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ERRORS } from "../src/core/errors.ts";

/** By code, as the page's own words have them: the workspaces share no code but the SDK. */
const HINTS = new Map(
  Array.from(
    readFileSync(path.resolve(import.meta.dirname, "../../web/src/language/hints.ts"), "utf8").matchAll(
      /^ {2}(\w+):\s+"([^"]+)",$/gm,
    ),
    ([, code = "", hint = ""]) => [code, hint] as const,
  ),
);
/** At the start of a server, which no page shows. */
const NEVER_SHOWN: ReadonlySet<string> = new Set(["home_in_use", "start_refused"]);
/** The client's own, without an answer of the server. */
const OF_THE_CLIENT = ["bad_answer", "timeout", "unreachable"];
/** What only programs and operators know. */
const NOT_FOR_PERSONS =
  /`|\/v1\/|openapi|--|header|Retry-After|Idempotency|Bearer|JSON|API key|docs\/|\blog\b|STEWARD_|push/i;

test("each hint that the page shows is fit for a person", () => {
  const shown = Object.entries(ERRORS)
    .filter(([code]) => !NEVER_SHOWN.has(code))
    .map(([code, { hint }]) => [code, HINTS.get(code) ?? hint] as const);
  expect(shown.filter(([, hint]) => NOT_FOR_PERSONS.test(hint))).toEqual([]);
});

test("the page has words of its own for codes that there are, and for nothing else", () => {
  expect([...HINTS.keys()].filter((code) => !Object.hasOwn(ERRORS, code)).toSorted()).toEqual(OF_THE_CLIENT);
});
