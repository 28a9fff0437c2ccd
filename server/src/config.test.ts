import { expect, test } from "vitest";
import { readConfig, unknownSettings } from "./config.ts";

test.each(["127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "steward.example.com"])(
  "%s is where it may listen",
  (host) => {
    expect(readConfig({ STEWARD_HOST: host }, "/").host).toBe(host);
  },
);

test.each([
  ["STEWARD_HOST", "999.1.1.1"],
  ["STEWARD_HOST", "127.0.0.1:80"],
  ["STEWARD_HOST", "http://127.0.0.1"],
  ["STEWARD_OWNER_EMAIL", "ada"],
  ["STEWARD_PORT", "70000"],
  ["STEWARD_PUBLIC_URL", "steward.example.com"],
  ["STEWARD_TLS_CERT", "cert.pem"],
])("%s=%s is refused by name", (name, value) => {
  expect(() => readConfig({ [name]: value }, "/")).toThrow(`${name} is not `);
});

test("a name that looks like a setting and is none is found", () => {
  expect(unknownSettings({ STEWARD_HOME: "x", STEWARD_URL: "y", STEWARD_PROT: "80", PATH: "z" })).toEqual([
    "STEWARD_PROT",
  ]);
});
