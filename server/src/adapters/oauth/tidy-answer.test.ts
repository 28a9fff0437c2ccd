import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tidyAnswer } from "./tidy-answer.ts";

const json = (value: unknown): string => JSON.stringify(value);

test.each([
  [
    "RFC 6749's own",
    200,
    json({ access_token: "a", token_type: "Bearer", expires_in: 3600, refresh_token: "r", scope: "x y" }),
    200,
    { access_token: "a", token_type: "bearer", expires_in: 3600, refresh_token: "r", scope: "x y" },
  ],
  [
    "GitHub's, without a life",
    200,
    json({ access_token: "a", token_type: "bearer", scope: "repo,gist" }),
    200,
    { access_token: "a", token_type: "bearer", scope: "repo,gist" },
  ],
  [
    "GitHub's older form",
    200,
    "access_token=a&scope=repo%2Cgist&token_type=bearer",
    200,
    { access_token: "a", token_type: "bearer", scope: "repo,gist" },
  ],
  [
    "GitHub's error with 200",
    200,
    json({ error: "bad_verification_code", error_description: "x" }),
    400,
    { error: "bad_verification_code" },
  ],
  [
    "Slack's bot",
    200,
    json({ ok: true, access_token: "xoxb-1", token_type: "bot", scope: "chat:write", team: {} }),
    200,
    { access_token: "xoxb-1", token_type: "bearer", scope: "chat:write" },
  ],
  ["Slack's refusal with 200", 200, json({ ok: false, error: "invalid_code" }), 400, { error: "invalid_code" }],
  ["a refusal that names no error", 200, json({ ok: false }), 400, { error: "refused" }],
  [
    "a life that is text, scopes that are a list",
    200,
    json({ access_token: "a", expires_in: "60", scope: ["x", "y"] }),
    200,
    { access_token: "a", token_type: "bearer", expires_in: 60, scope: "x y" },
  ],
  [
    "an id_token, which is nobody's business",
    200,
    json({ access_token: "a", id_token: "e.e.e" }),
    200,
    { access_token: "a", token_type: "bearer" },
  ],
  [
    "a refresh token that is null",
    200,
    json({ access_token: "a", refresh_token: null }),
    200,
    { access_token: "a", token_type: "bearer" },
  ],
  [
    "an older name of the device's address",
    200,
    json({ device_code: "d", user_code: "u", verification_url: "https://x" }),
    200,
    { device_code: "d", user_code: "u", verification_uri: "https://x" },
  ],
  [
    "a life beyond all measure",
    200,
    json({ access_token: "a", expires_in: 1e300 }),
    200,
    { access_token: "a", token_type: "bearer", expires_in: 315_360_000 },
  ],
  [
    "a kind of token that is none of ours",
    200,
    json({ access_token: "a", token_type: "mac" }),
    200,
    { access_token: "a", token_type: "mac" },
  ],
])("%s is read", (_what, status, body, expected, fields) => {
  expect(tidyAnswer(status, body)).toEqual({ status: expected, fields });
});

test.each(["", "<html>", "[]", "null", "3", "a b c", json([1])])("%s is no answer", (body) => {
  expect(tidyAnswer(200, body)).toBeNull();
});

test("whatever a provider answers, what is read is texts and numbers under known names, or nothing", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .dictionary(
            fc.constantFrom("access_token", "expires_in", "error", "scope", "ok", "__proto__"),
            fc.jsonValue(),
          )
          .map((it) => JSON.stringify(it)),
      ),
      (body) => {
        const tidy = tidyAnswer(200, body);
        for (const [name, value] of Object.entries(tidy?.fields ?? {})) {
          expect(name).toMatch(/^[a-z_]+$/);
          expect(["string", "number"]).toContain(typeof value);
          if (typeof value === "number") expect(Number.isFinite(value) && value >= 0).toBe(true);
        }
      },
    ),
  );
});
