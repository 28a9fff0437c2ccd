import fc from "fast-check";
import { expect, test } from "vitest";
import { countedAs, isWithin, parseNetwork, plainAddress } from "./network.ts";

const within = (network: string, address: string): boolean =>
  isWithin([parseNetwork(network)!], plainAddress(address)!);

test("a range holds its addresses and no others", () => {
  expect(within("10.0.0.0/8", "10.255.0.1")).toBe(true);
  expect(within("10.0.0.0/8", "11.0.0.1")).toBe(false);
  expect(within("192.0.2.7", "192.0.2.7")).toBe(true);
  expect(within("192.0.2.7", "192.0.2.6")).toBe(false);
  expect(within("10.0.0.0/8", "::ffff:10.0.0.1")).toBe(true);
  expect(within("fd00::/8", "fd12::1")).toBe(true);
  expect(within("fd00::/8", "fe80::1")).toBe(false);
  expect(within("192.0.2.4/30", "192.0.2.7")).toBe(true);
  expect(within("192.0.2.4/30", "192.0.2.8")).toBe(false);
});

test.each([
  "",
  "10.0.0.1/8",
  "0.0.0.0/0",
  "::/0",
  "10.0.0.0/33",
  "10.0.0.0/",
  "010.0.0.0/8",
  "host",
  "10.0.0.0/8/8",
  "[::1]",
])("%j is no range", (text) => expect(parseNetwork(text)).toBeNull());

test("addresses of one /64 count as one, of two never", () => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  const text = (list: readonly number[]): string => list.map((word) => word.toString(16)).join(":");
  fc.assert(
    fc.property(words, words, (a, b) => {
      const [one, other] = [plainAddress(text(a)), plainAddress(text(b))];
      const same = a.slice(0, 4).join() === b.slice(0, 4).join();
      expect(countedAs(one!) === countedAs(other!)).toBe(same);
      expect(countedAs(plainAddress(text([...a.slice(0, 4), ...b.slice(4)]))!)).toBe(countedAs(one!));
    }),
  );
  expect(countedAs(plainAddress("192.0.2.1")!)).toBe("192.0.2.1");
});
