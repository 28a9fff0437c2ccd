import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNetwork } from "../core/network.ts";
import { parseForwarded } from "./parse-forwarded.ts";
import { createCameFrom, type CameFrom, type ProxyHeader } from "./trusted-proxies.ts";
import type { RawRequest } from "./webhooks.ts";

const trusted = ["10.0.0.0/8", "fd00::/8"].map((text) => parseNetwork(text)!);

/** What is made of a request from this peer with these headers. */
function came(
  peer: string,
  headers: Readonly<Record<string, string>>,
  header: ProxyHeader = "x-forwarded-for",
  networks = trusted,
): CameFrom {
  const socket = { remoteAddress: peer };
  return createCameFrom({ trusted: networks, header })({
    socket,
    headers: { host: "own", ...headers },
  } as unknown as RawRequest);
}

const proxy = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => `10.${parts.join(".")}`);
const caller = fc
  .tuple(fc.integer({ min: 11, max: 223 }), fc.nat(255), fc.nat(255))
  .map((parts) => `${parts[0]}.${parts[1]}.${parts[2]}.9`);
const made = fc.oneof(
  proxy,
  caller,
  fc.string({ maxLength: 30 }),
  fc.constantFrom("unknown", "127.0.0.1", "_x", '"', "::1", "10.0.0.1:x", ""),
);

test("without trusted proxies no header says where a request comes from", () => {
  const headers = {
    "x-forwarded-for": "1.2.3.4",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil",
    forwarded: "for=1.2.3.4;proto=https",
  };
  for (const header of ["x-forwarded-for", "forwarded"] as const) {
    const direct = { address: "10.0.0.1", secure: false, host: "own", proxied: false };
    expect(came("10.0.0.1", headers, header, [])).toEqual(direct);
    expect(came("203.0.113.5", headers, header)).toEqual({ ...direct, address: "203.0.113.5" });
  }
});

test("whatever a caller writes, the address is what the outermost trusted proxy saw", () => {
  fc.assert(
    fc.property(
      fc.array(made, { maxLength: 5 }),
      caller,
      fc.array(proxy, { maxLength: 4 }),
      proxy,
      (spoofed, real, inner, peer) => {
        const chain = [...spoofed.map((text) => text.replace(/[\r\n]/g, "")), real, ...inner].join(", ");
        expect(came(peer, { "x-forwarded-for": chain }).address).toBe(real);
      },
    ),
  );
});

test("the same of Forwarded, where what a caller writes may at most hide them behind the proxy", () => {
  const element = (address: string): string => `for=${address};proto=https`;
  fc.assert(
    fc.property(
      fc.array(made, { maxLength: 4 }),
      caller,
      fc.array(proxy, { maxLength: 3 }),
      proxy,
      (spoofed, real, inner, peer) => {
        const chain = [...spoofed.map(element), ...[real, ...inner].map(element)].join(", ");
        expect([real, peer]).toContain(came(peer, { forwarded: chain }, "forwarded").address);
      },
    ),
  );
});

test("only the header that the operator chose counts", () => {
  const both = { "x-forwarded-for": "198.51.100.1", forwarded: "for=198.51.100.2" };
  expect(came("10.0.0.1", both).address).toBe("198.51.100.1");
  expect(came("10.0.0.1", both, "forwarded").address).toBe("198.51.100.2");
  expect(came("10.0.0.1", { forwarded: both.forwarded }).address).toBe("10.0.0.1");
});

test("protocol and host are those of the caller's own leg", () => {
  const chain = { "x-forwarded-for": "198.51.100.1, 10.0.0.2" };
  expect(
    came("10.0.0.1", { ...chain, "x-forwarded-proto": "https, http", "x-forwarded-host": "a.test, b.test" }),
  ).toMatchObject({ secure: true, host: "a.test" });
  expect(came("10.0.0.1", { ...chain, "x-forwarded-proto": "https" })).toMatchObject({ secure: true, host: "own" });
  const spoofed = {
    "x-forwarded-for": "1.1.1.1, 198.51.100.1",
    "x-forwarded-proto": "https, http",
    "x-forwarded-host": "evil.test, a.test",
  };
  expect(came("10.0.0.1", spoofed)).toMatchObject({ address: "198.51.100.1", secure: false, host: "a.test" });
  expect(came("10.0.0.1", { ...chain, "x-forwarded-proto": "httpsx", "x-forwarded-host": "a/b" })).toMatchObject({
    secure: false,
    host: "own",
  });
});

test("malformed entries say nothing: the call counts as the proxy's", () => {
  for (const entry of ["unknown", "_hidden", "300.1.1.1", "1.2.3", "0x7f.1", "", "[::1", "1.2.3.4:x", "fe80::1%eth0"])
    expect([entry, came("10.0.0.1", { "x-forwarded-for": `9.9.9.9, ${entry}` }).address]).toEqual([entry, "10.0.0.1"]);
  expect(came("10.0.0.1", { "x-forwarded-for": "198.51.100.1:4711" }).address).toBe("198.51.100.1");
  expect(came("10.0.0.1", { "x-forwarded-for": "[2001:db8::1]:4711" }).address).toBe("2001:db8::1");
  expect(came("::ffff:10.0.0.1", { "x-forwarded-for": "::ffff:198.51.100.1" }).address).toBe("198.51.100.1");
});

test("Forwarded is read as RFC 7239 has it, or not at all", () => {
  expect(parseForwarded('for=192.0.2.60;proto=http;by=203.0.113.43, For="[2001:db8:cafe::17]:4711"')).toEqual([
    { address: "192.0.2.60", proto: "http", host: undefined },
    { address: "[2001:db8:cafe::17]:4711", proto: undefined, host: undefined },
  ]);
  expect(parseForwarded('for="a\\"b", for=c')).toHaveLength(2);
  for (const text of ["for=", 'for="x', "for=a b", "=a", "for=a;for=b", "for=[::1]", 'for=a"b"', "a"])
    expect([text, parseForwarded(text)]).toEqual([text, []]);
  fc.assert(fc.property(fc.string(), (text) => void parseForwarded(text)));
});
