import type { KeyFiles } from "../core/ports/key-files.ts";
import { parseOrganizationKeyFile, type KeyEpoch } from "./key-file.ts";
import { missingKeys } from "./organization-keys.ts";
import { parseFileOf } from "./project-files.ts";
import type { RotatedClass } from "./rotate-project.ts";

/** An epoch without its key. */
export type EpochFacts = Pick<KeyEpoch, "epoch" | "state" | "createdAt">;

/** The epochs of a project's data keys, from its file. Throws `SealError`, `shredded` when there is none. */
export async function readEpochs(
  files: Pick<KeyFiles, "read">,
  { organization, project }: { readonly organization: string; readonly project: string },
): Promise<Readonly<Record<RotatedClass, readonly EpochFacts[]>>> {
  const name = `projects/${project}` as const;
  const bytes = await files.read(name);
  if (bytes === null) throw missingKeys(name);
  const { keys } = parseFileOf(organization, bytes, name);
  return { content: keys.content.map(factsOf), credential: keys.credential.map(factsOf) };
}

/** The epochs of an organization's key, from its file. Throws `SealError`, `shredded` when there is none. */
export async function readOrganizationEpochs(
  files: Pick<KeyFiles, "read">,
  organization: string,
): Promise<readonly EpochFacts[]> {
  const name = `organizations/${organization}` as const;
  const bytes = await files.read(name);
  if (bytes === null) throw missingKeys(name);
  return parseOrganizationKeyFile(bytes, name).keys.organization.map(factsOf);
}

/** The one that seals now; null when the keys were destroyed. */
export function activeEpoch(epochs: readonly EpochFacts[]): number | null {
  return epochs.find(({ state }) => state === "active")?.epoch ?? null;
}

function factsOf({ epoch, state, createdAt }: KeyEpoch): EpochFacts {
  return { epoch, state, createdAt };
}
