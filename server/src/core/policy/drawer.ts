import type { ArgumentValues } from "./argument-values.ts";
import type { CompiledLine } from "./compile-grant.ts";
import { type ConditionKeys, hostKeys } from "./condition.ts";

/** A line with more is looked at each time: it bounds what a drawer keeps, and such a line leaves out little. */
const KEYS_MAX = 50;

/** By field, then by key. */
type Keyed<Entry> = Map<string, Map<string, Entry[]>>;

/**
 * Lines of grants, arranged by what they demand of a field, so that a decision looks at those alone that may cover it: of
 * a thousand lines with a domain each, at one. Every condition of what is found is judged all the same.
 */
export class Drawer<Entry extends { readonly line: CompiledLine }> {
  /** Those whose approval rule asks whether it is the first time. */
  readonly askFirst: Entry[] = [];
  readonly #hosts: Keyed<Entry> = new Map();
  readonly #values: Keyed<Entry> = new Map();
  readonly #others: Entry[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  add(entry: Entry): void {
    this.#size++;
    if (entry.line.approval?.when === "first") this.askFirst.push(entry);
    const demand = fewestKeys(entry.line);
    if (demand === null) {
      this.#others.push(entry);
      return;
    }
    const keyed = demand.by === "host" ? this.#hosts : this.#values;
    let entries = keyed.get(demand.field);
    if (!entries) keyed.set(demand.field, (entries = new Map()));
    for (const key of demand.keys) {
      const alike = entries.get(key);
      if (alike) alike.push(entry);
      else entries.set(key, [entry]);
    }
  }

  /** Adds to `found` those that may hold, in no order; one that may for two reasons is there twice. */
  collect(values: ArgumentValues, found: Entry[]): void {
    for (const entry of this.#others) found.push(entry);
    for (const [field, entries] of this.#hosts) {
      const host = values.at(field).hosts[0]?.[0];
      if (host !== undefined) for (const key of hostKeys(host)) take(entries, key, found);
    }
    for (const [field, entries] of this.#values) {
      const value = values.at(field).members[0];
      if (value !== undefined && typeof value !== "object") take(entries, String(value), found);
    }
  }
}

function take<Entry>(entries: ReadonlyMap<string, readonly Entry[]>, key: string, found: Entry[]): void {
  for (const entry of entries.get(key) ?? []) found.push(entry);
}

function fewestKeys(line: CompiledLine): (ConditionKeys & { readonly field: string }) | null {
  let fewest: (ConditionKeys & { readonly field: string }) | null = null;
  for (const { keys, form } of line.conditions) {
    if (keys === null || keys.keys.length > KEYS_MAX) continue;
    if (fewest === null || keys.keys.length < fewest.keys.length) fewest = { ...keys, field: form.field };
  }
  return fewest;
}
