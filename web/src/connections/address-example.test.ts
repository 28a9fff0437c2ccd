import { expect, test } from "vitest";
import { addressExample } from "./address-example.ts";
import { isLoopback } from "./is-loopback.ts";

test("a service's address is shown by an example of its own scheme", () => {
  expect(addressExample("smtp")).toBe("smtps://mail.example.com:465");
  expect(addressExample("postgres")).toMatch(/^postgres:\/\//);
  expect(addressExample("constructor")).toBe(addressExample("http"));
});

test("an address that is the machine's own is no address for a provider", () => {
  for (const own of ["http://localhost:3000/x", "http://127.0.0.1/", "http://[::1]:80/", "http://a.localhost/"])
    expect([own, isLoopback(own)]).toEqual([own, true]);
  for (const other of [
    "https://steward.example.com/",
    "https://localhost.example.com/",
    "http://10.0.0.1/",
    "no address",
  ])
    expect([other, isLoopback(other)]).toEqual([other, false]);
});
