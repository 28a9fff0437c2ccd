import { expect, test } from "vitest";
import { hostIsListed, parseHostEntry } from "./host-entry.ts";

test.each([
  ["api.example.com", { pattern: "api.example.com", port: null }],
  ["API.Example.com.", { pattern: "api.example.com", port: null }],
  ["api.example.com:8443", { pattern: "api.example.com", port: 8443 }],
  ["*.example.com", { pattern: "*.example.com", port: null }],
  ["*.example.com:9", { pattern: "*.example.com", port: 9 }],
  ["10.0.0.1:80", { pattern: "10.0.0.1", port: 80 }],
  ["[2001:db8::1]:443", { pattern: "2001:db8::1", port: 443 }],
])("%s is an entry", (text, entry) => {
  expect(parseHostEntry(text)).toEqual(entry);
});

test.each([
  "",
  "*",
  "*.",
  "a b",
  "a:0",
  "a:70000",
  "a:b",
  "https://a",
  "a/b",
  "a@b",
  "a#b",
  "a?b",
  "x.*.com",
  "*.1.2.3.4",
  "[::1",
  "::1",
  "{{ x }}",
  "a\n",
])("%j is none", (text) => {
  expect(parseHostEntry(text)).toBeNull();
});

test("an entry without a port lists those of the web, one with a star what lies below it", () => {
  const entries = ["api.test", "*.below.test:99"].map((text) => parseHostEntry(text)!);
  expect([80, 443, 8080].map((port) => hostIsListed(entries, "api.test", port))).toEqual([true, true, false]);
  expect(hostIsListed(entries, "a.b.below.test", 99)).toBe(true);
  expect(hostIsListed(entries, "below.test", 99)).toBe(false);
  expect(hostIsListed(entries, "evilbelow.test", 99)).toBe(false);
  expect(hostIsListed(entries, "sub.api.test", 443)).toBe(false);
});
