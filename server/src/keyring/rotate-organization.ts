import { invariant } from "../core/invariant.ts";
import { formatKeyFile, parseOrganizationKeyFile, type ProjectKeyClass } from "./key-file.ts";
import type { KeySources } from "./key-sources.ts";
import { reloadEverywhere, type KeyTools } from "./key-tools.ts";
import { NoncePool } from "./nonce-pool.ts";
import { destroyedKeys, loadOrganizationKeys } from "./organization-keys.ts";
import { parseFileOf, projectFilesOf } from "./project-files.ts";
import { activateComing, newestComing, withComing } from "./rotate-project.ts";
import { updateKeyFile } from "./update-key-file.ts";
import { rewrapEpochs } from "./wrapped-epochs.ts";

export interface OrganizationRotation {
  /** The epoch that wraps from now on. */
  readonly epoch: number;
  /** Projects whose keys were wrapped anew. */
  readonly rewrapped: number;
  /** Files that could not be read, of whichever organization; theirs stay under the epoch they had, which still opens. */
  readonly damaged: readonly string[];
}

/**
 * A new key for the organization while it is in use, and every project's keys wrapped anew with it; no row changes.
 * The epoch before is retired and opens until `shredRetiredOrganizationEpoch`. Cut off at any point it may be repeated.
 */
export async function rotateOrganization(tools: KeyTools, organization: string): Promise<OrganizationRotation> {
  const epoch = await tools.lock(() => addComing(tools, organization));
  await reloadEverywhere(tools, { organization });
  await tools.lock(() => activate(tools, organization, epoch));
  await reloadEverywhere(tools, { organization });
  const { own, damaged } = await projectFilesOf(tools.files, organization);
  let rewrapped = 0;
  for (const { name } of own) if (await tools.lock(() => rewrapProject(tools, organization, name))) rewrapped++;
  return { epoch, rewrapped, damaged };
}

async function addComing(sources: KeySources, organization: string): Promise<number> {
  const name = `organizations/${organization}` as const;
  const by = await sources.master.inCharge(sources.files);
  let coming: number | undefined;
  await updateKeyFile(sources.files, name, async (bytes) => {
    const file = parseOrganizationKeyFile(bytes, name);
    const before = file.keys.organization;
    if (before.every(({ state }) => state === "shredded")) throw destroyedKeys(organization);
    const epochs = await withComing(sources, { organization, class: "organization" }, before, by);
    coming = newestComing(epochs)?.epoch;
    return epochs === before ? null : formatKeyFile({ ...file, keys: { organization: epochs } });
  });
  invariant(coming, "there is a coming epoch");
  return coming;
}

async function activate({ files }: KeySources, organization: string, epoch: number): Promise<void> {
  const name = `organizations/${organization}` as const;
  await updateKeyFile(files, name, (bytes) => {
    const file = parseOrganizationKeyFile(bytes, name);
    const epochs = activateComing(file.keys.organization, epoch);
    return epochs === file.keys.organization ? null : formatKeyFile({ ...file, keys: { organization: epochs } });
  });
}

async function rewrapProject(sources: KeySources, organization: string, name: `projects/${string}`): Promise<boolean> {
  const { active, all } = await loadOrganizationKeys(sources, new NoncePool(sources.fillRandom), organization);
  if (active === null) throw destroyedKeys(organization);
  return await updateKeyFile(sources.files, name, async (bytes) => {
    const { keys, ...file } = parseFileOf(organization, bytes, name);
    const rewrap = (of: ProjectKeyClass) =>
      rewrapEpochs({ organization, project: file.project, class: of }, keys[of], all, active);
    const [content, credential, digest] = [await rewrap("content"), await rewrap("credential"), await rewrap("digest")];
    if (content === null && credential === null && digest === null) return null;
    const rewrapped = {
      content: content ?? keys.content,
      credential: credential ?? keys.credential,
      digest: digest ?? keys.digest,
    };
    return formatKeyFile({ ...file, keys: rewrapped });
  });
}
