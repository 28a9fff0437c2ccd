import { describe, expect, it } from "vitest";
import { bytesWords, clockWords, countWords, durationWords, exactWords, relativeWords } from "./words.ts";

describe("a duration", () => {
  it.each([
    [0, "0 ms"],
    [0.4, "<1 ms"],
    [12.4, "12 ms"],
    [999.7, "999 ms"],
    [1234, "1.23 s"],
    [12_345, "12.3 s"],
    [59_999, "59.9 s"],
    [60_000, "1 min"],
    [65_000, "1 min 5 s"],
    [7_380_000, "2 h 3 min"],
    [273_600_000, "3 d 4 h"],
  ])("of %d ms reads %s", (ms, words) => expect(durationWords(ms)).toBe(words));
});

describe("a time", () => {
  const now = Date.parse("2026-11-21T10:42:00Z");
  it.each([
    [-2000, "just now"],
    [-20_000, "20 s ago"],
    [-300_000, "5 min ago"],
    [10_800_000, "in 3 h"],
    [-1_036_800_000, "12 d ago"],
  ])("%d ms from now reads %s", (distance, words) => expect(relativeWords(now + distance, now)).toBe(words));

  it("beyond thirty days is a date", () => {
    expect(relativeWords(Date.parse("2026-01-05T12:00:00Z"), now)).toContain("2026");
  });

  it("is exact in the given zone, also across midnight", () => {
    expect(exactWords(Date.parse("2026-11-21T23:30:07.123Z"), "Europe/Rome")).toBe(
      "2026-11-22 00:30:07.123 Europe/Rome",
    );
  });

  it("of another day says which", () => {
    expect(clockWords(now, now)).toMatch(/^\d\d:\d\d$/);
    expect(clockWords(now - 3 * 86_400_000, now)).toMatch(/18.*\d\d:\d\d$/);
  });
});

describe("a size", () => {
  it.each([
    [912, "912 B"],
    [14_200, "14.2 kB"],
    [999_600, "1 MB"],
    [3_000_000, "3 MB"],
    [123_456_789, "123 MB"],
  ])("of %d bytes reads %s", (bytes, words) => expect(bytesWords(bytes)).toBe(words));
});

it("a count is exact or says more than", () => {
  expect(countWords(1204)).toBe("1,204");
  expect(countWords(50, true)).toBe("more than 50");
});
