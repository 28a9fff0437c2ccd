/** How much is still sealed under an owner's old keys. Pure. */
import type { EncryptionKeys } from "@steward/sdk";

export interface LeftUnder {
  /** Values that are being sealed anew, or could not be opened. */
  readonly values: number;
  /** Records of runs, never written again: they go with their runs. */
  readonly records: number;
  /** Whether all of it was looked at. */
  readonly looked: boolean;
}

/** What is left under the old keys of a class. */
export function leftUnder(
  { parts }: Pick<EncryptionKeys, "parts">,
  of: EncryptionKeys["epochs"][number]["class"],
): LeftUnder {
  const own = parts.filter((part) => part.class === of);
  const sum = (appendOnly: boolean): number =>
    own.filter((part) => part.appendOnly === appendOnly).reduce((count, { left }) => count + left, 0);
  return { values: sum(false), records: sum(true), looked: own.every(({ state }) => state === "done") };
}
