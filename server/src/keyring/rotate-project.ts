import { KEY_BYTES } from "./derive-key.ts";
import { activateEpoch, formatKeyFile, type KeyEpoch } from "./key-file.ts";
import type { KeySources } from "./key-sources.ts";
import { reloadEverywhere, type KeyTools } from "./key-tools.ts";
import { NoncePool } from "./nonce-pool.ts";
import { destroyedKeys, loadOrganizationKeys } from "./organization-keys.ts";
import { parseFileOf } from "./project-files.ts";
import { SealError } from "./seal-error.ts";
import { updateKeyFile } from "./update-key-file.ts";
import type { WrappingKey } from "./wrap-key.ts";
import { wrapEpoch, type KeyOwner } from "./wrapped-epochs.ts";

/** Digests have one key for good: addresses and lookups survive rotation. */
export type RotatedClass = "content" | "credential";

export interface ProjectRotation {
  readonly organization: string;
  readonly project: string;
  readonly classes: readonly RotatedClass[];
}

/**
 * Gives the project new keys while it is in use: everything sealed from the end of this on is under them, everything
 * before stays readable and can be resealed. Gives the epochs that now seal. Cut off at any point it may be repeated,
 * and goes on with the epochs it made; so do two of it at once. Throws `SealError` `shredded` for a destroyed project.
 */
export async function rotateProject(
  tools: KeyTools,
  { organization, project, classes }: ProjectRotation,
): Promise<ReadonlyMap<RotatedClass, number>> {
  const coming = await tools.lock(() => addComing(tools, { organization, project, classes }));
  await reloadEverywhere(tools, { organization, project });
  await tools.lock(() => activate(tools, { organization, project }, coming));
  await reloadEverywhere(tools, { organization, project });
  return coming;
}

async function addComing(
  sources: KeySources,
  { organization, project, classes }: ProjectRotation,
): Promise<ReadonlyMap<RotatedClass, number>> {
  const name = `projects/${project}` as const;
  const by = (await loadOrganizationKeys(sources, new NoncePool(sources.fillRandom), organization)).active;
  if (by === null) throw destroyedKeys(organization);
  const coming = new Map<RotatedClass, number>();
  await updateKeyFile(sources.files, name, async (bytes) => {
    const file = parseFileOf(organization, bytes, name);
    const keys = { ...file.keys };
    for (const each of classes) {
      if (keys[each].every(({ state }) => state === "shredded")) {
        throw new SealError("shredded", `the keys of the project ${project} were destroyed`);
      }
      keys[each] = await withComing(sources, { organization, project, class: each }, keys[each], by);
      coming.set(each, newestComing(keys[each])!.epoch);
    }
    return classes.every((each) => keys[each] === file.keys[each]) ? null : formatKeyFile({ ...file, keys });
  });
  return coming;
}

/** With a coming epoch: the one that a rotation before has left, or a new one. */
export async function withComing(
  { fillRandom, nowMs }: KeySources,
  owner: KeyOwner,
  epochs: KeyEpoch[],
  by: WrappingKey,
): Promise<KeyEpoch[]> {
  if (newestComing(epochs) !== undefined) return epochs;
  const key = Buffer.alloc(KEY_BYTES);
  fillRandom(key);
  const added = await wrapEpoch(owner, epochs, key, by, nowMs());
  key.fill(0);
  return added;
}

export function newestComing(epochs: readonly KeyEpoch[]): KeyEpoch | undefined {
  return epochs.findLast(({ state }) => state === "coming");
}

/** Another that took the same epochs may have been here already; then nothing changes. */
export function activateComing(epochs: KeyEpoch[], epoch: number | undefined): KeyEpoch[] {
  const isComing = epochs.some((entry) => entry.epoch === epoch && entry.state === "coming");
  return isComing && epoch !== undefined ? activateEpoch(epochs, epoch) : epochs;
}

async function activate(
  { files }: KeySources,
  { organization, project }: Pick<ProjectRotation, "organization" | "project">,
  coming: ReadonlyMap<RotatedClass, number>,
): Promise<void> {
  const name = `projects/${project}` as const;
  await updateKeyFile(files, name, (bytes) => {
    const file = parseFileOf(organization, bytes, name);
    const content = activateComing(file.keys.content, coming.get("content"));
    const credential = activateComing(file.keys.credential, coming.get("credential"));
    if (content === file.keys.content && credential === file.keys.credential) return null;
    return formatKeyFile({ ...file, keys: { ...file.keys, content, credential } });
  });
}
