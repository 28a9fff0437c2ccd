import type { PeopleParts } from "./people-parts.ts";
import { invalidField } from "./refusals.ts";

/**
 * Throws `value_invalid` for a label that no store or worker of this installation has, and for one where its data would
 * not be: database and blobs lie in one region (PROMISES B7).
 */
export function checkRegion({ people }: Pick<PeopleParts, "people">, region: string | null): void {
  const { regions, storeRegion } = people;
  if (region === null || region === storeRegion) return;
  if (regions.includes(region))
    throw invalidField(
      "region",
      `this installation keeps its data in ${storeRegion}, so nothing can be pinned to ${region}`,
    );
  const known = storeRegion === null ? "none is set up here" : `use ${storeRegion}`;
  throw invalidField("region", `there is no region of this label: ${known}`);
}
