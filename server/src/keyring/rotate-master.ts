import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { SealError } from "./seal-error.ts";
import type { KeyTools } from "./key-tools.ts";
import { formatMasterKeyCheck, isMasterKey, knowMasterKey, parseMasterKeyCheck } from "./master-key-check.ts";
import { showMasterKey, type MasterKeyCheck } from "./master-key-check.ts";
import { wrappingKeyOf } from "./master-keys.ts";
import { rewrapByMaster, type MasterWrappedName } from "./rewrap-by-master.ts";
import { addSigningEpoch } from "./signing-epochs.ts";
import { updateKeyFile } from "./update-key-file.ts";

/**
 * Puts everything that `from` wraps under `to`, while the installation is in use: the successor is announced in the
 * check value, each file is wrapped anew (the signing key gets a new epoch with it), and the check value names the new
 * key last. Cut off at any point it may be repeated with the same two keys, which is needed to end it. Throws
 * `start_refused` when `from` is not this home's key, `conflict` while a rotation to a third key is unfinished, and
 * `SealError` when a file can't be read: then nothing is lost, and `from` stays needed until it is restored or removed.
 */
export async function rotateMaster(tools: KeyTools, from: MasterKey, to: MasterKey): Promise<{ rewrapped: number }> {
  const { id } = await to.describe();
  const next = await knowMasterKey(to);
  // A service may let this program encrypt and not decrypt: found out before anything depends on it.
  if (!(await isMasterKey(to, next)))
    throw new AppError("start_refused", `the master key ${id} does not unwrap what it wraps`);
  await checkRotation(tools, from, to);
  await tools.master.admit(from);
  await tools.master.admit(to);
  await tools.everyoneReloaded({ masterKey: id });

  await tools.lock(() => announce(tools, to, next));
  const by = await wrappingKeyOf(to);
  let rewrapped = 0;
  const names: MasterWrappedName[] = [...(await tools.files.list("organizations")), "installation", "signing"];
  for (const name of names) {
    if ((await tools.files.read(name)) === null) continue;
    const add = name === "signing" ? addSigningEpoch(tools, by) : undefined;
    if (await tools.lock(() => rewrapByMaster(tools, name, by, add))) rewrapped++;
    await tools.files.sweep(name);
  }
  await tools.lock(() => conclude(tools, to, next));
  return { rewrapped };
}

async function checkRotation(tools: KeyTools, from: MasterKey, to: MasterKey): Promise<void> {
  const [former, successor] = [await from.describe(), await to.describe()];
  if (former.id === successor.id) throw new AppError("conflict", `the master key is ${former.id} already`);
  const bytes = await tools.files.read("check");
  if (bytes === null)
    throw new AppError("start_refused", "the check value of the master key is missing from this home");
  const check = parseMasterKeyCheck(bytes);
  if (await isMasterKey(to, check)) return; // ended before; what is left of it is done again
  if (!(await isMasterKey(from, check))) {
    throw new AppError("start_refused", `${former.id} is not this home's master key: that is ${showMasterKey(check)}`);
  }
  refuseThird(check, successor.id);
}

function refuseThird({ next }: MasterKeyCheck, id: string): void {
  if (next === undefined || next.masterKey.id === id) return;
  throw new AppError("conflict", `a rotation to the master key ${showMasterKey(next)} is unfinished: end it first`);
}

async function announce(tools: KeyTools, to: MasterKey, next: MasterKeyCheck["next"]): Promise<void> {
  const { id } = await to.describe();
  invariant(next, "the successor is known");
  await updateKeyFile(tools.files, "check", (bytes) => {
    const check = parseMasterKeyCheck(bytes);
    refuseThird(check, id);
    const known = check.masterKey.id === id || check.next !== undefined;
    return known ? null : formatMasterKeyCheck({ ...check, next });
  });
}

async function conclude(tools: KeyTools, to: MasterKey, next: MasterKeyCheck["next"]): Promise<void> {
  const { id } = await to.describe();
  invariant(next, "the successor is known");
  await updateKeyFile(tools.files, "check", (bytes) => {
    const check = parseMasterKeyCheck(bytes);
    refuseThird(check, id);
    if (check.masterKey.id === id && check.next === undefined) return null;
    if (check.next === undefined)
      throw new SealError("tampered", "the check value was put back during the rotation: rotate again");
    return formatMasterKeyCheck({ format: 1, createdAt: new Date(tools.nowMs()).toISOString(), ...next });
  });
  await tools.files.sweep("check");
}
