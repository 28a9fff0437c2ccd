import { SealError } from "../keyring/seal-error.ts";
import type { PeopleKeyring } from "./people-parts.ts";

/** False once the project's keys were destroyed. */
export async function hasKeys(
  { people: { keyring } }: { readonly people: { readonly keyring: Pick<PeopleKeyring, "project"> } },
  organization: string,
  project: string,
): Promise<boolean> {
  try {
    const keys = await keyring.project(organization, project);
    keys.digest("blob", ""); // the file of destroyed keys is still there, and read: only using one of them tells
    return true;
  } catch (error) {
    if (error instanceof SealError && error.reason === "shredded") return false;
    throw error;
  }
}
