import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { readHosts } from "./read-hosts.ts";
import { type PathReadings, readPath } from "./read-path.ts";

/** Lists, objects and members on the way to a field that is to be judged at all. */
const VISITS_MAX = 10_000;

/** What a field path leads to. Texts are parsed once, however many lines ask. */
export class FieldValues {
  /** Every value there, lists taken apart at all depths. */
  readonly members: readonly Json[];
  /** Somewhere on the way it is left out, null or an empty list. */
  readonly missing: boolean;
  /** Something on the way is no object, or there are too many members: nobody can say what the field holds. */
  readonly broken: boolean;
  #hosts: readonly (readonly string[] | null)[] | null = null;
  #paths: readonly (PathReadings | null)[] | null = null;

  constructor({ members, missing, broken }: Pick<FieldValues, "members" | "missing" | "broken">) {
    this.members = members;
    this.missing = missing;
    this.broken = broken;
  }

  /** Of each member the hosts that it goes to; null where it can't be read. */
  get hosts(): readonly (readonly string[] | null)[] {
    return (this.#hosts ??= this.members.map((value) => (typeof value === "string" ? readHosts(value) : null)));
  }

  /** Of each member its path; null where it can't be read. */
  get paths(): readonly (PathReadings | null)[] {
    return (this.#paths ??= this.members.map((value) => (typeof value === "string" ? readPath(value) : null)));
  }
}

/** One effect's arguments, read by field path; each field is resolved once. */
export class ArgumentValues {
  readonly #root: JsonObject;
  readonly #fields = new Map<string, FieldValues>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  at(field: string): FieldValues {
    const known = this.#fields.get(field);
    if (known) return known;
    const values = new FieldValues(resolve(this.#root, field.split(".")));
    this.#fields.set(field, values);
    return values;
  }
}

/** Only fields that the arguments have themselves: no prototype's. */
function resolve(root: JsonObject, path: readonly string[]): Pick<FieldValues, "members" | "missing" | "broken"> {
  const found = { members: [] as Json[], missing: false, broken: false, left: VISITS_MAX };
  const visit = (value: Json | undefined, depth: number): void => {
    if (value === undefined || value === null) found.missing = true;
    else if (found.left-- <= 0) found.broken = true;
    else if (Array.isArray(value)) {
      if (value.length === 0) found.missing = true;
      for (let at = 0; at < value.length && !found.broken; at++) visit(value[at], depth);
    } else if (depth === path.length) found.members.push(value);
    else if (isJsonObject(value)) {
      const name = path[depth]!;
      visit(Object.hasOwn(value, name) ? value[name] : undefined, depth + 1);
    } else found.broken = true;
  };
  visit(root, 0);
  return found;
}
