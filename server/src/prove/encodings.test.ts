import { expect, test } from "vitest";
import { formsOf, holdsSecret } from "./encodings.ts";

const SECRET = `Zq7x9vT2mLw8RkBn5Yc3-Hd_4"/+~%`;
const forms = formsOf(SECRET);
const within = (text: string): string => `before ${text} after`;
const HALF = SECRET.slice(0, 13);

test.for([
  ["as it is", within(SECRET)],
  ["in JSON", JSON.stringify({ it: SECRET })],
  ["in JSON in JSON", JSON.stringify(JSON.stringify({ it: SECRET }))],
  ["in a URL", `https://x.test/?it=${encodeURIComponent(SECRET)}`],
  ["in a form", new URLSearchParams({ it: SECRET }).toString()],
  ["in hex", Buffer.from(within(SECRET)).toString("hex")],
  ["in capital hex", Buffer.from(within(SECRET)).toString("hex").toUpperCase()],
  ["in base64 of JSON", Buffer.from(JSON.stringify({ it: SECRET })).toString("base64")],
  ...["", "a", "ab", "abc"].map((before) => [
    `in base64 after ${before.length} characters`,
    Buffer.from(before + SECRET).toString("base64"),
  ]),
  ...["", "a", "ab"].map((before) => [
    `in base64url after ${before.length} characters`,
    Buffer.from(`${before}${SECRET}`).toString("base64url"),
  ]),
  ["backwards", within(Array.from(SECRET).toReversed().join(""))],
  ["its first half", within(HALF)],
  ["its first half in base64", Buffer.from(within(HALF)).toString("base64")],
  ["its halves the wrong way round", within(SECRET.slice(13) + HALF)],
] as [string, string][])("a secret is found %s", ([, text]) => expect(holdsSecret(text, forms)).toBe(true));

test("what is none is not found, and what is too short to be told apart is none", () => {
  expect(holdsSecret(within("Zq7x9vT2"), forms)).toBe(false);
  expect(() => formsOf("short")).toThrow("24 letters");
});
