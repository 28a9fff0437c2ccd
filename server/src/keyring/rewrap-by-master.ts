import type { KeyFiles } from "../core/ports/key-files.ts";
import { invariant } from "../core/invariant.ts";
import { formatKeyFile, parseInstallationKeyFile, parseOrganizationKeyFile, parseSigningKeyFile } from "./key-file.ts";
import type { KeyEpoch } from "./key-file.ts";
import type { MasterKeys } from "./master-keys.ts";
import { updateKeyFile } from "./update-key-file.ts";
import type { WrappingKey } from "./wrap-key.ts";
import { rewrapEpochs, type KeyOwner } from "./wrapped-epochs.ts";

/** The files whose keys the master key wraps. */
export type MasterWrappedName = "signing" | "installation" | `organizations/${string}`;

interface MasterWrapped {
  readonly owner: KeyOwner;
  readonly epochs: readonly KeyEpoch[];
  readonly withEpochs: (epochs: KeyEpoch[]) => Buffer;
}

/**
 * Wraps every key of the file with this master key, whichever of those at hand it is wrapped with, and lets `add` put
 * more to them in the same write, when there was something to do. False when there was nothing. Throws `SealError`.
 */
export async function rewrapByMaster(
  { files, master }: { readonly files: KeyFiles; readonly master: MasterKeys },
  name: MasterWrappedName,
  to: WrappingKey,
  add: (epochs: KeyEpoch[]) => Promise<KeyEpoch[]> = async (epochs) => epochs,
): Promise<boolean> {
  return await updateKeyFile(files, name, async (bytes) => {
    const { owner, epochs, withEpochs } = read(bytes, name);
    const rewrapped = await rewrapEpochs(owner, epochs, await master.all(), to);
    return rewrapped === null ? null : withEpochs(await add(rewrapped));
  });
}

function read(bytes: Uint8Array, name: MasterWrappedName): MasterWrapped {
  if (name === "signing") {
    const file = parseSigningKeyFile(bytes, name);
    return {
      owner: { organization: "", class: "signing" },
      epochs: file.keys.signing,
      withEpochs: (signing) => formatKeyFile({ ...file, keys: { signing } }),
    };
  }
  if (name === "installation") {
    const file = parseInstallationKeyFile(bytes, name);
    return {
      owner: { organization: "", class: "installation" },
      epochs: file.keys.installation,
      withEpochs: (installation) => formatKeyFile({ ...file, keys: { installation } }),
    };
  }
  const file = parseOrganizationKeyFile(bytes, name);
  invariant(name === `organizations/${file.organization}`, `the key file ${name} is of another organization`);
  return {
    owner: { organization: file.organization, class: "organization" },
    epochs: file.keys.organization,
    withEpochs: (organization) => formatKeyFile({ ...file, keys: { organization } }),
  };
}
