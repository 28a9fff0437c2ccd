import type { Database } from "../core/ports/database.ts";
import { listShreddedProjects } from "../store/projects.ts";
import { SealError } from "../keyring/seal-error.ts";
import { hasKeys } from "./has-keys.ts";
import type { PeopleKeyring } from "./people-parts.ts";

/** At a time. */
const PAGE = 1000;

/**
 * Destroys key files of shredded projects that somebody has put back, from a copy of the home made before; gives how
 * many there were. For each start, before anything is opened. Throws `SealError` `tampered` for a file of another organization.
 */
export async function shredAgain({
  dispatch,
  people,
}: {
  readonly dispatch: Database;
  readonly people: { readonly keyring: Pick<PeopleKeyring, "project" | "shredProject"> };
}): Promise<number> {
  let found = 0;
  for (let after: string | null = null; ;) {
    const page = await listShreddedProjects(dispatch, after, PAGE);
    for (const { organization, project } of page) {
      if (!(await mayHaveKeys({ people }, organization, project))) continue;
      await people.keyring.shredProject({ organization, project });
      found++;
    }
    if (page.length < PAGE) return found;
    after = page.at(-1)!.project;
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
