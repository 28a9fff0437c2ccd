import type { Condition } from "@steward/sdk";
import { readDomain } from "./condition.ts";
import { liesWithin, readPath } from "./read-path.ts";

/** Of two conditions of one kind on one field: whether the second lets more through. */
export function compareConditions(was: Condition, now: Condition): "wider" | "narrower" | null {
  const wider = includes(now, was);
  const narrower = includes(was, now);
  return wider === narrower ? null : wider ? "wider" : "narrower";
}

/** Whether all that meets `inner` meets `outer`, as far as the forms themselves say so. */
function includes(outer: Condition, inner: Condition): boolean {
  if ("ifGiven" in inner && !("ifGiven" in outer)) return false;
  if ("domains" in outer && "domains" in inner) return each(inner.domains, outer.domains, domainIncludes);
  if ("prefix" in outer && "prefix" in inner) return each(inner.prefix, outer.prefix, prefixIncludes);
  if ("in" in outer && "in" in inner) return inner.in.every((text) => outer.in.includes(text));
  if ("matches" in outer && "matches" in inner) return inner.matches.every((text) => outer.matches.includes(text));
  if ("max" in outer && "max" in inner) return outer.max >= inner.max;
  return "min" in outer && "min" in inner && outer.min <= inner.min;
}

function each(
  inner: readonly string[],
  outer: readonly string[],
  covering: (outer: string, inner: string) => boolean,
): boolean {
  return inner.every((text) => outer.some((other) => covering(other, text)));
}

function domainIncludes(outer: string, inner: string): boolean {
  const [wide, narrow] = [readDomain(outer), readDomain(inner)];
  if (wide === null || narrow === null) return outer === inner;
  if (!wide.below) return !narrow.below && wide.host === narrow.host;
  return narrow.host.endsWith(`.${wide.host}`) || (narrow.below && narrow.host === wide.host);
}

function prefixIncludes(outer: string, inner: string): boolean {
  const [wide, narrow] = [readPath(outer), readPath(inner)];
  return wide !== null && narrow !== null ? liesWithin(narrow, wide) : outer === inner;
}
