import type { Project, ProjectPermission } from "@steward/sdk";
import { parseId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findPresentMember, type MemberRow, readStandings } from "../store/members.ts";
import { findProjectOfMember, type ProjectOfMember } from "../store/projects.ts";
import { permissionsNow } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import type { Permissions } from "./permissions-of.ts";
import { lacking, noProject } from "./refusals.ts";
import { showRole } from "./role-ref.ts";
import { showProject } from "./show-project.ts";

/** A project as one caller sees it. */
export interface EnteredProject {
  readonly row: ProjectOfMember;
  /** What the caller may do in it, and in the organization as a whole. */
  readonly own: Permissions;
  readonly shown: Project;
}

/**
 * A project that the path names beneath its organization, once the caller may do there what they ask. In the
 * organization's scope. Throws `not_found` for whoever sees nothing in it, `forbidden`.
 */
export async function enterProject(
  parts: Pick<PeopleParts, "dispatch">,
  tx: Transaction,
  actor: Actor,
  organization: string,
  { project, needs }: { readonly project: string; readonly needs: ProjectPermission },
): Promise<EnteredProject> {
  const id = parseId("prj", project);
  const row = id === null ? null : await findProjectOfMember(tx, organization, actor.member, id);
  if (row === null) throw noProject();
  const own = await permissionsNow(parts, actor, await readStandings(tx, organization, actor.member), row.id);
  if (!mayLookInto(row, own)) throw noProject();
  if (!own.has(needs)) throw lacking(needs, actor.shownId);
  const member = await findPresentMember(tx, organization, actor.member);
  return { row, own, shown: showProject(row, roleIn(actor, member, row), own) };
}

/** Whoever sees nothing in a project doesn't see that it is there; a deleted one is seen by those who may bring it back. */
export function mayLookInto(row: Pick<ProjectOfMember, "deletedAt">, own: Permissions): boolean {
  return own.has("project.read") && (row.deletedAt === null || own.has("project.delete"));
}

/** What the caller is in a project, as the API names it. */
export function roleIn(actor: Pick<Actor, "kind">, member: MemberRow | null, row: ProjectOfMember): string {
  if (actor.kind === "support") return "support";
  if (row.projectRole === "none" || member === null) return "none";
  return showRole(row.projectRole === null ? member : { role: row.projectRole, customRole: row.projectCustomRole });
}
