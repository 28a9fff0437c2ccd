import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isSecretHeader, REDACTED, redactHeaders, redactText } from "./redact.ts";

test.each([
  "Authorization",
  "Proxy-Authorization",
  "cookie",
  "Set-Cookie",
  "X-API-Key",
  "x-goog-api-key",
  "ApiKey",
  "X-Auth-Token",
  "X-Amz-Security-Token",
  "X-Hub-Signature-256",
  "Webhook-Signature",
  "Stripe-Signature",
  "X-Gitlab-Token",
  "PRIVATE-TOKEN",
  "X-Shopify-Hmac-Secret",
  "x_api_key",
  "X-Access-Key",
  "X-Session",
  "Client-Password",
])("the header %s is secret by its name", (name) => {
  expect(redactHeaders([[name, "s3cret"]])).toEqual([[name, REDACTED]]);
});

test.each([
  "content-type",
  "idempotency-key",
  "x-request-id",
  "etag",
  "date",
  "location",
  "www-authenticate",
  "webhook-id",
])("the header %s is not secret by its name", (name) => expect(isSecretHeader(name)).toBe(false));

test("a header that the caller names is redacted whatever its case, and the others keep their order", () => {
  expect(
    redactHeaders(
      [
        ["A", "1"],
        ["X-Custom", "2"],
        ["a", "3"],
      ],
      ["x-custom"],
    ),
  ).toEqual([
    ["A", "1"],
    ["X-Custom", REDACTED],
    ["a", "3"],
  ]);
});

const secrets = fc
  .oneof(fc.string({ minLength: 8, maxLength: 40 }), fc.string({ minLength: 8, maxLength: 20, unit: "grapheme" }))
  // What the replacement itself contains can't be removed by it.
  .filter((secret) => secret.isWellFormed() && !REDACTED.includes(secret));
const around = fc.string({ maxLength: 12, unit: fc.constantFrom("x", "y", " ", "{", ":", ",", '"') });
const hex = (text: string): string => Buffer.from(text).toString("hex");
const percent = (text: string): string => hex(text).replace(/../g, (byte) => `%${byte}`);

const FORMS: Record<string, (secret: string) => string> = {
  plain: (secret) => secret,
  json: (secret) => JSON.stringify(secret).slice(1, -1),
  base64: (secret) => Buffer.from(secret).toString("base64").replaceAll("=", ""),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
  hex,
  HEX: (secret) => hex(secret).toUpperCase(),
  "hexadecimal in both cases": (secret) => hex(secret).replace(/[a-f]./g, (two) => two.toUpperCase()),
  encodeURIComponent: (secret) => encodeURIComponent(secret),
  "lower-case percent": percent,
  "upper-case percent": (secret) => percent(secret).toUpperCase(),
  form: (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
};

test.each(Object.keys(FORMS))("no secret survives in its %s form, wherever it stands and however often", (form) => {
  const write = FORMS[form] ?? String;
  fc.assert(
    fc.property(secrets, around, around, around, (secret, before, between, after) => {
      const written = write(secret);
      const redacted = redactText(before + written + between + written + after, [secret]);
      expect(redacted).not.toContain(written);
      expect(redacted).toContain(REDACTED);
    }),
    { numRuns: 200 },
  );
});

test("the middle of a longer base64 gives nothing of the secret away", () => {
  fc.assert(
    fc.property(secrets, fc.string({ maxLength: 7 }), fc.string({ maxLength: 7 }), (secret, before, after) => {
      const encoded = Buffer.from(before + secret + after).toString("base64");
      const redacted = redactText(encoded, [secret]);
      for (const piece of redacted.split(REDACTED)) expect(encoded).toContain(piece);
      // What is left is too short to hold more than what stood around it.
      const left = redacted.replaceAll(REDACTED, "").replaceAll("=", "").length;
      expect(left).toBeLessThanOrEqual(Math.ceil((Buffer.byteLength(before + after) * 8) / 6));
      expect(redacted).toContain(REDACTED);
    }),
  );
});

test("a Basic authorization is struck by the password alone", () => {
  const header = `Basic ${Buffer.from("ada:correct horse").toString("base64")}`;
  expect(redactText(header, ["correct horse"])).toMatch(/^Basic YWRhO\[redacted\]=$/);
});

test("text without the secret is unchanged, and so is text for no secret or an empty one", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 80, unit: fc.constantFrom("a", "b", "d", " ", "%", "2", "0", "+", "/", "=") }),
      (text) => {
        expect(redactText(text, ["Zq8!kWm2-secret", "", "0xFEEDFACE"])).toBe(text);
      },
    ),
  );
});

test("overlapping secrets leave nothing of either", () => {
  expect(redactText("say abcdefgh now", ["abcdef", "defgh"])).toBe(`say ${REDACTED} now`);
  expect(redactText("aaaa", ["aaa"])).toBe(REDACTED);
  expect(redactText("abab!", ["ab"])).toBe(`${REDACTED}${REDACTED}!`);
});

test("a secret of regular-expression signs is taken literally", () => {
  fc.assert(
    fc.property(
      fc.string({
        minLength: 1,
        maxLength: 12,
        unit: fc.constantFrom(".", "*", "+", "?", "^", "$", "{", "(", ")", "|", "\\", "/", "-", "]"),
      }),
      (secret) => {
        expect(redactText(`<${secret}>`, [secret])).toContain(REDACTED);
        expect(redactText("<plain text>", [secret])).toBe("<plain text>");
      },
    ),
  );
});
