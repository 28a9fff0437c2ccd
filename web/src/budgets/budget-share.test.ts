import { expect, it } from "vitest";
import { shareOf } from "./budget-share.ts";

const now = { period: "2026-11-21", endsAt: null };

it("a budget that counts each run by itself has no share", () => {
  expect(shareOf({ amount: 10, softPercent: 80, now: null })).toBeNull();
});

it("spent and reserved together never pass the whole, and the mark is told from there on", () => {
  expect(shareOf({ amount: 10, softPercent: 80, now: { ...now, spent: 2, reserved: 3, left: 5 } })).toEqual({
    spent: 20,
    reserved: 30,
    state: "calm",
  });
  expect(shareOf({ amount: 10, softPercent: 80, now: { ...now, spent: 7, reserved: 1, left: 2 } })?.state).toBe("soft");
  expect(shareOf({ amount: 10, softPercent: 80, now: { ...now, spent: 12, reserved: 3, left: 0 } })).toEqual({
    spent: 100,
    reserved: 0,
    state: "full",
  });
});

it("a budget of nothing is full and empty at once", () => {
  expect(shareOf({ amount: 0, softPercent: 80, now: { ...now, spent: 0, reserved: 0, left: 0 } })).toEqual({
    spent: 0,
    reserved: 0,
    state: "full",
  });
});
