import { SealError } from "../keyring/seal-error.ts";
import type { PeopleParts } from "./people-parts.ts";

/** False once the project's keys were destroyed. */
export async function hasKeys(
  { people: { keyring } }: Pick<PeopleParts, "people">,
  organization: string,
  project: string,
): Promise<boolean> {
  try {
    await keyring.project(organization, project);
    return true;
  } catch (error) {
    if (error instanceof SealError && error.reason === "shredded") return false;
    throw error;
  }
}
