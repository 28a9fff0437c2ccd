/** Everything that is in force in a project, arranged so that a decision looks at few lines of many. */
import type { ActionClass } from "@steward/sdk";
import type { CompiledGrant, CompiledLimit, CompiledLine } from "./compile-grant.ts";
import type { ConnectionRef, PolicyRequest } from "./decision.ts";

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
interface Shelf<Entry> {
  readonly named: Map<string, Entry[]>;
  readonly loose: Entry[];
}

export interface Policy {
  readonly grants: ReadonlyMap<string, Shelf<GrantEntry>>;
  readonly limits: ReadonlyMap<string, Shelf<LimitEntry>>;
  /** By age. */
  readonly allGrants: readonly CompiledGrant[];
}

const EVERYONE = "*";
const ANYTHING = "*";

/** Built once for each version of a project's policy; the order in which grants and limits are given is of no account. */
export function arrangePolicy(grants: readonly CompiledGrant[], limits: readonly CompiledLimit[]): Policy {
  const allGrants = grants.toSorted(byAge);
  const arrangedGrants = new Map<string, Shelf<GrantEntry>>();
  const arrangedLimits = new Map<string, Shelf<LimitEntry>>();
  let order = 0;
  for (const grant of allGrants) {
    const key = keyOf(grant.to, grant.connection);
    for (const line of grant.lines) place(arrangedGrants, key, { grant, line, order: order++ });
  }
  for (const limit of limits.toSorted((a, b) => byLevel(a) - byLevel(b) || byAge(a, b))) {
    const key = keyOf(limit.on ?? EVERYONE, limit.connection);
    for (const line of limit.lines) place(arrangedLimits, key, { limit, line, order: order++ });
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

function place<Entry extends { readonly line: CompiledLine }>(
  shelves: Map<string, Shelf<Entry>>,
  key: string,
  entry: Entry,
): void {
  let shelf = shelves.get(key);
  if (!shelf) shelves.set(key, (shelf = { named: new Map(), loose: [] }));
  const { named } = entry.line;
  if (named === null) {
    shelf.loose.push(entry);
    return;
  }
  for (const action of new Set(named)) {
    const entries = shelf.named.get(action);
    if (entries) entries.push(entry);
    else shelf.named.set(action, [entry]);
  }
}

/** Lines of grants whose principal, connection and action are the request's: those of each principal, by age. */
export function grantsFor(policy: Policy, request: PolicyRequest): readonly (readonly GrantEntry[])[] {
  const { connection } = request;
  if (connection === null) return [];
  return [...new Set(request.principals)].flatMap((principal) =>
    matching(policy.grants.get(keyOf(principal, connection)), request.action, request.class),
  );
}

/** Lines of limits that bind the request and name its action, those of the organization first, by age. */
export function limitsFor(policy: Policy, request: PolicyRequest): readonly LimitEntry[] {
  if (policy.limits.size === 0) return [];
  const found: LimitEntry[] = [];
  for (const principal of new Set([EVERYONE, ...request.principals, ...(request.boundAs ?? [])])) {
    for (const connection of request.connection === null ? [null] : [null, request.connection]) {
      const shelf = policy.limits.get(keyOf(principal, connection));
      for (const entries of matching(shelf, request.action, request.class)) found.push(...entries);
    }
  }
  return found.length > 1 ? found.toSorted((a, b) => a.order - b.order) : found;
}

/** In lists, so that those which name the action need not be copied. */
function matching<Entry extends { readonly line: CompiledLine }>(
  shelf: Shelf<Entry> | undefined,
  action: string,
  actionClass: ActionClass,
): readonly (readonly Entry[])[] {
  if (!shelf) return [];
  return [shelf.named.get(action) ?? [], shelf.loose.filter(({ line }) => line.covers(action, actionClass))];
}
