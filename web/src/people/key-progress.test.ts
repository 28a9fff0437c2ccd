import type { EncryptionKeys } from "@steward/sdk";
import { expect, it } from "vitest";
import { say } from "../language.ts";
import { leftUnder } from "./key-progress.ts";

const part = (more: Partial<EncryptionKeys["parts"][number]>): EncryptionKeys["parts"][number] => ({
  part: "variables.value",
  class: "content",
  state: "done",
  left: 0,
  resealed: 0,
  appendOnly: false,
  ...more,
});

it("what is left under an old key is counted by class, records of runs apart", () => {
  const parts = [
    part({ left: 2 }),
    part({ left: 5, appendOnly: true }),
    part({ class: "credential", left: 1, state: "waiting" }),
  ];
  expect(leftUnder({ parts }, "content")).toEqual({ values: 2, records: 5, looked: true });
  expect(leftUnder({ parts }, "credential")).toEqual({ values: 1, records: 0, looked: false });
  expect(leftUnder({ parts: [] }, "organization")).toEqual({ values: 0, records: 0, looked: true });
});

it("the words say what stands in the way, and nothing of what doesn't", () => {
  const { left } = say.people.encryption;
  expect(left({ values: 0, records: 0, looked: true })).toBe("nothing under it");
  expect(left({ values: 0, records: 0, looked: false })).toBe("being looked at");
  expect(left({ values: 1, records: 5, looked: true })).toBe("1 value, 5 records of runs left");
});
