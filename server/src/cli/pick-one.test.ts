import { expect, test } from "vitest";
import { pickOne } from "./pick-one.ts";

const tell = (): string => "a key";
const pick = (...found: { readonly id: string }[]): { readonly id: string } =>
  pickOne(found, "key", "key_1", "steward key list", tell);

test("an exact id goes before whatever else is called by it", () => {
  expect(pick({ id: "key_2" }, { id: "key_1" }, { id: "key_3" })).toEqual({ id: "key_1" });
  expect(pick({ id: "key_2" })).toEqual({ id: "key_2" });
});

test("of several that are called so none is taken, and each is told", () => {
  const told = expect.objectContaining({ code: "usage", lines: ["key_2  a key", "key_3  a key"] }) as Error;
  expect(() => pick({ id: "key_2" }, { id: "key_3" })).toThrow(told);
  expect(() => pick()).toThrow("there is no key key_1");
});
