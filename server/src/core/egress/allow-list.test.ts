import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../errors.ts";
import { parseAddress } from "./address.ts";
import { type AllowList, parseAllowList } from "./allow-list.ts";
import { judgeHost, mayConnect, refuseAddresses } from "./judge-address.ts";
import { judgeUrl, type Target } from "./judge-url.ts";

function target(url: string): Target {
  const judged = judgeUrl(url);
  if (!judged.ok) throw new Error(judged.message);
  return judged.target;
}

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");

/** What parsing ends with: the list, or what was thrown. */
function outcome(text: string): unknown {
  try {
    return parseAllowList(text);
  } catch (error) {
    return error;
  }
}

/** Whether a request for `url` may connect to `text`, by default the address that the URL names. */
function opens(allow: AllowList, url: string, text = target(url).host): boolean {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is not an address`);
  return mayConnect(allow, target(url), address);
}

test("nothing but the public internet is open by default", () => {
  const nothing = parseAllowList("");
  expect(nothing).toEqual(parseAllowList(" , ,"));
  expect(opens(nothing, "http://127.0.0.1/")).toBe(false);
  expect(opens(nothing, "http://localhost/", "127.0.0.1")).toBe(false);
  expect(opens(nothing, "https://example.com/", "10.0.0.1")).toBe(false);
  expect(opens(nothing, "https://example.com/", "93.184.215.14")).toBe(true);
});

test("an address with a port opens that address at that port, also under a name, and nothing else", () => {
  const allow = parseAllowList("127.0.0.1:9000");
  expect(opens(allow, "http://127.0.0.1:9000/")).toBe(true);
  expect(opens(allow, "http://localhost:9000/", "127.0.0.1")).toBe(true);
  expect(opens(allow, "http://127.0.0.1:9001/")).toBe(false);
  expect(opens(allow, "http://127.0.0.1/")).toBe(false);
  expect(opens(allow, "http://127.0.0.2:9000/")).toBe(false);
  expect(opens(allow, "http://[::1]:9000/")).toBe(false);
  expect(opens(allow, "http://[::ffff:127.0.0.1]:9000/")).toBe(false);
});

test("an address without a port opens all its ports", () => {
  const allow = parseAllowList("10.0.0.5, ::1");
  expect(opens(allow, "http://10.0.0.5:25/")).toBe(true);
  expect(opens(allow, "http://[::1]:1/")).toBe(true);
  expect(opens(allow, "http://10.0.0.6/")).toBe(false);
});

test("an IPv6 address with a port is written in brackets", () => {
  const allow = parseAllowList("[::1]:9000,[fd00::5]");
  expect(opens(allow, "http://[::1]:9000/")).toBe(true);
  expect(opens(allow, "http://[::1]:9001/")).toBe(false);
  expect(opens(allow, "http://[fd00:0::5]:77/")).toBe(true);
});

test("a range opens its addresses and not the one before or after", () => {
  const allow = parseAllowList("10.1.0.0/16,fd00::/8");
  expect(opens(allow, "http://10.1.0.0/")).toBe(true);
  expect(opens(allow, "http://10.1.255.255/")).toBe(true);
  expect(opens(allow, "http://10.0.255.255/")).toBe(false);
  expect(opens(allow, "http://10.2.0.0/")).toBe(false);
  expect(opens(allow, "http://[fd12::1]/")).toBe(true);
  expect(opens(allow, "http://[fc00::1]/")).toBe(false);
});

test("a range opens exactly the addresses that share its prefix", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 32 }),
      fc.integer({ min: 0, max: 32 }),
      (value, bits, flip) => {
        const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
        const other = flip === 32 ? value : (value ^ (1 << flip)) >>> 0;
        const allow = parseAllowList(`${dotted((value & mask) >>> 0)}/${bits}`);
        const inside = (other & mask) >>> 0 === (value & mask) >>> 0;
        const isPublic = mayConnect(parseAllowList(""), target("http://a.example/"), parseAddress(dotted(other))!);
        expect(opens(allow, "http://a.example/", dotted(other))).toBe(inside || isPublic);
      },
    ),
  );
});

test("an IPv6 range doesn't open the private IPv4 addresses that its addresses embed", () => {
  const everything = parseAllowList("::/0");
  expect(opens(everything, "http://[fd00::1]/")).toBe(true);
  expect(opens(everything, "http://[::1]/")).toBe(true);
  expect(opens(everything, "http://[::ffff:10.0.0.1]/")).toBe(false);
  expect(opens(everything, "http://[64:ff9b::10.0.0.1]/")).toBe(false);
  expect(opens(everything, "http://[2002:a00:1::1]/")).toBe(false);
  expect(opens(everything, "http://[64:ff9b::8.8.8.8]/")).toBe(true);
  expect(opens(parseAllowList("64:ff9b::/96,10.0.0.0/8"), "http://[64:ff9b::10.0.0.1]/")).toBe(true);
});

test("a name opens that name wherever it points, and neither its neighbours nor its addresses", () => {
  const allow = parseAllowList("Minio.internal.:9000, bücher.example");
  expect(opens(allow, "http://minio.internal:9000/", "10.0.0.9")).toBe(true);
  expect(opens(allow, "http://minio.internal:9001/", "10.0.0.9")).toBe(false);
  expect(opens(allow, "http://a.minio.internal:9000/", "10.0.0.9")).toBe(false);
  expect(opens(allow, "http://internal:9000/", "10.0.0.9")).toBe(false);
  expect(opens(allow, "http://10.0.0.9:9000/")).toBe(false);
  expect(opens(allow, "http://xn--bcher-kva.example/", "192.168.0.1")).toBe(true);
});

test.each([
  "*",
  "*.example.com",
  "http://127.0.0.1",
  "127.0.0.1:0",
  "127.0.0.1:65536",
  "127.0.0.1:",
  "127.0.0.1:http",
  "127.0.0.1:1:2",
  "127.1",
  "0x7f.1",
  "2130706433",
  "010.0.0.1",
  "10.0.0.1/8",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/-1",
  "10.0.0.0/8:90",
  "/8",
  "fd00::/129",
  "fd00::1/8",
  "[::1",
  "::1]",
  "[127.0.0.1]:9",
  "[::1]9000",
  "[::1]:",
  "::ffff:10.0.0.1",
  "64:ff9b::a00:1",
  "a b",
  "user@host",
  "a..b",
  "host:",
  ":9000",
  "fe80::1%eth0",
])("the entry %j is refused by name", (entry) => {
  const error = outcome(`10.0.0.0/8,${entry}`);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: "start_refused", details: { entry } });
  expect(String(error)).toContain(`"${entry}"`);
});

test("a list beyond its limit is refused", () => {
  expect(() => parseAllowList(Array.from({ length: 257 }, () => "a.example").join(","))).toThrow("257 entries");
});

test("any setting is parsed or refused as start_refused", () => {
  const piece = fc.constantFrom("10.0.0.0", "/8", ":", "[", "]", "::1", "a.example", ",", " ", "9000", "*", "%");
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: piece, maxLength: 10 })), (text) => {
      const end = outcome(text);
      expect(end instanceof Error ? end : new AppError("start_refused", "")).toMatchObject({ code: "start_refused" });
    }),
  );
});

test.each([22, 25, 6000, 587])("port %i of a public host is not for HTTP, unless it is opened", (port) => {
  const url = `http://mail.example:${port}/`;
  expect(opens(parseAllowList(""), url, "93.184.215.14")).toBe(false);
  expect(opens(parseAllowList(`mail.example:${port}`), url, "93.184.215.14")).toBe(true);
  expect(refuseAddresses(target(url), [parseAddress("93.184.215.14")!]).code).toBe("port_forbidden");
});

test.each([
  ["api.example.com", "api.example.com", true],
  ["api.example.com", "API.Example.com.", true],
  ["api.example.com", "*.example.com", true],
  ["a.b.example.com", "*.example.com", true],
  ["example.com", "*.example.com", false],
  ["notexample.com", "*.example.com", false],
  ["example.com.evil.test", "*.example.com", false],
  ["api.example.com", "example.com", false],
  ["api.example.com", "*", false],
  ["api.example.com", "*.*", false],
  ["api.example.com", "*.", false],
  ["api.example.com", "", false],
  ["api.example.com", "*.com.", true],
  ["api.example.com", "api.example.com/x", false],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "*.0.0.1", false],
  ["[2a00::1]", "2A00:0::1", true],
  ["[2a00::1]", "[2a00::1]", true],
])("the host %s against the allowed host %j: %s", (host, pattern, allowed) => {
  expect(judgeHost(target(`https://${host}/`), [pattern]) === null).toBe(allowed);
});

test("no hosts allow none, and null allows any", () => {
  expect(judgeHost(target("https://a.example/"), [])?.code).toBe("host_not_allowed");
  expect(judgeHost(target("https://a.example/"), null)).toBeNull();
});
