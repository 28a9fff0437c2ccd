import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addressKind } from "./address.ts";
import { ALLOW_NOTHING } from "./allow-list.ts";
import { mayConnect } from "./judge-address.ts";
import { judgeUrl } from "./judge-url.ts";

/** What the guard makes of a URL: the address it names, the name that has to be resolved, or the refusal's code. */
function see(text: string): string {
  const judged = judgeUrl(text);
  if (!judged.ok) return judged.code;
  return judged.target.address === null ? `name ${judged.target.host}` : judged.target.host;
}

test.each([
  ["http://127.0.0.1/", "127.0.0.1"],
  ["http://127.1/", "127.0.0.1"],
  ["http://127.0.1/", "127.0.0.1"],
  ["http://2130706433/", "127.0.0.1"],
  ["http://0x7f000001/", "127.0.0.1"],
  ["http://0X7F.0.0.0x1/", "127.0.0.1"],
  ["http://017700000001/", "127.0.0.1"],
  ["http://0177.0.0.01/", "127.0.0.1"],
  ["http://00000177.0.0.1/", "127.0.0.1"],
  ["http://127.0.0.1./", "127.0.0.1"],
  ["http://0/", "0.0.0.0"],
  ["http://0x/", "0.0.0.0"],
  ["http://1２7.０.0.1/", "127.0.0.1"],
  ["http://①②⑦.⓪.⓪.①/", "127.0.0.1"],
  ["http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/", "127.0.0.1"],
  ["http://127。0．0｡1/", "127.0.0.1"],
  ["http://%31%32%37.0.0.1/", "127.0.0.1"],
  ["http://127%2e0%2E0.1/", "127.0.0.1"],
  ["http://127.0.0.1:80/", "127.0.0.1"],
  ["HTTP://127.0.0.1", "127.0.0.1"],
  ["http://169.254.169.254/latest/meta-data/", "169.254.169.254"],
  ["http://0xA9FEA9FE/", "169.254.169.254"],
  ["http://2852039166/", "169.254.169.254"],
  ["http://[::1]/", "::1"],
  ["http://[0:0:0:0:0:0:0:1]/", "::1"],
  ["http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"],
  ["http://[::FFFF:7F00:1]/", "::ffff:7f00:1"],
  ["http://[::127.0.0.1]/", "::7f00:1"],
  ["http://[64:ff9b::7f00:1]/", "64:ff9b::7f00:1"],
  ["http://[2002:7f00:1::]/", "2002:7f00:1::"],
  ["http://[::]/", "::"],
  ["http://localhost/", "name localhost"],
  ["http://LOCALHOST./", "name localhost"],
  ["http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "name localhost"],
  ["http://loc%61lhost/", "name localhost"],
  ["https://Example.COM./a?b#c", "name example.com"],
  ["https://bücher.example/", "name xn--bcher-kva.example"],
  ["https://my_bucket.example/", "name my_bucket.example"],
])("%s is seen as %s", (url, seen) => expect(see(url)).toBe(seen));

test.each([
  ["", "url_invalid"],
  ["example.com", "url_invalid"],
  ["//example.com/", "url_invalid"],
  ["/path", "url_invalid"],
  ["http:example.com", "url_invalid"],
  ["http:/example.com", "url_invalid"],
  ["http:///example.com", "url_invalid"],
  ["http://", "url_invalid"],
  ["http://?q", "url_invalid"],
  ["http://:80/", "url_invalid"],
  ["http://user@example.com/", "url_invalid"],
  ["http://user:pass@example.com/", "url_invalid"],
  ["http://@example.com/", "url_invalid"],
  ["http://example.com%40evil.test@127.0.0.1/", "url_invalid"],
  ["http://example.com\\@evil.test/", "url_invalid"],
  ["http:\\\\example.com/", "url_invalid"],
  ["http://exa\nmple.com/", "url_invalid"],
  ["http://example.com/\r\nX: y", "url_invalid"],
  ["\thttp://example.com/", "url_invalid"],
  [" http://example.com/", "url_invalid"],
  ["http://example.com/ ", "url_invalid"],
  ["http://exa mple.com/", "url_invalid"],
  ["http://example.com\u0000.test/", "url_invalid"],
  ["http://127.0.0.1%00.example.com/", "url_invalid"],
  ["http://[fe80::1%25eth0]/", "url_invalid"],
  ["http://[fe80::1%eth0]/", "url_invalid"],
  ["http://[::1/", "url_invalid"],
  ["http://[127.0.0.1]/", "url_invalid"],
  ["http://127.0.0.256/", "url_invalid"],
  ["http://1.2.3.4.5/", "url_invalid"],
  ["http://4294967296/", "url_invalid"],
  ["http://example.0x7f/", "url_invalid"],
  ["http://a..b/", "url_invalid"],
  ["http://.../", "url_invalid"],
  ["http://-a.example/", "url_invalid"],
  ["http://a!b.example/", "url_invalid"],
  ["http://example.com:65536/", "url_invalid"],
  ["http://example.com:-1/", "url_invalid"],
  ["http://example.com:8o/", "url_invalid"],
  [`http://${"a".repeat(64)}.example/`, "url_invalid"],
  [`http://${"a.".repeat(130)}example/`, "url_invalid"],
  [`http://example.com/${"a".repeat(20_000)}`, "url_invalid"],
  ["ftp://example.com/", "scheme_forbidden"],
  ["file:///etc/passwd", "scheme_forbidden"],
  ["ws://example.com/", "scheme_forbidden"],
  ["gopher://127.0.0.1:6379/_x", "scheme_forbidden"],
  ["data:text/plain,x", "scheme_forbidden"],
  ["blob:http://example.com/x", "scheme_forbidden"],
  ["unix:/run/docker.sock", "scheme_forbidden"],
  ["http+unix://%2Frun%2Fdocker.sock/", "scheme_forbidden"],
])("%j is refused as %s", (url, code) => expect(see(url)).toBe(code));

test("what is sent is the plain spelling, without the fragment and with the port it names", () => {
  const judged = judgeUrl("https://Example.com.:8443/a b/../c?q=1 2#secret");
  expect(judged.ok && judged.target).toEqual({
    scheme: "https",
    host: "example.com",
    address: null,
    port: 8443,
    origin: "https://example.com:8443",
    path: "/c?q=1%202",
    url: "https://example.com:8443/c?q=1%202",
  });
  const v6 = judgeUrl("http://[2A00::0:1]:81");
  expect(v6.ok && [v6.target.origin, v6.target.path, v6.target.port]).toEqual(["http://[2a00::1]:81", "/", 81]);
});

test("a refusal repeats neither path, query nor user-info", () => {
  for (const url of ["http://u:hunter2@h/", "ftp://h/hunter2", "http://h:0x/hunter2", "http://a..b/?hunter2"]) {
    const judged = judgeUrl(url);
    expect(judged.ok ? "allowed" : judged.message).not.toContain("hunter2");
  }
});

const numberOf = (value: number, base: number): string =>
  base === 10 ? String(value) : base === 8 ? `0${value.toString(8)}` : `0x${value.toString(16)}`;
const FULL_WIDTH_ZERO = 0xff10;

/** A spelling of an IPv4 address: 1 to 4 parts, each in a base of its own, digits and dots in another script, or percent-encoded. */
const spelled = fc
  .record({
    value: fc.integer({ min: 0, max: 0xffffffff }),
    parts: fc.integer({ min: 1, max: 4 }),
    bases: fc.array(fc.constantFrom(8, 10, 16), { minLength: 4, maxLength: 4 }),
    disguises: fc.array(fc.constantFrom("plain", "full-width", "percent", "upper"), { minLength: 60, maxLength: 60 }),
    dot: fc.constantFrom(".", "。", "．", "｡", "%2e", "%E3%80%82"),
    end: fc.constantFrom("", "."),
  })
  .map(({ value, parts, bases, disguises, dot, end }) => {
    const bytes = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
    const heads = bytes.slice(0, parts - 1);
    const last = bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0);
    const disguise = (character: string, index: number): string => {
      const how = disguises[index % disguises.length];
      if (how === "full-width" && /\d/.test(character))
        return String.fromCodePoint(FULL_WIDTH_ZERO + Number(character));
      if (how === "percent") return `%${character.charCodeAt(0).toString(16)}`;
      return how === "upper" ? character.toUpperCase() : character;
    };
    const host = [...heads, last]
      .map((part, index) => Array.from(numberOf(part, bases[index] ?? 10), disguise).join(""))
      .join(dot);
    return { url: `http://${host}${end}/`, text: bytes.join(".") };
  });

test("any IPv4 address in any spelling is seen as that address", () => {
  fc.assert(
    fc.property(spelled, ({ url, text }) => {
      expect([url, see(url)]).toEqual([url, text]);
    }),
    { numRuns: 1_000 },
  );
});

test("no text throws, and none is allowed to reach an address that is not public", () => {
  const piece = fc.constantFrom(
    "http://",
    "https://",
    "127.0.0.1",
    "[::1]",
    "0x7f",
    "@",
    ":",
    "/",
    ".",
    "#",
    "?",
    "%2e",
    "\\",
    "localhost",
    "10",
    "[",
    "]",
    "。",
    "8.8.8.8",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.string({ unit: piece, maxLength: 12 }),
    fc.string({ unit: "grapheme" }).map((host) => `http://${host}/`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const judged = judgeUrl(text);
      if (!judged.ok || judged.target.address === null) return;
      const { address } = judged.target;
      expect(mayConnect(ALLOW_NOTHING, judged.target, address) && addressKind(address) !== "public").toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
