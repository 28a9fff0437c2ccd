/** Everything that is in force in a project, arranged so that a decision looks at few lines of many. */
import type { ArgumentValues } from "./argument-values.ts";
import type { CompiledGrant, CompiledLimit, CompiledLine } from "./compile-grant.ts";
import type { ConnectionRef, PolicyRequest } from "./decision.ts";
import { Drawer } from "./drawer.ts";

export interface GrantEntry {
  readonly grant: CompiledGrant;
  readonly line: CompiledLine;
  /** Its place among all lines by age: the lowest that covers decides. */
  readonly order: number;
}

export interface LimitEntry {
  readonly limit: CompiledLimit;
  readonly line: CompiledLine;
  readonly order: number;
}

/** Lines by the actions that they name; those with patterns apart. */
interface Shelf<Lines> {
  readonly named: Map<string, Lines>;
  readonly loose: Lines;
}

export interface Policy {
  readonly grants: ReadonlyMap<string, Shelf<Drawer<GrantEntry>>>;
  readonly limits: ReadonlyMap<string, Shelf<LimitEntry[]>>;
  /** By age. */
  readonly allGrants: readonly CompiledGrant[];
}

const EVERYONE = "*";
const ANYTHING = "*";

/** Built once for each version of a project's policy; the order in which grants and limits are given is of no account. */
export function arrangePolicy(grants: readonly CompiledGrant[], limits: readonly CompiledLimit[]): Policy {
  const allGrants = grants.toSorted(byAge);
  const arrangedGrants = new Map<string, Shelf<Drawer<GrantEntry>>>();
  const arrangedLimits = new Map<string, Shelf<LimitEntry[]>>();
  let order = 0;
  for (const grant of allGrants) {
    const key = keyOf(grant.to, grant.connection);
    for (const line of grant.lines) {
      const entry = { grant, line, order: order++ };
      for (const drawer of placesOf(arrangedGrants, key, line, () => new Drawer<GrantEntry>())) drawer.add(entry);
    }
  }
  for (const limit of limits.toSorted((a, b) => byLevel(a) - byLevel(b) || byAge(a, b))) {
    const key = keyOf(limit.on ?? EVERYONE, limit.connection);
    for (const line of limit.lines) {
      const entry = { limit, line, order: order++ };
      for (const lines of placesOf(arrangedLimits, key, line, (): LimitEntry[] => [])) lines.push(entry);
    }
  }
  return { grants: arrangedGrants, limits: arrangedLimits, allGrants };
}

function byLevel({ level }: CompiledLimit): number {
  return level === "organization" ? 0 : 1;
}

function byAge(a: CompiledGrant | CompiledLimit, b: CompiledGrant | CompiledLimit): number {
  return a.createdMs - b.createdMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Principals and slugs hold no blank. */
function keyOf(principal: string, connection: ConnectionRef | null): string {
  return `${principal} ${connection === null ? ANYTHING : `${connection.kind}:${connection.slug}`}`;
}

/** Where a line belongs, made where there is nothing yet. */
function placesOf<Lines>(
  shelves: Map<string, Shelf<Lines>>,
  key: string,
  { named }: CompiledLine,
  make: () => Lines,
): readonly Lines[] {
  let shelf = shelves.get(key);
  if (!shelf) shelves.set(key, (shelf = { named: new Map(), loose: make() }));
  if (named === null) return [shelf.loose];
  const found: Lines[] = [];
  for (const action of new Set(named)) {
    let lines = shelf.named.get(action);
    if (!lines) shelf.named.set(action, (lines = make()));
    found.push(lines);
  }
  return found;
}

/**
 * Lines of grants whose principal, connection and action are the request's, but for those of which a condition is known not
 * to hold: in no order, and some of them twice.
 */
export function grantsFor(policy: Policy, request: PolicyRequest, values: ArgumentValues): readonly GrantEntry[] {
  const found: GrantEntry[] = [];
  for (const { named, loose } of shelvesFor(policy, request)) {
    named.get(request.action)?.collect(values, found);
    if (loose.isEmpty) continue;
    const patterned: GrantEntry[] = [];
    loose.collect(values, patterned);
    for (const entry of patterned) if (entry.line.covers(request.action, request.class)) found.push(entry);
  }
  return found;
}

/** Whether a rule for first times is among the lines of grants for the action, whatever their other conditions. */
export function grantsAskFirst(policy: Policy, request: PolicyRequest): boolean {
  return shelvesFor(policy, request).some(
    ({ named, loose }) =>
      (named.get(request.action)?.askFirst.length ?? 0) > 0 ||
      loose.askFirst.some(({ line }) => line.covers(request.action, request.class)),
  );
}

function shelvesFor(policy: Policy, { principals, connection }: PolicyRequest): readonly Shelf<Drawer<GrantEntry>>[] {
  if (connection === null) return [];
  return [...new Set(principals)].flatMap((principal) => policy.grants.get(keyOf(principal, connection)) ?? []);
}

/** Lines of limits that bind the request and name its action, those of the organization first, by age. */
export function limitsFor(policy: Policy, { connection, ...request }: PolicyRequest): readonly LimitEntry[] {
  if (policy.limits.size === 0) return [];
  const found: LimitEntry[] = [];
  for (const principal of new Set([EVERYONE, ...request.principals, ...(request.boundAs ?? [])])) {
    for (const about of connection === null ? [null] : [null, connection]) {
      const shelf = policy.limits.get(keyOf(principal, about));
      if (!shelf) continue;
      found.push(...(shelf.named.get(request.action) ?? []));
      for (const entry of shelf.loose) if (entry.line.covers(request.action, request.class)) found.push(entry);
    }
  }
  return found.length > 1 ? found.toSorted((a, b) => a.order - b.order) : found;
}
