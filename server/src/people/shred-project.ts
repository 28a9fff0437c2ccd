import type { Table } from "../catalogue/declare.ts";
import { TABLES } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { setProjectShredded } from "../store/projects.ts";
import { actInProject } from "./act-in-project.ts";
import { endShredding } from "./end-shredding.ts";
import { isoTime } from "./iso-time.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { invalidField } from "./refusals.ts";

/**
 * Destroys a deleted project's keys, for good: what was sealed with them (`gone`, as `table.column`) is unreadable in the
 * database, on the volume and in every backup. The audit has `project.shredding` before the first key goes, and
 * `project.shredded` when all is done: once the former stands nothing brings the project back, and what the end of this
 * process leaves is destroyed at the next start (`shredAgain`) or by asking again. May be repeated. Throws `conflict` for
 * one that is not deleted, `value_invalid` unless its slug is typed.
 */
export async function shredProject(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  project: string,
  { slug }: { readonly slug: string },
): Promise<{ readonly id: string; readonly shreddedAt: string; readonly gone: string[] }> {
  const place = { organization, project };
  const { id, result } = await actInProject(parts, place, actor, "shredProject", async ({ tx, nowMs, row, shown }) => {
    if (row.deletedAt === null) throw new AppError("conflict", "Delete the project first: shredding can't be undone.");
    if (slug !== row.slug) throw invalidField("slug", "type the slug of the project whose keys are to be destroyed");
    await tx.query(setProjectShredded(row.id, nowMs));
    return {
      result: { id: row.id, result: { id: shown.id, shreddedAt: isoTime(nowMs), gone: sealedColumns() } },
      acts: [{ action: "project.shredding", target: shown.id }],
    };
  });
  await parts.people.keyring.shredProject({ organization, project: id });
  await endShredding(parts, { organization, project: id }, actor.shownId);
  return result;
}

/** What the catalogue declares as sealed, with the keys of a run or of the project. */
function sealedColumns(): string[] {
  return Object.values<Table>(TABLES).flatMap(({ name, scope, columns }) =>
    Object.entries(columns).flatMap(([column, { sealed }]) =>
      scope !== "project" || sealed === null ? [] : [`${name}.${column}`],
    ),
  );
}
