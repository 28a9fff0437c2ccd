/** Arbitrary expressions and scopes for the property tests: typed enough that most of them evaluate. */
import * as fc from "fast-check";
import type { Json } from "../json.ts";

/** How many cases each property tries; `FC_RUNS=20000` for a long search. */
export const FC_RUNS = Number(process.env["FC_RUNS"] ?? 300);

export const ROOTS = ["trigger", "steps", "run", "vars", "item", "index"];

type Text = fc.Arbitrary<string>;

const word = fc.constantFrom("a", "b", "name", "n", "id", "list", "length", "0", "1", "toString", "x y", "");
const number = fc.oneof(
  fc.integer({ min: -5, max: 20 }).map((value) => `(${value})`),
  fc.constantFrom("(0.1)", "(2.5)", "(1e21)", "(1e-7)", "NaN", "Infinity", "(4294967296)", "(9007199254740993)"),
);
const text = fc
  .oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom("", "12", " 3 ", "a,b,c", "ß", "é", "👍x", "}}", "{{ 1 }}", "$&$$x", "0x10", "1e3"),
  )
  .map((value) => JSON.stringify(value).replaceAll("\u2028", "").replaceAll("\u2029", ""));

/** `parts` joined by the pieces of a tagged template: `build`(${a} + ${b})``. */
function build(pieces: TemplateStringsArray, ...parts: Text[]): Text {
  return fc
    .tuple(...parts)
    .map((values) => pieces.reduce((whole, piece, index) => whole + piece + (values[index] ?? ""), ""));
}

/** Expressions of about the type their name says; `x` is a parameter of the arrows they stand in. */
export const expressions = fc.letrec<
  Record<"number" | "text" | "boolean" | "numbers" | "texts" | "rows" | "object" | "any", string>
