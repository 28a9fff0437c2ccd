import { invariant } from "../core/invariant.ts";
import { formatKeyFile, parseProjectKeyFile, PROJECT_KEY_CLASSES, shredEpoch } from "./key-file.ts";
import type { KeyEpoch, ProjectKeyClass } from "./key-file.ts";
import type { KeySources } from "./key-sources.ts";
import type { KeyTools } from "./key-tools.ts";
import { SealError } from "./seal-error.ts";

/** As of one that `createProject` might have been about to make. */
const FIRST_EPOCH = 1;
const TRIES_MAX = 5;

/**
 * Destroys a project's keys for good: its rows, its blobs and every backup of them are unreadable from then on, in this
 * process at once and in the others when this settles. A file that is missing or damaged is destroyed as well, so that
 * the keys can't be made anew. May be repeated. Throws `SealError` `tampered` when the project is another organization's.
 */
export async function shredProject(
  tools: KeyTools,
  { organization, project }: { readonly organization: string; readonly project: string },
): Promise<void> {
  await tools.lock(() => destroyFile(tools, organization, project));
  tools.keyring.shredHeld(organization, project);
  await tools.everyoneReloaded({ organization, project });
}

async function destroyFile({ files, nowMs }: KeySources, organization: string, project: string): Promise<void> {
  const name = `projects/${project}` as const;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const bytes = await files.read(name);
    const keys = shreddedKeys(bytes, name, organization, new Date(nowMs()).toISOString());
    const shredded = formatKeyFile({ format: 1, organization, project, keys });
    if (bytes === null ? await files.create(name, shredded) : await files.replace(name, bytes, shredded)) {
      await files.sweep(name);
      return;
    }
  }
  invariant(false, `the key file ${name} is being written by somebody without the lock`);
}

function shreddedKeys(
  bytes: Uint8Array | null,
  name: string,
  organization: string,
  createdAt: string,
): Record<ProjectKeyClass, KeyEpoch[]> {
  const unknown: KeyEpoch[] = [{ epoch: FIRST_EPOCH, createdAt, state: "shredded" }];
  const file = bytes === null ? null : parseOrNull(bytes, name);
  if (file !== null && file.organization !== organization) {
    throw new SealError("tampered", `the key file ${name} is of another organization`);
  }
  const shred = (of: ProjectKeyClass) => file?.keys[of].map(shredEpoch) ?? unknown;
  const [content, credential, digest] = PROJECT_KEY_CLASSES.map(shred);
  return { content: content!, credential: credential!, digest: digest! };
}

/** Null for what can't be read: it goes all the same, there may be a key in it. */
function parseOrNull(bytes: Uint8Array, name: string): ReturnType<typeof parseProjectKeyFile> | null {
  try {
    return parseProjectKeyFile(bytes, name);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
