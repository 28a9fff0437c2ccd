import type { Permission } from "@steward/sdk";
import { parseId, showId } from "../core/id.ts";
import { readStandings } from "../store/members.ts";
import { type NamedRow, readKeyNames, readNames } from "../store/names.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { permissionsByStanding } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import type { Permissions } from "./permissions-of.ts";

type Kind = NamedRow["kind"] | "key";

/** Of one answer; what is beyond stays an id. */
const REFS_MAX = 1000;
const REF = /\b(?:mem|acc|prj|rol|key)_[0-9a-z]{26}\b/g;
/** What it takes to be told a name: in the organization, or in the project that it belongs to. */
const NEEDS = {
  mem: "member.read",
  acc: "member.read",
  rol: "organization.read",
  prj: "project.read",
  key: "key.read",
} as const satisfies Record<Kind, Permission>;

/**
 * The names of the members, accounts, projects, roles and keys whose ids stand in the texts, by those ids: of this
 * organization, and what the caller may see of it. Two statements, however many there are.
 */
export async function nameRefs(
  parts: Pick<PeopleParts, "database" | "dispatch">,
  actor: Actor & { readonly permissions: Permissions },
  organization: string,
  texts: Iterable<string>,
): Promise<Readonly<Record<string, string>>> {
  const ids = refsIn(texts);
  if (Object.values(ids).every((some) => some.length === 0)) return {};
  const keys = ids.key.length === 0 ? [] : await readKeyNames(parts.dispatch, organization, ids.key);
  return await inScope(parts.database, organizationScope(organization), async (tx) => {
    const mayIn = await permissionsByStanding(parts, actor, await readStandings(tx, organization, actor.member));
    const rows = await readNames(tx, organization, ids);
    const seen = [
      ...rows.filter(({ kind, id }) => (kind === "prj" ? mayIn(id) : actor.permissions).has(NEEDS[kind])),
      ...keys.filter(({ project }) => mayIn(project).has(NEEDS.key)).map((one) => ({ ...one, kind: "key" as const })),
    ];
    return Object.fromEntries(seen.map(({ kind, id, name }) => [showId(kind, id), name]));
  });
}

function refsIn(texts: Iterable<string>): Record<Kind, string[]> {
  const ids: Record<Kind, string[]> = { mem: [], acc: [], prj: [], rol: [], key: [] };
  const refs = new Set<string>();
  for (const text of texts) for (const [ref] of text.matchAll(REF)) if (refs.size < REFS_MAX) refs.add(ref);
  for (const ref of refs)
    for (const kind of ["mem", "acc", "prj", "rol", "key"] as const) {
      const id = parseId(kind, ref);
      if (id !== null) ids[kind].push(id);
    }
  return ids;
}
