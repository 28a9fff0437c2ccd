import * as fc from "fast-check";
import type { Condition } from "@steward/sdk";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { ArgumentValues } from "./argument-values.ts";
import { compileCondition } from "./condition.ts";
import { compilePattern } from "./pattern.ts";
import { readHosts } from "./read-hosts.ts";

function holds(condition: Condition, given: JsonObject): boolean {
  const compiled = compileCondition(condition);
  const fits = compiled.holds(new ArgumentValues(given));
  expect(compiled.misfit(new ArgumentValues(given)) === null).toBe(fits);
  return fits;
}

function isNamed(condition: Condition, given: JsonObject): boolean {
  return compileCondition(condition).mayName(new ArgumentValues(given));
}

const TO: Condition = { field: "to", domains: ["ok.com", "*.sub.ok.com", "bücher.example"] };

test.each([
  "a@ok.com",
  "A.b+c@OK.COM",
  "a@ok.com.",
  "Ann <a@ok.com>",
  "<a@ok.com>",
  '"Ann, B." <a@ok.com>, b@ok.com',
  '"Ann (Sales; Berlin)" <a@ok.com>',
  '"a@ok.com" <a@ok.com>',
  "Jörg Müller <a@ok.com>",
  "a@x.sub.ok.com",
  "a@x.y.sub.ok.com",
  "a@bücher.example",
  "a@xn--bcher-kva.example",
  "a@ok。com",
  "https://ok.com/path?x=evil.com",
  "https://OK.com:8443",
])("%s goes to what is allowed", (to) => expect(holds(TO, { to })).toBe(true));

test.each([
  "a@evil.com,b@ok.com",
  "b@ok.com, a@evil.com",
  "b@ok.com;a@evil.com",
  "b@ok.com a@evil.com",
  "b@ok.com\r\nBcc: a@evil.com",
  "b@ok.com\u0000@evil.com",
  "a@evil.com <b@ok.com>",
  '"a@evil.com" <b@ok.com>',
  '"a@evil.com, x" <b@ok.com>',
  "a＠evil.com <b@ok.com>",
  "Ann <b@ok.com> <a@evil.com>",
  "Ann <b@ok.com,a@evil.com>",
  "<b@ok.com",
  "b@ok.com>",
  "b@ok.com (a@evil.com)",
  "b(comment)@ok.com",
  "a@evil.com(@ok.com)",
  "team: b@ok.com;",
  "<@evil.com,@x:b@ok.com>",
  '"a b"@ok.com',
  '"a@evil.com"@ok.com',
  '"x\\", a@evil.com, "y <b@ok.com>',
  '<"<"b@ok.com>',
  "a%evil.com@ok.com",
  "evil.com!a@ok.com",
  "=?utf-8?q?a=40evil.com=3e?=@ok.com",
  "=?utf-8?q?a=40evil.com=2c?= <b@ok.com>",
  "b@[1.2.3.4]",
  "b@ok.com,",
  ",b@ok.com",
  "b@оk.com", // Cyrillic о
  "b@ok.com.evil.com",
  "b@ok.com．evil.com",
  "b@notok.com",
  "b@sub.ok.com",
  "b@evil.com@ok.com@",
  "b@evil.com@ok.com",
  "b@",
  "@ok.com",
  "ok.com",
  "",
  " ",
  "mailto:b@ok.com",
  "https://ok.com@evil.com/",
  "https://evil.com@ok.com/",
  "https://evil.com\\@ok.com/",
  "https://evil.com/ok.com",
  "https://evil.com#@ok.com",
  "//ok.com/",
  "javascript://ok.com/%0aalert(1)",
  "file://ok.com/etc",
  "https://ok.com.evil.com/",
  "https://ok.com%2eevil.com/",
])("%s goes elsewhere, or nobody can tell", (to) => {
  expect(holds(TO, { to })).toBe(false);
});

test("a domain that two versions of IDNA read differently fits nothing", () => {
  expect(holds({ field: "to", domains: ["faß.de", "fass.de", "xn--fa-hia.de"] }, { to: "a@faß.de" })).toBe(false);
  expect(holds({ field: "to", domains: ["xn--fa-hia.de"] }, { to: "https://faß.de/" })).toBe(false);
  expect(holds({ field: "to", domains: ["ok.com"] }, { to: "https://ok.com/straße" })).toBe(true);
});

const hostile = fc.string({
  unit: fc.constantFrom(...`abc@evil.comok,;:<>"\\()[] \t\r\n%!=?/.#＠．`.split("")),
  maxLength: 60,
});

test("no text built around an allowed address takes in another one", () => {
  const foreign = fc.constantFrom("x@evil.com", "<x@evil.com>", "evil.com", "@evil.com", '"x"@evil.com');
  fc.assert(
    fc.property(hostile, foreign, hostile, (before, address, after) => {
      for (const text of [`${before}${address}${after}b@ok.com`, `b@ok.com${before}${address}${after}`]) {
        const hosts = readHosts(text);
        if (hosts === null || !text.includes("x@evil.com")) continue;
        // Whatever is read, the other address is among it, unless it only looks like one within a longer word.
        if (/(?:^|[\s,<">])x@evil\.com(?:$|[\s,>"<])/.test(text)) expect(hosts).toContain("evil.com");
      }
    }),
    { numRuns: 3000 },
  );
});

