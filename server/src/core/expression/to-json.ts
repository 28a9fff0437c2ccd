import type { Json } from "../json.ts";
import { Failure, type Machine } from "./machine.ts";
import { Instant, isInstant, isList, newObject, type Value } from "./value.ts";

/**
 * The value as JSON, as `JSON.stringify` would write it: NaN and infinities are null, dates are ISO
 * text, undefined is null in a list and left out of an object. What is JSON already is returned
 * itself, not copied. Size and depth are counted against the budget of the result.
 */
export function toJson(machine: Machine, value: Value): Json | undefined {
  return isJson(machine, value, 0) ? value : converted(machine, value, 0);
}

/** Counts the value and says whether it is JSON throughout. */
function isJson(machine: Machine, value: Value, depth: number): value is Json {
  if (value === undefined) return false;
  machine.keep(typeof value === "string" ? value.length + 2 : 4);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  machine.checkDepth(depth);
  if (isInstant(value)) return false;
  if (isList(value)) {
    for (let index = 0; index < value.length; index++) {
      if (!isJson(machine, value[index], depth + 1)) return false;
    }
    return true;
  }
  const keys = Object.keys(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    machine.keep(key.length + 4);
    if (!isJson(machine, value[key], depth + 1)) return false;
  }
  return true;
}

function converted(machine: Machine, value: Value, depth: number): Json | undefined {
  if (value === undefined) return undefined;
  machine.keep(typeof value === "string" ? value.length + 2 : 4);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  machine.checkDepth(depth);
  if (isInstant(value)) return isoText(value);
  if (isList(value)) {
    const list: Json[] = [];
    for (let index = 0; index < value.length; index++)
      list[index] = converted(machine, value[index], depth + 1) ?? null;
    return list;
  }
  const object = newObject<Json>();
  const keys = Object.keys(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    machine.keep(key.length + 4);
    const json = converted(machine, value[key], depth + 1);
    if (json !== undefined) object[key] = json;
  }
  return object;
}

/** The ISO 8601 text of a date in UTC, or null when it is not a date. */
export function isoText(instant: Instant): string | null {
  const ms = Instant.ms(instant);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** The milliseconds of a date that must be one. */
export function validMs(instant: Instant): number {
  const ms = Instant.ms(instant);
  if (Number.isNaN(ms)) throw new Failure("this is not a valid date; give ISO 8601 text or milliseconds");
  return ms;
}