>((tie) => {
  const [n, s, b, ns, ss, rows, o, any] = [
    tie("number"), tie("text"), tie("boolean"), tie("numbers"), tie("texts"), tie("rows"), tie("object"), tie("any"),
  ]; // prettier-ignore
  const binary = fc.constantFrom("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>");
  const order = fc.constantFrom("<", "<=", ">", ">=", "===", "!==", "==", "!=");
  const logic = fc.constantFrom("&&", "||", "??");
  const small = fc.integer({ min: -3, max: 6 }).map(String);
  const onNumber = fc.constantFrom(
    "x + 1",
    "x * x",
    "x % 2",
    "-x",
    "x > 2",
    "`${x}`",
    "x === 1 ? 2 : x",
    "[x]",
    "({ x })",
  );
  const sorter = fc.constantFrom("(p, q) => p - q", "(p, q) => q - p", "");
  const textMethod = fc.constantFrom("toUpperCase", "toLowerCase", "trim", "trimStart", "trimEnd", "toString");
  return {
    number: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      number, fc.constantFrom("trigger.body.n", "steps.a.n", "index", "trigger.body.rows.length"),
      build`(${n} ${binary} ${n})`, build`((${n} % 10 | 0) ** ${fc.constantFrom("0", "1", "2", "5")})`, build`(-${n})`, build`(+${any})`, build`(~${n})`,
      build`${s}.length`, build`${ns}.length`, build`${s}.indexOf(${s}, ${small})`, build`${s}.lastIndexOf(${s})`,
      build`${ns}.indexOf(${n})`, build`${ns}.lastIndexOf(${n}, ${small})`, build`${ns}.findIndex(x => x > ${n})`,
      build`${ns}.findLastIndex(x => x > ${n})`, build`${ns}.at(${small})`, build`${ns}[${small}]`,
      build`Number(${any})`, build`parseInt(${s}, ${small})`, build`parseFloat(${s})`, build`Math.floor(${n})`,
      build`Math.round(${n})`, build`Math.max(${n}, ${n})`, build`Math.min(...${ns})`, build`Math.sign(${n})`,
      build`Math.trunc(${n})`, build`Math.abs(${n})`, build`Math.ceil(${n})`, build`Math.imul(${n}, ${n})`, build`Math.clz32(${n})`,
      build`${ns}.reduce((p, x) => p + x, ${n})`, build`${ns}.reduceRight((p, x, i) => p - x * i)`,
      build`${s}.charCodeAt(${small})`, build`${s}.codePointAt(${small})`, build`(${b} ? ${n} : ${n})`,
      build`new Date(Number(${n})).getTime()`, build`new Date(Number(${n})).getUTCDay()`, build`new Date(Number(${n})).getHours()`, build`Date.UTC(${n}, ${small})`,
    ), // prettier-ignore
    text: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      text, fc.constantFrom("trigger.body.s", "trigger.method", "item.name"),
      build`(${s} + ${any})`, build`(${n} + ${s})`, build`${s}.${textMethod}()`, build`${s}.slice(${small}, ${small})`,
      build`${s}.substring(${small}, ${small})`, build`${s}.substr(${small}, ${small})`, build`${s}.at(${small})`, build`${s}.charAt(${small})`,
      build`${s}[${small}]`, build`${s}.repeat(${fc.constantFrom("0", "1", "3")})`, build`${s}.padStart(${small}, ${s})`,
      build`${s}.padEnd(${small}, ${s})`, build`${s}.replace(${s}, ${s})`, build`${s}.replaceAll(${s}, ${s})`,
      build`${s}.concat(${n}, ${s})`, build`${ns}.join(${s})`, build`${ss}.join()`, build`String(${any})`, build`JSON.stringify(${any})`,
      build`JSON.stringify(${any}, null, ${small})`, build`${n}.toFixed(${fc.constantFrom("0", "2", "7")})`,
      build`(${n} | 0).toString(${fc.constantFrom("2", "10", "16", "36")})`, build`(${n}).toPrecision(${fc.constantFrom("1", "3", "17")})`,
      build`\`a\${${n}}\${${any}}b\``, build`(typeof ${any})`, build`encodeURIComponent(${s})`, build`new Date(Number(${n})).toISOString()`,
      build`String.fromCharCode(${n}, ${n})`, build`(${b} ? ${s} : ${s})`,
    ), // prettier-ignore
    boolean: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("true", "false", "trigger.body.flag"), build`(${any} ${order} ${any})`, build`(${n} ${order} ${n})`,
      build`(${s} ${order} ${s})`, build`(!${any})`, build`(${b} ${logic} ${b})`, build`${s}.includes(${s})`,
      build`${s}.startsWith(${s}, ${small})`, build`${s}.endsWith(${s})`, build`${ns}.includes(${n})`, build`${ns}.some(x => x > ${n})`,
      build`${ns}.every(x => x > ${n})`, build`Array.isArray(${any})`, build`Number.isInteger(${any})`, build`isNaN(${any})`,
      build`Boolean(${any})`, build`Object.hasOwn(${o}, ${s})`, build`Object.is(${n}, ${n})`,
    ), // prettier-ignore
    numbers: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("trigger.body.list", "[]", "[3, 1, 2]"), build`[${n}, ${n}]`, build`[...${ns}, ${n}]`,
      build`${ns}.map(x => ${onNumber})`, build`${ns}.map((x, i) => x * i)`, build`${ns}.filter(x => x > ${n})`, build`${ns}.filter(Boolean)`,
      build`${ss}.map(Number)`, build`${ns}.slice(${small}, ${small})`, build`${ns}.concat(${ns}, ${n})`, build`${ns}.map(x => x | 0).toSorted(${sorter})`, build`${ns}.toSorted()`,
      build`${ns}.map(x => x | 0).sort(${sorter})`, build`${ns}.toReversed()`, build`${ns}.toSpliced(${small}, ${small}, ${n})`, build`${ns}.with(0, ${n})`,
      build`[${ns}, ${n}].flat()`, build`${ns}.flatMap(x => [x, ${n}])`, build`Array.from({ length: 3 }, (_, x) => ${onNumber})`,
      build`Array.from(${ns})`, build`${rows}.map(({ id, n }) => id + n)`, build`Object.values(${o})`,
    ), // prettier-ignore
    texts: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      build`${s}.split(${s})`, build`${s}.split(${s}, ${small})`, build`[...${s}]`, build`Object.keys(${o})`, build`${rows}.map(x => x.name)`,
      build`${rows}.map(x => x?.missing?.name ?? ${s})`, build`[${s}, ${s}]`, build`${ns}.map(String)`, build`Array.from(${s})`,
      build`Object.entries(${o}).map(([k, v]) => k + v)`,
    ), // prettier-ignore
    rows: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant("trigger.body.rows"), build`${rows}.filter(x => x.n > ${n})`, build`${rows}.filter(x => x.name.includes(${s}))`,
      build`${rows}.toSorted((p, q) => p.n - q.n)`, build`${rows}.map(x => ({ ...x, n: x.n + ${n} }))`,
    ), // prettier-ignore
    object: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("trigger.body", "steps.a", "vars", "({})"), build`({ a: ${any}, b: ${any} })`, build`({ ...${o}, c: ${n} })`,
      build`({ [${s}]: ${any}, ...${o} })`, build`Object.fromEntries(Object.entries(${o}))`, build`Object.groupBy(${ns}, x => x % 2 ? "odd" : "even")`,
      build`JSON.parse(JSON.stringify(${o}))`, build`${rows}.find(x => x.n > ${n})`,
    ), // prettier-ignore
    any: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom("null", "undefined", "trigger.body.any", "item", "steps.b"), n, s, b, ns, ss, rows, o,
      build`(${any} ${logic} ${any})`, build`(${any} ${binary} ${any})`, build`${any}?.[${fc.oneof(small, word.map((key) => JSON.stringify(key)))}]`,
      build`${o}?.a?.b`, build`(${b} ? ${any} : ${any})`, build`[${any}, ${any}]`, build`(void ${any})`,
    ), // prettier-ignore
  };
});

const json = fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value)));

/** Scopes of the shape those expressions read; their texts may look like expressions. */
export const scopes: fc.Arbitrary<{ readonly [root: string]: Json }> = fc.record({
  trigger: fc.record({
    method: fc.constantFrom("GET", "POST"),
    body: fc.record({
      n: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      s: fc.oneof(fc.string(), fc.constantFrom("a b", "{{ vars.secret }}", "__proto__")),
      flag: fc.boolean(),
      any: json,
      list: fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 5 }),
      rows: fc.array(
        fc.record({ id: fc.nat(9), name: fc.string({ maxLength: 4 }), n: fc.integer({ min: -9, max: 9 }) }),
        { maxLength: 4 },
      ),
    }),
  }),
  steps: fc.record({ a: fc.record({ n: fc.integer() }) }),
  run: fc.constant({ startedAt: "2026-03-29T00:59:59.000Z" }),
  vars: fc
    .dictionary(fc.oneof(fc.string({ maxLength: 4 }), fc.constant("__proto__")), fc.string({ maxLength: 4 }))
    .map((value): Json => JSON.parse(JSON.stringify(value))),
  item: fc.record({ name: fc.string(), tags: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }) }),
  index: fc.nat(5),
});
