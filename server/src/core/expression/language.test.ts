/** What single functions say; that they agree with JavaScript in general is held by quickjs.test.ts. */
import { expect, test } from "vitest";
import { compileExpression, evaluateTemplate } from "./template.ts";

const SCOPE = {
  trigger: {
    rows: [
      { id: 2, c: "de" },
      { id: 1, c: "fr" },
      { id: 3, c: "de" },
    ],
    at: "2026-03-29T00:30:00Z",
    s: "a-b-a",
  },
};

function evaluated(source: string) {
  const { template, problems } = compileExpression(source, "f", ["trigger"]);
  expect(problems).toEqual([]);
  return evaluateTemplate(template, SCOPE);
}

test.each<[string, unknown]>([
  ["trigger.rows.filter(x => x.c === 'de').map(x => x.id)", [2, 3]],
  ["trigger.rows.sort((a, b) => a.id - b.id).map(({ id }) => id)", [1, 2, 3]],
  ["Object.groupBy(trigger.rows, ({ c }) => c).de.length", 2],
  ["Object.entries({ a: 1, b: [2] }).map(([key, value]) => `${key}=${value}`)", ["a=1", "b=2"]],
  ["trigger.rows.reduce((sum, x) => sum + x.id, 0)", 6],
  ["trigger.rows.find(x => x.id === 9)?.c ?? 'none'", "none"],
  ["trigger.rows.findLast(x => x.c === 'de').id", 3],
  ["trigger.rows.map(x => trigger.rows.filter(y => y.c === x.c).length)", [2, 1, 2]],
  ["trigger.rows.some(x => x.id > 2) && trigger.rows.every(x => x.id)", true],
  ["[[1, 2], [3]].flatMap(([first]) => first)", [1, 3]],
  ["[1, 2, 3].map(Math.sqrt).map(x => x.toFixed(1))", ["1.0", "1.4", "1.7"]],
  ["['1', '2'].map(Number)", [1, 2]],
  ["[0, 1, '', 'a', null].filter(Boolean)", [1, "a"]],
  ["[[1, 2], [3, 4]].map(([, second]) => second)", [2, 4]],
  ["trigger.s.replace('a', '[$&$$]')", "[a$]-b-a"],
  ["trigger.s.replaceAll('a', \"$`|$'\")", "|-b-a-b-a-b-|"],
  ["'abc'.replaceAll('', '.')", ".a.b.c."],
  ["'ab'.padStart(5, 'xy')", "xyxab"],
  ["['ä', 'z', 'a'].sort((a, b) => a.localeCompare(b))", ["a", "ä", "z"]],
  ["['ä', 'z'].sort((a, b) => a.localeCompare(b, 'sv'))", ["z", "ä"]],
  ["'é'.normalize('NFD').length", 2],
  ["`${[1, [2, null]]}`", "1,2,"],
  ["(1234.5).toLocaleString('de-DE', { minimumFractionDigits: 2 })", "1.234,50"],
  ["encodeURIComponent('a b/ü')", "a%20b%2F%C3%BC"],
  [
    "JSON.stringify({ a: [undefined, NaN], b: undefined, at: new Date(0) })",
    '{"a":[null,null],"at":"1970-01-01T00:00:00.000Z"}',
  ],
  ["JSON.parse('{\"a\":1}').a", 1],
  ["Object.fromEntries([['a', 1], ['b', 2]])", { a: 1, b: 2 }],
  ["Array.from({ length: 3 }, (_, i) => i * i)", [0, 1, 4]],
  ["Math.max(...[1, 5, 3])", 5],
  ["Math.hypot(3, 4)", 5],
  ["typeof trigger.nothing", "undefined"],
  ["[1, 2] == '1,2'", true],
  ["null == undefined", true],
  ["'2' > 10", false],
  ["trigger?.['rows']?.[0]?.['c']", "de"],
  ["trigger.missing?.a.b.at(1)[2].trim()", null],
  ["(trigger.rows)", SCOPE.trigger.rows],
  ["[3, 1].sort()", [1, 3]],
  ["[1, 10, 9].toSorted()", [1, 10, 9]],
])("%s", (source, expected) => {
  const result = evaluated(source);
  expect(result.ok ? (result.value ?? null) : result.message).toEqual(expected);
});

