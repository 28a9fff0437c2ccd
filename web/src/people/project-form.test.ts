import { expect, it } from "vitest";
import { slugOf, slugWrong, timeZoneWrong } from "./project-form.ts";

it("a name gives a slug that can be used, or none", () => {
  expect(slugOf("  Über Support & Billing ")).toBe("uber-support-billing");
  expect(slugOf("日本")).toBe("");
  const long = slugOf(`${"a".repeat(39)} b c`);
  expect(long).toBe("a".repeat(39));
  expect(slugWrong(long)).toBeUndefined();
  expect(slugWrong("-a")).toBeDefined();
});

it("a time zone is one that exists", () => {
  expect(timeZoneWrong("Europe/Rome")).toBeUndefined();
  expect(timeZoneWrong("UTC")).toBeUndefined();
  expect(timeZoneWrong("Mars/Olympus")).toBeDefined();
  expect(timeZoneWrong(" ")).toBeDefined();
});
