import { PROJECT_NEEDS } from "@steward/sdk";
import { act, type Acting, type Done } from "./act.ts";
import { enterProject, type EnteredProject } from "./enter-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

/**
 * As `act`, for a project that the path names beneath its organization: what the route needs there stands in
 * `PROJECT_NEEDS`, and `own` is what the actor may in it.
 */
export async function actInProject<Result>(
  parts: PeopleParts,
  { organization, project }: { readonly organization: string; readonly project: string },
  actor: Actor,
  route: keyof typeof PROJECT_NEEDS,
  run: (acting: Acting & EnteredProject) => Promise<Done<Result>>,
): Promise<Result> {
  const asked = { route, needs: "organization.read" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const entered = await enterProject(parts, acting.tx, actor, organization, { project, needs: PROJECT_NEEDS[route] });
    const { result, acts } = await run({ ...acting, ...entered });
    return { result, acts: acts.map((one) => ({ ...one, project: entered.row.id })) };
  });
}
