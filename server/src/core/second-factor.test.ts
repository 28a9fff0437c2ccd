import { expect, test } from "vitest";
import { passedSecondFactor } from "./second-factor.ts";

test("a provider's word on a second factor counts in its own organization, the person's own factor everywhere", () => {
  const [home, other] = ["one", "another"];
  const claimed = { secondFactor: true, factorClaimed: true, signedOnBy: other };
  expect([home, other].map((one) => passedSecondFactor(claimed, one))).toEqual([false, true]);
  expect(passedSecondFactor({ ...claimed, factorClaimed: false }, home)).toBe(true);
  expect(passedSecondFactor({ ...claimed, secondFactor: false }, other)).toBe(false);
});
