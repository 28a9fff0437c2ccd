import { expect, test } from "vitest";
import { outboundAsked, outboundValue } from "./outbound-filter.ts";

test("an address is asked for as far as it can be understood", () => {
  expect(outboundAsked({})).toEqual({});
  expect(outboundAsked({ host: " API.Example.com ", flow: "order", refused: true, from: "nonsense" })).toEqual({
    host: "api.example.com",
    flow: "order",
    refused: "true",
  });
});

test("a time of the person's own zone becomes one in UTC, and what is no slug no flow", () => {
  expect(outboundValue("from", "2026-11-21T10:00")).toBe(new Date("2026-11-21T10:00").toISOString());
  expect(outboundValue("flow", "Not A Slug")).toBeNull();
  expect(outboundValue("cause", " run_1 ")).toBe("run_1");
});