test.each<[string, unknown]>([
  ["new Date(trigger.at).getTime()", Date.UTC(2026, 2, 29, 0, 30)],
  ["new Date(trigger.at).getHours()", 0],
  ["new Date(2026, 0, 31)", "2026-01-31T00:00:00.000Z"],
  ["Date.parse('2026-01-31')", Date.UTC(2026, 0, 31)],
  ["Date.parse('2026-01-31T10:00:00+02:00')", Date.UTC(2026, 0, 31, 8)],
  ["Date.parse('2026-01-31T10:00')", Date.UTC(2026, 0, 31, 10)],
  ["Date.parse('Tue, 15 Nov 1994 08:12:31 GMT')", Date.UTC(1994, 10, 15, 8, 12, 31)],
  ["Date.parse('1 Jul 2003 10:52 +0200')", Date.UTC(2003, 6, 1, 8, 52)],
  ["new Date(new Date(trigger.at).getTime() + 24 * 3600 * 1000).toISOString()", "2026-03-30T00:30:00.000Z"],
  ["new Date(trigger.at) - new Date('2026-03-29T00:00:00Z')", 1_800_000],
  ["new Date(trigger.at) < new Date('2027-01-01')", true],
  ["Date.parse('2026-02-30')", null],
  ["Date.parse('soon')", null],
  [
    "Date.format(trigger.at, { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' })",
    "29/03/2026, 01:30",
  ],
  ["Date.format('2026-03-29T01:30:00Z', { timeZone: 'Europe/Berlin', timeStyle: 'short' })", "03:30"],
  ["Date.format(trigger.at, { timeZone: 'UTC', locale: 'de-DE', weekday: 'long' })", "Sonntag"],
  ["new Date(trigger.at).toLocaleDateString('en-GB', { timeZone: 'Asia/Tokyo' })", "29/03/2026"],
  ["new Date(trigger.at).toLocaleTimeString('en-GB', { timeZone: 'Asia/Tokyo' })", "09:30:00"],
])("dates: %s", (source, expected) => {
  const result = evaluated(source);
  expect(result.ok ? result.value : result.message).toEqual(expected);
});

test.each([
  ["new Date(trigger.at).toLocaleString()", /language/],
  ["new Date(trigger.at).toLocaleString('en')", /time zone/],
  ["Date.format(trigger.at, { timeZone: 'Moon/Base' })", /not known/],
  ["new Date('soon').toISOString()", /not a valid date/],
  ["'' + new Date(0)", /toISOString/],
  ["'' + {}", /JSON\.stringify|object/],
  ["({}) + 1", /object/],
  ["({}) == 1", /object/],
  ["trigger[trigger]", /can't be a key/],
  ["trigger[['rows']]", /can't be a key/],
  ["trigger.rows.toUpperCase()", /is a list here, which has no method `toUpperCase`/],
  ["trigger.map(x => x)", /is an object here, which has no method `map`/],
  ["trigger.s.trim", /is a method: call it/],
  ["[...trigger]", /takes a list/],
  ["({ ...[1] })", /takes an object/],
  ["[1].map(([a]) => a)", /takes a list apart/],
  ["[null].map(({ a }) => a)", /takes an object apart/],
  ["[].reduce((a, b) => a)", /empty list/],
  ["(1).toFixed(101)", /digits/],
  ["'a'.repeat(-1)", /count/],
  ["'a'.replace('a')", /text to put/],
  ["JSON.stringify({}, ['a'])", /second argument/],
  ["decodeURIComponent('%')", /malformed/],
  ["String.fromCodePoint(-1)", /code point/],
  ["Object.keys(null)", /no keys/],
  ["'a'.localeCompare('b', 'not a tag')", /language tag/],
])("%s fails and says what to do", (source, message) => {
  expect(evaluated(source)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
});

test("no method changes the data it is called on", () => {
  const before = JSON.stringify(SCOPE);
  for (const method of ["sort((a, b) => b.id - a.id)", "reverse()", "toSpliced(0, 1)", "with(0, 1)", "concat([1])"]) {
    expect(evaluated(`trigger.rows.${method}`).ok).toBe(true);
  }
  expect(JSON.stringify(SCOPE)).toBe(before);
});
