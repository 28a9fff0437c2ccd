import { ProblemError } from "@steward/sdk";
import { expect, it } from "vitest";
import { explained } from "./explain.ts";

const problem = (fields: Partial<ProblemError>): ProblemError =>
  new ProblemError({
    type: "about:blank",
    title: "Title",
    status: 400,
    code: "value_invalid",
    detail: "detail",
    hint: "Mend the named field.",
    details: {},
    retryAfterSeconds: null,
    ...fields,
  });

it("a refusal for want of a permission says what one may not do, not what the permission is called", () => {
  const error = problem({
    code: "forbidden",
    detail: "This needs the permission key.write",
    details: { needs: "key.write" },
  });
  expect(explained(error)).toEqual({
    what: "Your role doesn’t let you make, rotate and revoke API keys.",
    hint: "Ask whoever manages the roles of your organization.",
    code: "forbidden",
  });
});

it("what is to be repeated later says when", () => {
  const error = problem({
    code: "rate_limited",
    hint: "Repeat after the seconds in Retry-After.",
    retryAfterSeconds: 90,
  });
  expect(explained(error).hint).toBe("Try again in 2 minutes.");
  expect(explained(problem({ code: "overloaded", retryAfterSeconds: 1 })).hint).toBe("Try again in 1 second.");
});

it("a call without an answer is told without its address", () => {
  const error = problem({
    code: "unreachable",
    title: "Steward can't be reached",
    detail: "GET http://x/v1/flows got no answer.",
  });
  expect(explained(error).what).toBe("Steward can't be reached.");
});

it("a hint that is fit for a person stays the server's", () => {
  expect(explained(problem({})).hint).toBe("Mend the named field.");
});
