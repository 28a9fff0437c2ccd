/** One condition of a grant or limit, compiled to closed functions over an effect's arguments. */
import type { Condition } from "@steward/sdk";
import { parseAddress } from "../egress/address.ts";
import { normalizeName } from "../egress/host-name.ts";
import type { Json } from "../json.ts";
import type { ArgumentValues, FieldValues } from "./argument-values.ts";
import { compilePattern } from "./pattern.ts";
import { leavesOut, liesWithin, readPath } from "./read-path.ts";

/** What a test says of one member of a field: bits, for a text of several addresses may be several of them. */
type Verdict = number;
const FITS = 1;
const UNFIT = 2;
const UNREADABLE = 4;

/** Why a condition does not hold. `value` is what the field holds: content, for people who may see it. */
export interface Misfit {
  readonly why: "missing" | "unreadable" | "unfit";
  readonly value: Json;
}

export interface CompiledCondition {
  readonly form: Condition;
  /** Whether it says where to: what meets it is as good as a literal in a tainted run. */
  readonly explicit: boolean;
  /** Whether it holds of everything that the field holds. */
  holds(values: ArgumentValues): boolean;
  /** The first thing of which it does not hold; null when it holds. */
  misfit(values: ArgumentValues): Misfit | null;
  /** Whether it holds, or may hold, of anything that the field holds: what a limit refuses altogether. */
  mayName(values: ArgumentValues): boolean;
  /** By what it can be looked up; null when it may hold of anything. */
  readonly keys: ConditionKeys | null;
}

/** Nothing meets the condition whose first member has none of these: `hostKeys` of its first host, or its value as text. */
export interface ConditionKeys {
  readonly by: "host" | "value";
  readonly keys: readonly string[];
}

type Test = (field: FieldValues, at: number) => Verdict;

/** Never throws: a domain, path or pattern that is not well formed matches nothing (`checkGrant` reports it). */
export function compileCondition(form: Condition): CompiledCondition {
  if ("any" in form)
    return { form, explicit: false, keys: null, holds: () => true, misfit: () => null, mayName: () => true };
  const { field, ifGiven = false } = form;
  const test = testOf(form);
  return {
    form,
    explicit: isExplicit(form),
    keys: ifGiven ? null : keysOf(form),
    holds(values) {
      const found = values.at(field);
      if (found.broken || (found.missing && !ifGiven)) return false;
      for (let at = 0; at < found.members.length; at++) if (test(found, at) !== FITS) return false;
      return true;
    },
    misfit(values) {
      const found = values.at(field);
      if (found.broken) return { why: "unreadable", value: null };
      for (const [at, value] of found.members.entries()) {
        const verdict = test(found, at);
        if (verdict !== FITS) return { why: verdict & UNREADABLE ? "unreadable" : "unfit", value };
      }
      return found.missing && !ifGiven ? { why: "missing", value: null } : null;
    },
    mayName(values) {
      const found = values.at(field);
      return found.broken || found.members.some((_, at) => (test(found, at) & (FITS | UNREADABLE)) !== 0);
    },
  };
}

function keysOf(form: Condition): ConditionKeys | null {
  if ("in" in form) return { by: "value", keys: [...new Set(form.in)] };
  if (!("domains" in form)) return null;
  const read = form.domains.map(readDomain).filter((domain) => domain !== null);
  return { by: "host", keys: [...new Set(read.map(({ host, below }) => (below ? `.${host}` : host)))] };
}

/** The host itself, and each name that it lies below with a dot before it. */
export function hostKeys(host: string): readonly string[] {
  const keys = [host];
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) keys.push(host.slice(dot));
  return keys;
}

function testOf(form: Exclude<Condition, { any: true }>): Test {
  if ("domains" in form) return domainTest(form.domains);
  if ("in" in form) return inTest(new Set(form.in));
  if ("prefix" in form) return prefixTest(form.prefix);
  if ("matches" in form) return matchTest(form.matches);
  if ("max" in form) return numberTest((number) => number <= form.max);
  return numberTest((number) => number >= form.min);
}

/** Text is no number, however it is written. */
function numberTest(holds: (number: number) => boolean): Test {
  return ({ members }, at) => {
    const value = members[at];
    if (typeof value !== "number") return UNREADABLE;
    return holds(value) ? FITS : UNFIT;
  };
}

/** Where a domain pattern leads: the normalised host or parent; null when it is not well formed. */
export function readDomain(pattern: string): { readonly host: string; readonly below: boolean } | null {
  const below = pattern.startsWith("*.");
  const text = below ? pattern.slice(2) : pattern;
  const host = normalizeName(text) ?? (below ? null : (parseAddress(text)?.text ?? null));
  return host === null ? null : { host, below };
}

function domainTest(patterns: readonly string[]): Test {
  const read = patterns.map(readDomain).filter((domain) => domain !== null);
  const exact = new Set(read.filter(({ below }) => !below).map(({ host }) => host));
  const parents = read.filter(({ below }) => below).map(({ host }) => `.${host}`);
  const fits = (host: string): boolean => {
    if (exact.has(host)) return true;
    for (const parent of parents) if (host.length > parent.length && host.endsWith(parent)) return true;
    return false;
  };
  return ({ hosts }, at) => {
    const own = hosts[at];
    if (!own) return UNREADABLE;
    let verdict = 0;
    for (const host of own) verdict |= fits(host) ? FITS : UNFIT;
    return verdict;
  };
}

/** Numbers, true and false count as JSON writes them. */
function inTest(allowed: ReadonlySet<string>): Test {
  return ({ members }, at) => {
    const value = members[at];
    if (typeof value === "object") return UNREADABLE;
    return allowed.has(String(value)) ? FITS : UNFIT;
  };
}

function prefixTest(prefixes: readonly string[]): Test {
  const read = prefixes.map(readPath).filter((path) => path !== null);
  return ({ paths }, at) => {
    const path = paths[at];
    if (!path) return UNREADABLE;
    return read.some((prefix) => liesWithin(path, prefix)) ? FITS : UNFIT;
  };
}

function matchTest(sources: readonly string[]): Test {
  const patterns = sources.map(compilePattern);
  return ({ members }, at) => {
    const value = members[at];
    if (typeof value !== "string") return UNREADABLE;
    return patterns.some((pattern) => pattern.matches(value)) ? FITS : UNFIT;
  };
}

/** Domains, a list of values, folders below the root, and patterns that begin with something more than a scheme. */
function isExplicit(form: Condition): boolean {
  if ("domains" in form || "in" in form) return true;
  if ("prefix" in form) return form.prefix.map(readPath).every((prefix) => prefix === null || leavesOut(prefix));
  if (!("matches" in form)) return false;
  return form.matches.every((source) => {
    const head = source.split("*", 1)[0] ?? "";
    return /[\p{L}\p{N}]/u.test(head) && !/^(?:h|ht|htt|https?|https?:|https?:\/|https?:\/\/)$/i.test(head);
  });
}