test("reading hosts never throws and is linear in hostile texts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(() => readHosts(text)).not.toThrow();
    }),
  );
  for (const unit of ["<", ">", '"', ",", "a@b.co,", "(", " ", "a@", '"@"', "\u00e4"]) {
    const text = `x${unit.repeat(60_000 / unit.length)}`;
    const began = performance.now();
    readHosts(text);
    expect(performance.now() - began).toBeLessThan(2000);
  }
});

test("every member of a list must fit, however deep it lies", () => {
  expect(holds(TO, { to: ["a@ok.com", "b@ok.com"] })).toBe(true);
  expect(holds(TO, { to: ["a@ok.com", ["b@evil.com"]] })).toBe(false);
  expect(holds(TO, { to: ["a@ok.com", null] })).toBe(false);
  expect(holds(TO, { to: ["a@ok.com", { address: "b@ok.com" }] })).toBe(false);
  const people: Condition = { field: "people.mail", domains: ["ok.com"] };
  expect(holds(people, { people: [{ mail: "a@ok.com" }, { mail: ["b@ok.com"] }] })).toBe(true);
  expect(holds(people, { people: [{ mail: "a@ok.com" }, {}] })).toBe(false);
  expect(holds(people, { people: [{ mail: "a@ok.com" }, "b@ok.com"] })).toBe(false);
});

test("a field that is not there fails every condition but any", () => {
  const conditions: readonly Condition[] = [
    { field: "x", domains: ["ok.com"] },
    { field: "x", in: ["undefined", "null"] },
    { field: "x", prefix: ["/"] },
    { field: "x", matches: ["*"] },
    { field: "x", max: 5 },
    { field: "x", min: -5 },
  ];
  for (const given of [{}, { x: null }, { x: [] }, { y: "x" }]) {
    for (const condition of conditions) {
      expect(holds(condition, given)).toBe(false);
      expect(holds({ ...condition, ifGiven: true }, given)).toBe(true);
    }
    expect(holds({ field: "x", any: true }, given)).toBe(true);
  }
  expect(holds({ field: "x", in: ["a"], ifGiven: true }, { x: "b" })).toBe(false);
});

test("only the arguments' own fields are looked at", () => {
  for (const field of ["__proto__", "constructor", "toString", "length", "__proto__.to", "constructor.name"]) {
    expect(holds({ field, matches: ["*"] }, { to: "a" })).toBe(false);
  }
  expect(holds({ field: "to", in: ["a"] }, Object.create({ to: "a" }) as JsonObject)).toBe(false);
  const own: JsonObject = JSON.parse('{"__proto__":{"to":"a"}}');
  expect(holds({ field: "to", in: ["a"] }, own)).toBe(false);
  expect(holds({ field: "__proto__.to", in: ["a"] }, own)).toBe(true);
});

test("more members than can be judged fit nothing and are named by every refusal", () => {
  const to = Array.from({ length: 20_000 }, () => "a@ok.com");
  expect(holds(TO, { to })).toBe(false);
  expect(isNamed(TO, { to })).toBe(true);
});

test.each([
  ["docs", "docs", true],
  ["docs", "docs/a/b", true],
  ["docs", "docs//a", true],
  ["docs", "./docs/a", true],
  ["docs", "docs/./a/../b", true],
  ["docs/", "docs/a", true],
  ["docs/a b", "docs/a b/c", true],
  ["/docs", "/docs/a", true],
  ["docs", "docs/100%", true],
  ["docs", "docs/a%20b", true],
  ["https://ok.com/v1", "https://OK.com/v1/x?y=../..", true],
  ["https://ok.com/a b", "https://ok.com/a%20b/c", true],
  ["https://ok.com/", "https://ok.com/anything", true],
  ["docs", "documents", false],
  ["docs", "docs2/a", false],
  ["docs", "/docs/a", false],
  ["/docs", "docs/a", false],
  ["docs", "doc", false],
  ["docs", "docs/../secret", false],
  ["docs", "docs/%2e%2e/secret", false],
  ["docs", "docs/%2E./secret", false],
  ["docs", "docs/%252e%252e/secret", false],
  ["docs", "docs%2f..%2fsecret", false],
  ["docs", "docs/a%2f..%2f..%2fsecret", false],
  ["docs", "docs/..\\secret", false],
  ["docs", "docs\\..\\secret", false],
  ["docs", "docs/..;/secret", false],
  ["docs", "docs/.. /secret", false],
  ["docs", "docs/.../secret", false],
  ["docs", "docs/．．/secret", false],
  ["docs", "docs/a／..／..／secret", false],
  ["docs", "docs/‥/secret", false],
  ["docs", "docs/..", false],
  ["docs", "docs/..//docs", false],
  ["docs", "docs/..%2f/docs", false],
  ["docs", "../docs/a", false],
  ["docs", "docs/../../docs/a", false],
  ["docs", "Docs/a", false],
  ["docs", "docs/\u0000", false],
  ["docs", "docs/%00", false],
  ["docs", "docs/\ud800", false],
  ["/docs", "//docs/a", false],
  ["docs", "https://docs/a", false],
  ["https://ok.com/v1", "https://ok.com/v1/../admin", false],
  ["https://ok.com/v1", "https://ok.com/v1/%2e%2e/admin", false],
  ["https://ok.com/v1", "https://ok.com/v1%2f..%2fadmin", false],
  ["https://ok.com/v1", "http://ok.com/v1/x", false],
  ["https://ok.com/v1", "https://ok.com:444/v1/x", false],
  ["https://ok.com/v1", "https://ok.com.evil.com/v1/x", false],
  ["https://ok.com/v1", "https://x@ok.com/v1/x", false],
  ["https://ok.com/", "/anything", false],
])("below %s lies %s: %s", (prefix, path, expected) => {
  expect(holds({ field: "path", prefix: [prefix] }, { path })).toBe(expected);
});

