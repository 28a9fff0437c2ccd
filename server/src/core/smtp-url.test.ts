import { expect, test } from "vitest";
import { plainMailAddress } from "./mail-address.ts";
import { parseSmtpUrl } from "./smtp-url.ts";

test("a mail server is a scheme, a host, a port, and a sign-in or none", () => {
  expect(parseSmtpUrl("smtps://u%40x:p%3A%2F@SMTP.Example.com")).toMatchObject({
    host: "smtp.example.com",
    address: null,
    port: 465,
    secure: true,
    auth: { user: "u@x", pass: "p:/" },
  });
  expect(parseSmtpUrl("smtp://127.0.0.1:2525/")).toMatchObject({
    host: "127.0.0.1",
    port: 2525,
    secure: false,
    auth: null,
  });
  expect(parseSmtpUrl("smtp://[::1]")).toMatchObject({ host: "::1", port: 587 });
});

test.each([
  "",
  "smtp.example.com",
  "http://smtp.example.com",
  "smtp://",
  "smtp://user@smtp.example.com",
  "smtp://u:%zz@smtp.example.com",
  "smtp://smtp.example.com/path",
  "smtp://smtp.example.com?tls=no",
  "smtp://smtp.example.com:99999",
  "smtp://a b",
])("%j is no mail server", (text) => {
  expect(parseSmtpUrl(text)).toBeNull();
});

test("one plain address is taken, with its domain as DNS has it, and nothing else", () => {
  expect(plainMailAddress("Ada.Lovelace+x@Example.ORG")).toBe("Ada.Lovelace+x@example.org");
  expect(plainMailAddress("ada@bücher.example")).toBe("ada@xn--bcher-kva.example");
  for (const text of [
    "ada",
    "@example.org",
    "ada@",
    "ada@example.org, eve@example.org",
    "Ada <ada@example.org>",
    "ada@example.org\n",
    "ada@example.org\r\nBcc: eve@example.org",
    '"a b"@example.org',
    "a..b@example.org",
    ".a@example.org",
    "adä@example.org",
    "ada@127.0.0.1",
    "ada@[127.0.0.1]",
    `${"a".repeat(65)}@example.org`,
    `ada@${"a.".repeat(130)}org`,
  ]) {
    expect([text, plainMailAddress(text)]).toEqual([text, null]);
  }
});
