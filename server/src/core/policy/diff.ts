/** What changes between two versions of a grant or limit, in sentences, and whether it then lets more through or less. */
import type { Condition, GrantForm, GrantLine, LimitForm } from "@steward/sdk";
import { canonicalJson } from "../json.ts";
import { plainArguments } from "./canonical.ts";
import { compareConditions } from "./compare-conditions.ts";
import { conditionWords } from "./condition-words.ts";
import {
  actionName,
  approvalWords,
  connectionName,
  grantSentences,
  limitSentences,
  moneyWords,
  type Names,
  principalName,
  rateWords,
  validityWords,
} from "./sentence.ts";

export interface Change {
  readonly kind: "added" | "removed" | "changed";
  /** What its line, taken by itself, lets through afterwards; null where that stays the same or can't be said. */
  readonly effect: "wider" | "narrower" | null;
  /** From 0, in the version where it is; null of what concerns all lines. */
  readonly line: number | null;
  readonly text: string;
}

type Form = { readonly kind: "grant"; readonly form: GrantForm } | { readonly kind: "limit"; readonly form: LimitForm };

export function diffGrants(before: GrantForm, after: GrantForm, names: Names): readonly Change[] {
  const to = [principalName(before.to, names), principalName(after.to, names)] as const;
  return [
    ...replaced(null, before.to === after.to, `It is now for ${to[1]} instead of ${to[0]}.`),
    ...connectionChange(before, after, names),
    ...validityChange(before, after, names),
    ...noteChange(before, after),
    ...lineChanges({ kind: "grant", form: before }, { kind: "grant", form: after }, names),
  ];
}

export function diffLimits(before: LimitForm, after: LimitForm, names: Names): readonly Change[] {
  const on = [before.on ?? "project", after.on ?? "project"] as const;
  const [whom, whomNow] = on.map((one) => (one === "project" ? "everyone" : principalName(one, names)));
  const effect = on[0] === "project" ? "wider" : on[1] === "project" ? "narrower" : null;
  return [
    ...replaced(effect, on[0] === on[1], `It now binds ${whomNow} instead of ${whom}.`),
    ...connectionChange(before, after, names),
    ...replaced(
      null,
      before.deny === after.deny,
      after.deny ? "What it names is now refused altogether." : "What it names is now bounded, no longer refused.",
    ),
    ...noteChange(before, after),
    ...lineChanges({ kind: "limit", form: before }, { kind: "limit", form: after }, names),
  ];
}

function replaced(effect: Change["effect"], isSame: boolean, text: string): readonly Change[] {
  return isSame ? [] : [{ kind: "changed", effect, line: null, text }];
}

function connectionChange(
  before: GrantForm | LimitForm,
  after: GrantForm | LimitForm,
  names: Names,
): readonly Change[] {
  const isSame = before.connection === after.connection && before.credential === after.credential;
  const text = `It is now about ${connectionName(after, names)} instead of ${connectionName(before, names)}.`;
  return replaced(null, isSame, text);
}

function noteChange(before: GrantForm | LimitForm, after: GrantForm | LimitForm): readonly Change[] {
  return replaced(null, before.note === after.note, "The note is another one.");
}

function validityChange(before: GrantForm, after: GrantForm, names: Names): readonly Change[] {
  const [from, until] = [msOf(before.from, -Infinity), msOf(before.until, Infinity)];
  const [fromNow, untilNow] = [msOf(after.from, -Infinity), msOf(after.until, Infinity)];
  const effect =
    fromNow <= from && untilNow >= until ? "wider" : fromNow >= from && untilNow <= until ? "narrower" : null;
  const words = (form: GrantForm): string => validityWords(form, names).join(", ") || "without end";
  const text = `It now holds ${words(after)} instead of ${words(before)}.`;
  return replaced(effect, from === fromNow && until === untilNow, text);
}

function msOf(moment: string | undefined, otherwise: number): number {
  return moment === undefined ? otherwise : Date.parse(moment);
}

function lineChanges(before: Form, after: Form, names: Names): readonly Change[] {
  const pairs = pairLines(before.form.lines, after.form.lines);
  const bounds = after.kind === "limit";
  const words = [sentencesOf(before, names), sentencesOf(after, names)] as const;
  return pairs.flatMap(([from, to]): readonly Change[] => {
    if (from === null) {
      const effect = bounds ? "narrower" : "wider";
      return [{ kind: "added", effect, line: to, text: words[1][to!]! }];
    }
    if (to === null)
      return [{ kind: "removed", effect: bounds ? "wider" : "narrower", line: from, text: words[0][from]! }];
    const denies = after.kind === "limit" && after.form.deny;
    return changesOf(before.form.lines[from]!, after.form.lines[to]!, names).map(({ kind, text, effect, of }) => ({
      kind,
      line: to,
      text,
      // What a limit bounds more of is narrower; so is what it refuses more of.
      effect: (of === "actions" && bounds) || (of === "conditions" && denies) ? opposite(effect) : effect,
    }));
  });
}

