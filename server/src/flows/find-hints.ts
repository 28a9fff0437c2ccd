/** What a published version can't do yet, for want of a connection or a grant: the gate would refuse it. */
import { GrantForm } from "@steward/sdk";
import { knownActions } from "../core/actions/known-actions.ts";
import { ANY_NAME, usesOf } from "../core/flow/uses-of.ts";
import { showId } from "../core/id.ts";
import { isFor, mayCover } from "../core/policy/left-uncovered.ts";
import { principalOf } from "../core/policy/principal-of.ts";
import type { Version } from "../engine/versions.ts";
import { readConnectionsBySlug } from "../store/connection-refs.ts";
import { listStandingOn } from "../store/grants.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";

const ANY_CLASS = ["read", "write", "delete"] as const;
const HINTS_MAX = 50;

/** A sentence each. Conditions, rates and what only a run can tell (`me`) are not looked at. */
export async function findHints(
  { database, clock, connectors }: Pick<FlowParts, "database" | "clock" | "connectors">,
  scope: Scope,
  version: Pick<Version, "slug" | "isAgent" | "compiled">,
): Promise<readonly string[]> {
  const principal = principalOf({ flow: version.slug, isAgent: version.isAgent === true });
  const uses = usesOf(version.compiled.file).filter(({ kind, name }) => kind === "connection" && name !== ANY_NAME);
  if (uses.length === 0) return [];
  const known = knownActions((await connectors?.list(scope)) ?? []);
  const classesOf = (action: string) => known.find(action)?.classes ?? ANY_CLASS;
  const names = [...new Set(uses.map(({ name }) => name))];
  return await inScope(database, scope, async (tx) => {
    const rows = new Map((await readConnectionsBySlug(tx, scope.project, names)).map((row) => [row.slug, row]));
    const hints: string[] = [];
    for (const name of names) {
      const actions = uses.filter((use) => use.name === name).map(({ action }) => action);
      const row = rows.get(name);
      if (row === undefined) {
        hints.push(`there is no connection "${name}" yet, which ${actions.join(", ")} is done with`);
        continue;
      }
      const standing = await listStandingOn(tx, scope.project, { connection: row.id });
      const grants = standing.flatMap(({ form }) => GrantForm.safeParse(form).data ?? []);
      const who = { principal, owner: row.owner === null ? null : showId("acc", row.owner) };
      const covers = grants.filter(
        ({ to, until }) => isFor(to, who) && (until === undefined || Date.parse(until) > clock.nowMs()),
      );
      for (const action of actions)
        if (!covers.some((grant) => mayCover(grant, action, classesOf)))
          hints.push(`no grant covers ${action} with the connection "${name}" for ${principal}`);
    }
    return hints.slice(0, HINTS_MAX);
  });
}
