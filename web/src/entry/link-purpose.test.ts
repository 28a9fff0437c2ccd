import { expect, test } from "vitest";
import { linkAddress, linkPurpose } from "./link-purpose.ts";

const token = (claims: unknown): string =>
  `e30.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.signature`;

test("a link says what it confirms, and what is none is a sign-up's", () => {
  expect(linkPurpose(token({ email: "a@b.test", requestType: "change-email-confirmation" }))).toBe("change_old");
  expect(linkPurpose(`${token({ name: "Zoe >>>???~~~", requestType: "change-email-verification" })}.account`)).toBe(
    "change_new",
  );
  for (const none of ["", "a", "a.b.c", token(null), token([]), token({}), token({ requestType: "constructor" })])
    expect([none, linkPurpose(none)]).toEqual([none, "sign_up"]);
});

test("a link of a change says which address it leads to", () => {
  const claims = { email: "a@b.test", updateTo: "new@b.test", requestType: "change-email-verification" };
  expect(linkAddress(`${token(claims)}.account`)).toBe("new@b.test");
  for (const none of ["", "a.b.c", token({}), token({ updateTo: 1 }), token({ updateTo: "x".repeat(300) })])
    expect([none, linkAddress(none)]).toEqual([none, null]);
});