function sentencesOf({ kind, form }: Form, names: Names): readonly string[] {
  return kind === "grant" ? grantSentences(form, names) : limitSentences(form, names);
}

function opposite(effect: Change["effect"]): Change["effect"] {
  return effect === null ? null : effect === "wider" ? "narrower" : "wider";
}

type Pair = readonly [from: number | null, to: number | null];

/** Lines that are the same, then those with the same actions, then those at the same place; what is left came or went. */
function pairLines(before: readonly GrantLine[], after: readonly GrantLine[]): readonly Pair[] {
  const [left, right] = [new Set(before.keys()), new Set(after.keys())];
  const pairs: Pair[] = [];
  const pair = (alike: (from: number, to: number) => boolean): void => {
    for (const from of left) {
      const to = [...right].find((one) => alike(from, one));
      if (to === undefined) continue;
      left.delete(from);
      right.delete(to);
      pairs.push([from, to]);
    }
  };
  pair((from, to) => keyOf(before[from]!) === keyOf(after[to]!));
  pair((from, to) => actionsOf(before[from]!) === actionsOf(after[to]!));
  pair((from, to) => from === to);
  for (const from of left) pairs.push([from, null]);
  for (const to of right) pairs.push([null, to]);
  return pairs.toSorted((a, b) => (a[1] ?? a[0] ?? 0) - (b[1] ?? b[0] ?? 0));
}

function actionsOf(line: GrantLine): string {
  return canonicalJson(line.actions.toSorted());
}

function keyOf(part: object): string {
  return canonicalJson(plainArguments({ ...part }));
}

interface LineChange {
  readonly kind: Change["kind"];
  /** Of a grant's line. */
  readonly effect: Change["effect"];
  readonly of: "actions" | "conditions" | "caps";
  readonly text: string;
}

function changesOf(before: GrantLine, after: GrantLine, names: Names): readonly LineChange[] {
  return [
    ...actionChanges(before.actions, after.actions, names),
    ...conditionChanges(before.when, after.when),
    ...capChanges(
      before.rate,
      after.rate,
      ({ per }) => per,
      ({ times }) => times,
      rateWords,
    ),
    ...moneyChanges(before.money, after.money),
    ...approvalChanges(before.approval, after.approval, names),
  ];
}

/** A pattern that others cover anyway makes nothing wider or narrower. */
function actionChanges(before: readonly string[], after: readonly string[], names: Names): readonly LineChange[] {
  const change = (pattern: string, kind: "added" | "removed", others: readonly string[]): LineChange => {
    const isCovered = others.some((other) => coversPattern(other, pattern));
    const effect = isCovered ? null : kind === "added" ? "wider" : "narrower";
    const text = `${kind === "added" ? "Now also: " : "No longer: "}${actionName(pattern, names)}.`;
    return { kind, effect, of: "actions", text };
  };
  return [
    ...after.filter((one) => !before.includes(one)).map((one) => change(one, "added", before)),
    ...before.filter((one) => !after.includes(one)).map((one) => change(one, "removed", after)),
  ];
}

function coversPattern(pattern: string, other: string): boolean {
  if (pattern === "*" || pattern === other) return true;
  return pattern.endsWith(".*") && other.startsWith(pattern.slice(0, -1));
}

function kindOf(condition: Condition): string {
  return Object.keys(condition).find((name) => name !== "field" && name !== "ifGiven") ?? "";
}

