import { expandKey, extractKey, KEY_BYTES } from "./derive-key.ts";
import { frame } from "./frame.ts";
import { activateEpoch, formatKeyFile, parseInstallationKeyFile } from "./key-file.ts";
import type { KeySources } from "./key-sources.ts";
import { openInstallationFile } from "./open-installation-file.ts";
import { SealError } from "./seal-error.ts";
import { unwrapEpochs, wrapEpoch } from "./wrapped-epochs.ts";

/** What Steward needs secrets of its own for. The words are part of the format: never rename one. */
export const INSTALLATION_PURPOSES = ["identity", "rate_limit", "scim"] as const;
export type InstallationPurpose = (typeof INSTALLATION_PURPOSES)[number];

/** 32 bytes for one purpose, the same in every process and after every rotation of the master key. */
export type InstallationSecret = (purpose: InstallationPurpose) => Buffer;

const OWNER = { organization: "", class: "installation" } as const;

/** Derives secrets from the installation's key, which is made at the first use. Throws `SealError`. */
export async function openInstallationSecrets(sources: KeySources): Promise<InstallationSecret> {
  const bytes = await openInstallationFile(sources, "installation", async (by) => {
    const key = Buffer.alloc(KEY_BYTES);
    sources.fillRandom(key);
    const epochs = await wrapEpoch(OWNER, [], key, by, sources.nowMs());
    key.fill(0);
    return formatKeyFile({ format: 1, keys: { installation: activateEpoch(epochs, 1) } });
  });
  const epochs = parseInstallationKeyFile(bytes, "installation").keys.installation;
  const keys = await unwrapEpochs(OWNER, epochs, await sources.master.all());
  const active = epochs.find(({ state }) => state === "active");
  const key = active && keys.get(active.epoch);
  if (!key) throw new SealError("shredded", "the installation's key was destroyed");
  const extracted = extractKey(key);
  for (const other of keys.values()) other?.fill(0);
  return (purpose) => expandKey(extracted, frame("installation", purpose)).export();
}
