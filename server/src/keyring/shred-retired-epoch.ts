import { AppError } from "../core/errors.ts";
import { formatKeyFile, parseOrganizationKeyFile, shredEpoch, type KeyEpoch } from "./key-file.ts";
import { reloadEverywhere, type KeyTools } from "./key-tools.ts";
import { organizationKeyName } from "./organization-keys.ts";
import { parseFileOf, projectFilesOf, type ProjectFiles } from "./project-files.ts";
import type { RotatedClass } from "./rotate-project.ts";
import { updateKeyFile } from "./update-key-file.ts";

/**
 * Destroys a project's epoch that was rotated away; what is still sealed under it is lost, so the caller vouches that
 * everything was resealed. `conflict` when the epoch is not retired. May be repeated.
 */
export async function shredRetiredEpoch(
  tools: KeyTools,
  of: { readonly organization: string; readonly project: string; readonly class: RotatedClass; readonly epoch: number },
): Promise<void> {
  const { organization, project } = of;
  const name = `projects/${project}` as const;
  await tools.lock(async () => {
    await updateKeyFile(tools.files, name, (bytes) => {
      const file = parseFileOf(organization, bytes, name);
      const epochs = withoutRetired(file.keys[of.class], of.epoch, name);
      return epochs === null ? null : formatKeyFile({ ...file, keys: { ...file.keys, [of.class]: epochs } });
    });
    await tools.files.sweep(name);
  });
  await reloadEverywhere(tools, { organization, project });
}

/**
 * Destroys an organization's epoch that was rotated away. `conflict` when it is not retired, when a project's keys are
 * still wrapped with it, or when a project's key file can't be read and so may be. May be repeated.
 */
export async function shredRetiredOrganizationEpoch(
  tools: KeyTools,
  { organization, epoch }: { readonly organization: string; readonly epoch: number },
): Promise<void> {
  const name = `organizations/${organization}` as const;
  await tools.lock(async () => {
    await requireNoUser(tools, { organization, epoch });
    await updateKeyFile(tools.files, name, (bytes) => {
      const file = parseOrganizationKeyFile(bytes, name);
      const epochs = withoutRetired(file.keys.organization, epoch, name);
      return epochs === null ? null : formatKeyFile({ ...file, keys: { organization: epochs } });
    });
    await tools.files.sweep(name);
  });
  await reloadEverywhere(tools, { organization });
}

/** Throws `conflict` while a project's keys are, or may be, wrapped with the organization's epoch. */
export async function requireNoUser(
  { files }: Pick<KeyTools, "files">,
  { organization, epoch }: { readonly organization: string; readonly epoch: number },
): Promise<void> {
  refuseUsed(await projectFilesOf(files, organization), epoch);
}

function refuseUsed({ own, damaged }: ProjectFiles, epoch: number): void {
  const by = organizationKeyName(epoch);
  const uses = (entry: KeyEpoch) => entry.state !== "shredded" && entry.wrappedBy === by;
  const user = own.find(({ file }) => Object.values(file.keys).flat().some(uses));
  if (user !== undefined) {
    throw new AppError("conflict", `${user.name} is still wrapped with ${by}: rotate the organization's key again`);
  }
  if (damaged[0] !== undefined) {
    throw new AppError(
      "conflict",
      `${damaged[0]} can't be read and may be wrapped with ${by}: restore it, or shred that project`,
    );
  }
}

function withoutRetired(epochs: readonly KeyEpoch[], epoch: number, name: string): KeyEpoch[] | null {
  const entry = epochs.find((each) => each.epoch === epoch);
  if (entry?.state === "shredded") return null;
  if (entry?.state === "retired") return epochs.map((each) => (each === entry ? shredEpoch(each) : each));
  throw new AppError(
    "conflict",
    `epoch ${epoch} of ${name} is ${entry?.state ?? "not there"}, not retired: rotate first`,
  );
}
