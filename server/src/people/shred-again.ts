import { SealError } from "../keyring/seal-error.ts";
import { listShreddedProjects, type ShreddedProject } from "../store/projects.ts";
import { endShredding } from "./end-shredding.ts";
import { hasKeys } from "./has-keys.ts";
import type { PeopleParts } from "./people-parts.ts";

/** At a time. */
const PAGE = 1000;

export interface ShredAgainParts extends Pick<PeopleParts, "database" | "dispatch" | "clock" | "changes" | "people"> {
  readonly log: (message: string, error?: unknown) => void;
}

/**
 * Destroys key files of shredded projects that are there: the end of a process left them, or somebody has put them back
 * from a copy of the home made before. Gives how many there were. And ends every shredding that was cut off, in the audit
 * too; one that can't be ended now is left for the next turn. For each start, before anything is opened. Throws `SealError`
 * `tampered` for a file of another organization.
 */
export async function shredAgain(parts: ShredAgainParts): Promise<number> {
  let found = 0;
  for await (const one of shreddedProjects(parts, false)) {
    const putBack = await mayHaveKeys(parts, one.organization, one.project);
    if (putBack) {
      await parts.people.keyring.shredProject({ organization: one.organization, project: one.project });
      found++;
    }
    if (putBack || !one.ended) await endOrLeave(parts, one, putBack && one.ended ? { putBack } : {});
  }
  return found;
}

/** Ends shreddings whose keys are gone and that were cut off after; gives how many. For turns. */
export async function endShreddings(parts: ShredAgainParts): Promise<number> {
  let ended = 0;
  for await (const one of shreddedProjects(parts, true)) {
    if (await mayHaveKeys(parts, one.organization, one.project)) continue;
    await endOrLeave(parts, one, {});
    ended++;
  }
  return ended;
}

async function* shreddedProjects(
  { dispatch }: Pick<PeopleParts, "dispatch">,
  onlyOpen: boolean,
): AsyncGenerator<ShreddedProject> {
  for (let after: string | null = null; ;) {
    const page = await listShreddedProjects(dispatch, { after, onlyOpen, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.project;
  }
}

async function endOrLeave(
  parts: ShredAgainParts,
  { organization, project }: ShreddedProject,
  facts: Readonly<Record<string, boolean>>,
): Promise<void> {
  try {
    await endShredding(parts, { organization, project }, "system", facts);
  } catch (error) {
    parts.log(`the shredding of the project ${project} is not ended`, error);
  }
}

/** There may be a key in what can't be read. */
async function mayHaveKeys(...[parts, organization, project]: Parameters<typeof hasKeys>): Promise<boolean> {
  try {
    return await hasKeys(parts, organization, project);
  } catch (error) {
    if (error instanceof SealError) return true;
    throw error;
  }
}
