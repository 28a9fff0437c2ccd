import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WholeMessages } from "./whole-messages.ts";

function message(type: string, body: Uint8Array | string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
}

test("messages come out whole and in order, however they were cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 });
  const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(messages, cuts, (given, lengths) => {
      const all = Buffer.concat(given.map((body) => message("D", body)));
      const reader = new WholeMessages();
      const out: Buffer[] = [];
      for (let at = 0, cut = 0; at < all.length; cut++) {
        const end = at + (lengths[cut % lengths.length] ?? 1);
        out.push(reader.take(all.subarray(at, end)));
        at = end;
      }
      expect(Buffer.concat(out).equals(all)).toBe(true);
    }),
  );
});

test("a large message in many pieces costs what it is long", () => {
  const reader = new WholeMessages();
  const header = message("D", Buffer.alloc(0));
  header.writeInt32BE(100_000_000, 1);
  const started = performance.now();
  expect(reader.take(header)).toHaveLength(0);
  const piece = Buffer.alloc(10_000);
  for (let at = 0; at < 5_000; at++) reader.take(piece);
  expect(performance.now() - started).toBeLessThan(1_000);
});

const column = (name: string): Buffer => Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(18)]);

describe("a message is read when its texts end within it", () => {
  test.each<[string, Uint8Array | string, Uint8Array | string]>([
    ["C", "SELECT 1\0", "SELECT 1"],
    ["S", "TimeZone\0UTC\0", "TimeZone\0UTC"],
    ["A", "....channel\0payload\0", "....channel\0payload"],
    ["E", "SERROR\0C42601\0\0", "SERROR\0C42601\0"],
    ["E", "\0", ""],
    ["N", "SNOTICE\0\0", "SNOTICE"],
    [
      "T",
      Buffer.concat([Buffer.from([0, 2]), column("a"), column("b")]),
      Buffer.concat([Buffer.from([0, 2]), column("a")]),
    ],
    ["T", Buffer.from([0, 0]), Buffer.from([0])],
    ["R", Buffer.from("\0\0\0\nSCRAM-SHA-256\0\0"), Buffer.from("\0\0\0\nSCRAM-SHA-256\0")],
    ["R", Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0])],
  ])("%s %j", (type, good, bad) => {
    expect(new WholeMessages().take(message(type, good))).toHaveLength(good.length + 5);
    expect(() => new WholeMessages().take(message(type, bad))).toThrow("no form of its kind");
  });
});

test.each([-1, 0, 3, -2_147_483_648])("a length of %i is none", (length) => {
  const bad = Buffer.from("D....");
  bad.writeInt32BE(length, 1);
  expect(() => new WholeMessages().take(bad)).toThrow("no form of its kind");
});
