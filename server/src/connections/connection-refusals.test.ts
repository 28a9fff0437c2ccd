import { expect, test } from "vitest";
import { refusedByProvider } from "./connection-refusals.ts";

test("what a provider said is one sentence with one full stop", () => {
  const said = (message: string) => refusedByProvider({ kind: "refused", code: "provider_refused", message }).message;
  expect(said("the provider does not accept it: Bad login (535).")).toBe(
    "The provider does not accept it: Bad login (535).",
  );
  expect(said("it is over")).toBe("It is over.");
});
