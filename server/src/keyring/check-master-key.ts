import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { MasterKeys } from "./master-keys.ts";
import { formatMasterKeyCheck, isMasterKey, knowMasterKey, parseMasterKeyCheck } from "./master-key-check.ts";
import { showMasterKey, type KnownMasterKey } from "./master-key-check.ts";

/**
 * The keys at hand with the one in charge first, when they open this home: a wrong one is recognised before anything is
 * touched, because a known value, wrapped by the first one, must unwrap. The first start writes it, with the first of
 * the keys. Refuses with `start_refused`; while a rotation is unfinished, when not both of its keys are here.
 */
export async function checkMasterKeys(
  [first, ...others]: readonly [MasterKey, ...MasterKey[]],
  files: KeyFiles,
  nowMs: number,
): Promise<MasterKeys> {
  const check = parseMasterKeyCheck(await readOrWriteCheck(first, files, nowMs));
  const inCharge = await find([first, ...others], check);
  const next = check.next === undefined ? null : await find([first, ...others], check.next);
  if (inCharge !== null && next !== null) return new MasterKeys(next, inCharge);
  if (inCharge !== null && check.next === undefined) {
    return new MasterKeys(inCharge, ...[first, ...others].filter((key) => key !== inCharge));
  }
  if (check.next !== undefined && (inCharge ?? next) !== null) {
    throw new AppError(
      "start_refused",
      `a rotation of the master key from ${showMasterKey(check)} to ${showMasterKey(check.next)} is not finished: start with both keys, the earlier one as the former, and rotate again`,
    );
  }
  const here = showMasterKey({ masterKey: await first.describe() });
  throw new AppError(
    "start_refused",
    `the master key ${here} is not the one this home's keys are wrapped with: that is ${showMasterKey(check)}`,
  );
}

async function find(keys: readonly MasterKey[], known: KnownMasterKey): Promise<MasterKey | null> {
  for (const key of keys) if (await isMasterKey(key, known)) return key;
  return null;
}

async function readOrWriteCheck(master: MasterKey, files: KeyFiles, nowMs: number): Promise<Uint8Array> {
  const wrappedBefore = await files.hasWrappedKeys(); // asked first: another process may be making them right now
  const kept = await files.read("check");
  if (kept !== null) return kept;
  if (wrappedBefore) {
    throw new AppError(
      "start_refused",
      "the check value of the master key is missing from this home, but wrapped keys are here: restore the whole folder of keys",
    );
  }
  const { masterKey, wrapped } = await knowMasterKey(master);
  const createdAt = new Date(nowMs).toISOString();
  await files.create("check", formatMasterKeyCheck({ format: 1, masterKey, createdAt, wrapped }));
  const first = await files.read("check"); // another process, perhaps with another key, may have been first
  invariant(first, "the check value was just made");
  return first;
}
