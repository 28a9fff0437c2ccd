import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";

export interface PlaceBelow {
  readonly path: string;
  readonly query: JsonObject;
}

/**
 * Where below `base` a URL leads, as the actions of the connector `http` say it: read, not encoded; null where it leads
 * elsewhere, or where their paths could not say it.
 */
export function placeBelow(base: string, url: string): PlaceBelow | null {
  const [above, target] = [URL.parse(base), URL.parse(url)];
  if (above === null || target === null || above.origin !== target.origin) return null;
  const under = above.pathname.replace(/\/$/, "");
  if (target.pathname !== under && !target.pathname.startsWith(`${under}/`)) return null;
  const path = decoded(target.pathname.slice(under.length) || "/");
  if (path === null) return null;
  const names = [...new Set(target.searchParams.keys())];
  const query = names.map((name): [string, Json] => {
    const values = target.searchParams.getAll(name);
    return [name, values.length === 1 ? values[0]! : values];
  });
  return { path, query: Object.fromEntries(query) };
}

function decoded(path: string): string | null {
  try {
    const parts = path.split("/").map((part) => decodeURIComponent(part));
    return parts.some((part) => /^\.\.?$|[/\\?#]/.test(part)) ? null : parts.join("/");
  } catch {
    return null; // no UTF-8
  }
}

/** The arguments of an action, at another place: what was a number or a truth value there is one here too. */
export function atPlace(given: JsonObject, { path, query }: PlaceBelow): JsonObject {
  const asked = given["query"] ?? null;
  const before = isJsonObject(asked) ? asked : {};
  const typed = Object.entries(query).map(([name, value]): [string, Json] => {
    const old = Object.hasOwn(before, name) ? before[name] : null;
    if (typeof old === "number" && typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value))
      return [name, Number(value)];
    if (typeof old === "boolean" && (value === "true" || value === "false")) return [name, value === "true"];
    return [name, value];
  });
  return { ...given, path, query: Object.fromEntries(typed) };
}