test("no path leaves its folder, in however many layers it is encoded", () => {
  const unit = fc.constantFrom("..", ".", "/", "%2e", "%2f", "%252e", "%25", "docs", "a", "\\", ";", "．", " ");
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
      const path = `docs/${units.join("")}`;
      if (!holds({ field: "path", prefix: ["docs"] }, { path })) return;
      let layer = path;
      for (let time = 0; time < 6; time++) {
        const resolved = new URL(layer.replaceAll("%", "%25"), "file:///root/").pathname;
        expect(resolved).toMatch(/^\/root\/docs(?:\/|$)/);
        layer = layer.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      }
    }),
    { numRuns: 3000 },
  );
});

test("a pattern means what the same regular expression means", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "\n"), maxLength: 10 });
  fc.assert(
    fc.property(
      piece,
      fc.string({ unit: fc.constantFrom("a", "b", ".", "\n", "*"), maxLength: 20 }),
      (source, text) => {
        const escaped = source.split("*").map((part) => part.replace(/[.]/g, "\\."));
        expect(compilePattern(source).matches(text)).toBe(new RegExp(`^${escaped.join("[^]*")}$`).test(text));
      },
    ),
    { numRuns: 3000 },
  );
});

test("a pattern is linear in the text, whatever it is made of", () => {
  const pattern = compilePattern(`${"*a*".repeat(100)}${"a".repeat(150)}b*${"a".repeat(48)}`);
  const began = performance.now();
  expect(pattern.matches("a".repeat(1_000_000))).toBe(false);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("bounds hold for numbers only", () => {
  const most: Condition = { field: "n", max: 10 };
  expect(holds(most, { n: 10 })).toBe(true);
  expect(holds(most, { n: 10.01 })).toBe(false);
  for (const n of ["9", "", " 9", true, { n: 9 }] satisfies Json[]) expect(holds(most, { n })).toBe(false);
  expect(holds({ field: "n", min: 0 }, { n: [1, -1] })).toBe(false);
});

test("a value is one of a list to the letter; numbers, true and false as JSON writes them", () => {
  const one: Condition = { field: "x", in: ["acme/site", "3", "true"] };
  for (const x of ["acme/site", 3, true, "3"]) expect(holds(one, { x })).toBe(true);
  for (const x of ["Acme/site", "acme/site ", 30, false, { a: 1 }]) expect(holds(one, { x })).toBe(false);
});

test("what is refused altogether needs one member of a list, or one that can't be read", () => {
  const evil: Condition = { field: "to", domains: ["evil.com"] };
  expect(isNamed(evil, { to: ["a@ok.com", "b@evil.com"] })).toBe(true);
  expect(isNamed(evil, { to: "a@ok.com, Bob <b@evil.com>" })).toBe(true);
  expect(isNamed(evil, { to: "a@ok.com (" })).toBe(true);
  expect(isNamed(evil, { to: { x: 1 } })).toBe(true);
  expect(isNamed(evil, { to: "a@ok.com" })).toBe(false);
  expect(isNamed(evil, {})).toBe(false);
});

test("where to is said by domains, lists, folders and patterns that begin with more than a scheme", () => {
  const explicit = (condition: Condition): boolean => compileCondition(condition).explicit;
  for (const condition of [
    { field: "to", domains: ["ok.com"] },
    { field: "to", in: ["#general"] },
    { field: "to", prefix: ["acme"] },
    { field: "to", prefix: ["https://ok.com/"] },
    { field: "to", matches: ["acme/*"] },
  ] satisfies Condition[])
    expect(explicit(condition)).toBe(true);
  for (const condition of [
    { field: "to", any: true },
    { field: "to", matches: ["*"] },
    { field: "to", matches: ["acme/*", "*acme"] },
    { field: "to", matches: ["http*"] },
    { field: "to", matches: ["https://*"] },
    { field: "to", matches: ["#*"] },
    { field: "to", prefix: ["/"] },
    { field: "to", prefix: ["acme", "."] },
    { field: "to", max: 5 },
    { field: "to", min: 5 },
  ] satisfies Condition[])
    expect([condition, explicit(condition)]).toEqual([condition, false]);
});
