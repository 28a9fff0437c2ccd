import { expect, it } from "vitest";
import { readUpTo } from "./read-preview.ts";

async function* pieces(told: string[], ...texts: string[]): AsyncGenerator<Uint8Array> {
  try {
    for (const text of texts) {
      told.push(text);
      yield new TextEncoder().encode(text);
    }
  } finally {
    told.push("left");
  }
}

it("what is short is read whole, to its last byte", async () => {
  const { bytes, cut } = await readUpTo(pieces([], "abc", "def"), 6);
  expect([new TextDecoder().decode(bytes), cut]).toEqual(["abcdef", false]);
});

it("what is longer is left at the limit, and no more of it is asked for", async () => {
  const told: string[] = [];
  const { bytes, cut } = await readUpTo(pieces(told, "abc", "def", "ghi"), 4);
  expect([new TextDecoder().decode(bytes), cut]).toEqual(["abcd", true]);
  expect(told).toEqual(["abc", "def", "left"]);
});
