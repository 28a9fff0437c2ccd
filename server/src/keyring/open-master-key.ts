import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { checkMasterKeys } from "./check-master-key.ts";
import { KEY_BYTES } from "./derive-key.ts";
import { localMasterKey } from "./local-master-key.ts";
import type { MasterKeys } from "./master-keys.ts";
import { parseMasterKeyCheck, showMasterKey } from "./master-key-check.ts";
import type { FillRandom } from "./nonce-pool.ts";

export interface MasterKeySources {
  /** STEWARD_MASTER_KEY, if set; it goes before the file. */
  readonly given: string | undefined;
  /** The key of STEWARD_KEY_SERVICE, if set; it goes before both. */
  readonly service?: MasterKey | undefined;
  /** The key before that one, while it is rotated: `file` is the home's own, other text as of STEWARD_MASTER_KEY. */
  readonly former?: MasterKey | string | undefined;
  readonly files: KeyFiles;
  readonly fillRandom: FillRandom;
  readonly nowMs: () => number;
}

/**
 * The master key of a service, else the one that was given, else the home's own, made at the first start; and what
 * else is at hand of a rotation. Refuses with `start_refused`, having written nothing, when it is not the one that this
 * home's keys are wrapped with, is missing while there are such, or when the key service can't be asked.
 */
export async function openMasterKey(sources: MasterKeySources): Promise<MasterKeys> {
  try {
    return await checkMasterKeys(await keysAtHand(sources), sources.files, sources.nowMs());
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unavailable") throw error;
    throw new AppError("start_refused", `${error.message} (nothing was changed)`);
  }
}

async function keysAtHand(sources: MasterKeySources): Promise<[MasterKey, ...MasterKey[]]> {
  const { given, service, former, files, fillRandom } = sources;
  const before: MasterKey[] = [];
  if (typeof former === "object") before.push(former);
  else if (former === "file") before.push(...(await keysOfHome(files, fillRandom)));
  else if (former !== undefined) before.push(localMasterKey(former, "STEWARD_MASTER_KEY_FORMER", fillRandom));
  if (service !== undefined) return [service, ...before];
  if (given !== undefined) return [localMasterKey(given, "STEWARD_MASTER_KEY", fillRandom), ...before];
  await makeMasterKeyFile(files, fillRandom);
  const [own, ...next] = await keysOfHome(files, fillRandom);
  invariant(own, "the master key was just made");
  return [own, ...next, ...before];
}

/** The key file and, while it is being rotated, the one that will take its place. */
export async function keysOfHome(files: KeyFiles, fillRandom: FillRandom): Promise<MasterKey[]> {
  const texts = [await files.read("master"), await files.read("master-next")];
  return texts.flatMap((text, at) => {
    const source = at === 0 ? "the master key file" : "the next master key file";
    return text === null ? [] : [localMasterKey(Buffer.from(text).toString(), source, fillRandom)];
  });
}

/** 32 random bytes as text, as a master key file has them. */
export function newMasterKeyText(fillRandom: FillRandom): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  fillRandom(bytes);
  const text = Buffer.from(`${bytes.toString("base64url")}\n`);
  bytes.fill(0);
  return text;
}

async function makeMasterKeyFile(files: KeyFiles, fillRandom: FillRandom): Promise<void> {
  const wrappedBefore = await files.hasWrappedKeys(); // asked first: another process may be making them right now
  if ((await files.read("master")) !== null) return;
  if (wrappedBefore) {
    const check = await files.read("check");
    const which = check === null ? "" : `, which was ${showMasterKey(parseMasterKeyCheck(check))}`;
    throw new AppError(
      "start_refused",
      `the master key is missing${which}, but this home has keys wrapped with it: put the master key file back, or set STEWARD_MASTER_KEY or STEWARD_KEY_SERVICE as it was`,
    );
  }
  await files.create("master", newMasterKeyText(fillRandom)); // another process may be first
}
