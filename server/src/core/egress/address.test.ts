import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addressKind, embeddedV4, parseAddress } from "./address.ts";

function kindOf(text: string): string {
  const address = parseAddress(text);
  return address === null ? "no address" : addressKind(address);
}

/** The IANA special-purpose registries, with multicast and Azure's host agent, kept apart from the product's own table. */
const SPECIAL_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

function v4Range(cidr: string): [number, number] {
  const [text = "", bits = ""] = cidr.split("/");
  const first = text.split(".").reduce((value, byte) => value * 256 + Number(byte), 0);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");

test.each(SPECIAL_V4)("no address of %s is public, from its first to its last", (cidr) => {
  const [first, last] = v4Range(cidr);
  fc.assert(
    fc.property(fc.integer({ min: first, max: last }), (value) => {
      expect(kindOf(dotted(value))).not.toBe("public");
    }),
  );
  expect([kindOf(dotted(first)), kindOf(dotted(last))]).not.toContain("public");
});

test.each([
  "1.0.0.0",
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "168.63.129.15",
  "168.63.129.17",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2001:4860:4860::8888",
  "2a01:4f8::1",
  "2003::1",
  "3ffd:ffff::1",
  "2400:cb00::1",
])("%s is public", (text) => expect(kindOf(text)).toBe("public"));

test.each([
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback"],
  ["::ffff:127.0.0.1", "mapped"],
  ["::ffff:8.8.8.8", "mapped"],
  ["::ffff:7f00:1", "mapped"],
  ["::127.0.0.1", "compatible"],
  ["::7f00:1", "compatible"],
  ["::ffff:0:127.0.0.1", "translated"],
  ["64:ff9b::10.0.0.1", "NAT64"],
  ["64:ff9b::8.8.8.8", "NAT64"],
  ["64:ff9b:1::a00:1", "local NAT64"],
  ["100::1", "discard"],
  ["2001::1", "Teredo"],
  ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"],
  ["2001:2::1", "benchmarking"],
  ["2001:10::1", "ORCHID"],
  ["2001:20::1", "ORCHIDv2"],
  ["2001:db8::1", "documentation"],
  ["3fff::1", "documentation"],
  ["2002:7f00:1::", "6to4"],
  ["2002:808:808::1", "6to4"],
  ["3ffe::1", "6bone"],
  ["5f00::1", "segment routing"],
  ["fc00::1", "unique local"],
  ["fd00:ec2::254", "AWS metadata"],
  ["fd20:ce::254", "Google metadata"],
  ["fe80::1", "link-local"],
  ["fe80::a9fe:a9fe", "OpenStack metadata"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["ff0e::1", "global multicast"],
  ["4000::1", "unallocated"],
  ["e000::1", "unallocated"],
  ["2a00::5efe:10.0.0.1", "ISATAP"],
  ["2a00::200:5efe:8.8.8.8", "ISATAP"],
])("%s is not public (%s)", (text) => {
  expect(parseAddress(text)).not.toBeNull();
  expect(kindOf(text)).not.toBe("public");
});

test("an IPv6 address outside 2000::/3 is never public", () => {
  const word = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), (words) => {
      const kind = kindOf(words.map((each) => each.toString(16)).join(":"));
      expect(kind).not.toBe("no address");
      expect([words, kind === "public" && (words[0] ?? 0) >> 13 !== 1]).toEqual([words, false]);
    }),
  );
});

test("every way to embed an IPv4 address in IPv6 is seen", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 0xffffffff }), (value) => {
      const text = dotted(value);
      const high = ((value >>> 16) & 0xffff).toString(16);
      const low = (value & 0xffff).toString(16);
      const flipped = dotted(~value >>> 0);
      const spellings = [
        `::ffff:${text}`,
        `::${text}`,
        `::ffff:0:${text}`,
        `64:ff9b::${text}`,
        `64:ff9b:1::${text}`,
        `2002:${high}:${low}::1`,
        `2001:0:1:2:3:4:${flipped}`,
        `2a00:1:2:3:0:5efe:${text}`,
      ];
      for (const spelling of spellings) {
        const address = parseAddress(spelling);
        expect([spelling, address === null ? null : embeddedV4(address)?.text]).toEqual([spelling, text]);
      }
    }),
  );
});

test.each([
  "",
  ".",
  "1",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "01.2.3.4",
  "0x1.2.3.4",
  "1.2.3.4.",
  " 1.2.3.4",
  "1.2.3.4\n",
  ":",
  ":::",
  "1::2::3",
  "[::1]",
  "fe80::1%eth0",
  "::1%0",
  "12345::",
  "::ffff:1.2.3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "g::1",
  "١٢٧.0.0.1",
])("%j is not an address in its plain spelling", (text) => expect(parseAddress(text)).toBeNull());

test("one address has one text, whatever its spelling", () => {
  expect(parseAddress("2A00:0:0::0001")?.text).toBe("2a00::1");
  expect(parseAddress("2a00:0000:0000:0000:0000:0000:0000:0001")?.text).toBe("2a00::1");
});

test("any text is parsed or not, and never throws", () => {
  const alphabet = fc.constantFrom("0", "1", "9", "f", ":", "::", ".", "%", "[", "]", "/", "x", "255");
  const texts = fc.oneof(fc.string(), fc.string({ unit: alphabet, maxLength: 30 }));
  fc.assert(
    fc.property(texts, (text) => {
      expect(kindOf(text)).not.toBe("");
    }),
  );
});