function conditionChanges(before: readonly Condition[], after: readonly Condition[]): readonly LineChange[] {
  const same = new Set(before.map(keyOf));
  const sameNow = new Set(after.map(keyOf));
  const gone = before.filter((one) => !sameNow.has(keyOf(one)));
  const come = after.filter((one) => !same.has(keyOf(one)));
  const changes: LineChange[] = [];
  for (const now of come) {
    const at = gone.findIndex((one) => one.field === now.field && kindOf(one) === kindOf(now));
    const was = at === -1 ? undefined : gone.splice(at, 1)[0];
    const text = `${fieldWords(now)} ${conditionWords(now)}`;
    if (was === undefined) {
      changes.push({ kind: "added", effect: "any" in now ? null : "narrower", of: "conditions", text: `Now ${text}.` });
    } else {
      const instead = `Now ${text}; before, it ${conditionWords(was)}${"ifGiven" in was ? ", where given" : ""}.`;
      changes.push({ kind: "changed", effect: compareConditions(was, now), of: "conditions", text: instead });
    }
  }
  for (const was of gone) {
    const text = `No longer: ${fieldWords(was)} ${conditionWords(was)}.`;
    changes.push({ kind: "removed", effect: "any" in was ? null : "wider", of: "conditions", text });
  }
  return changes;
}

function fieldWords(condition: Condition): string {
  return `${condition.field}${"ifGiven" in condition ? ", where given," : ""}`;
}

function capChanges<Cap>(
  before: readonly Cap[],
  after: readonly Cap[],
  nameOf: (cap: Cap) => string,
  amountOf: (cap: Cap) => number,
  words: (cap: Cap) => string,
): readonly LineChange[] {
  const [was, now] = [strictestOf(before, nameOf, amountOf), strictestOf(after, nameOf, amountOf)];
  const changes: LineChange[] = [];
  for (const [name, cap] of now) {
    const old = was.get(name);
    if (old === undefined) {
      changes.push({ kind: "added", effect: "narrower", of: "caps", text: `Now ${words(cap)}.` });
    } else if (amountOf(old) !== amountOf(cap)) {
      const effect = amountOf(cap) > amountOf(old) ? "wider" : "narrower";
      changes.push({ kind: "changed", effect, of: "caps", text: `Now ${words(cap)}; before, ${words(old)}.` });
    }
  }
  for (const [name, cap] of was) {
    if (!now.has(name))
      changes.push({ kind: "removed", effect: "wider", of: "caps", text: `No longer: ${words(cap)}.` });
  }
  return changes;
}

/** Where money is capped, what costs another currency is refused: a cap in a further one may let more through. */
function moneyChanges(before: GrantLine["money"], after: GrantLine["money"]): readonly LineChange[] {
  const changes = capChanges(
    before,
    after,
    ({ per, currency }) => `${per} ${currency}`,
    ({ amount }) => amount,
    moneyWords,
  );
  const [was, now] = [before, after].map((caps) => new Set(caps.map(({ currency }) => currency)));
  const isDecidable = was!.size === 0 || now!.size === 0 || was!.symmetricDifference(now!).size === 0;
  return isDecidable ? changes : changes.map((change) => ({ ...change, effect: null }));
}

/** As `compileGrant` has it: of several for one period the lowest counts. */
function strictestOf<Cap>(
  caps: readonly Cap[],
  nameOf: (cap: Cap) => string,
  amountOf: (cap: Cap) => number,
): ReadonlyMap<string, Cap> {
  const strictest = new Map<string, Cap>();
  for (const cap of caps) {
    const other = strictest.get(nameOf(cap));
    if (other === undefined || amountOf(cap) < amountOf(other)) strictest.set(nameOf(cap), cap);
  }
  return strictest;
}

function approvalChanges(
  before: GrantLine["approval"],
  after: GrantLine["approval"],
  names: Names,
): readonly LineChange[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined)
    return [{ kind: "added", effect: "narrower", of: "caps", text: `Now ${approvalWords(after!, names)}.` }];
  if (after === undefined)
    return [{ kind: "removed", effect: "wider", of: "caps", text: `No longer: ${approvalWords(before, names)}.` }];
  if (keyOf(before) === keyOf(after)) return [];
  const text = `Now ${approvalWords(after, names)}; before, ${approvalWords(before, names)}.`;
  return [{ kind: "changed", effect: approvalEffect(before, after), of: "caps", text }];
}

/** Decidable where only a threshold or a quorum is another one. */
function approvalEffect(
  before: NonNullable<GrantLine["approval"]>,
  after: NonNullable<GrantLine["approval"]>,
): Change["effect"] {
  const [{ above = 0, quorum }, { above: aboveNow = 0, quorum: quorumNow }] = [before, after];
  const leveled = { ...after, quorum, ...(before.above === undefined ? {} : { above }) };
  if (keyOf(before) !== keyOf(leveled)) return null;
  const signs = [Math.sign(aboveNow - above), Math.sign(quorum - quorumNow)];
  if (signs.includes(1)) return signs.includes(-1) ? null : "wider";
  return signs.includes(-1) ? "narrower" : null;
}
