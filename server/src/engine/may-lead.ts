import type { EngineParts } from "./engine-parts.ts";
import type { Project } from "./projects.ts";

/** Whether this worker stands where the project's runs may be led (PROMISES B7), as far as it has heard; the flush asks again. */
export function mayLead({ place }: Pick<EngineParts, "place">, { region }: Pick<Project, "region">): boolean {
  return region === null || region === place?.region;
}
