import { type Route, type RouteName, routes } from "@steward/sdk";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own names
const TABLE = Object.entries<Route>(routes) as readonly (readonly [RouteName, Route])[];

/** Routes by method and pattern, as the router writes it: `/v1/flows/:slug`. */
const NAMES: ReadonlyMap<string, RouteName> = new Map(
  TABLE.map(([name, { method, path }]) => [`${method} ${path.replace(/\{(\w+)\}/g, ":$1")}`, name]),
);

/** The table's name of what the router serves there; null of what is not in the table. */
export function routeNameOf(method: string, pattern: string): RouteName | null {
  return NAMES.get(`${method} ${pattern}`) ?? null;
}
