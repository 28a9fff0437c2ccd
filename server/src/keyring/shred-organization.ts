import { formatKeyFile, parseOrganizationKeyFile, shredEpoch } from "./key-file.ts";
import { reloadEverywhere, type KeyTools } from "./key-tools.ts";
import { updateKeyFile } from "./update-key-file.ts";

/**
 * Destroys an organization's own key, once those of its projects are: a project's key file of before opens no more by what
 * is left here. May be repeated, and does nothing where there is no key.
 */
export async function shredOrganization(tools: KeyTools, organization: string): Promise<void> {
  const name = `organizations/${organization}` as const;
  await tools.lock(async () => {
    if ((await tools.files.read(name)) === null) return;
    await updateKeyFile(tools.files, name, (bytes) => {
      const file = parseOrganizationKeyFile(bytes, name);
      const epochs = file.keys.organization;
      if (epochs.every(({ state }) => state === "shredded")) return null;
      return formatKeyFile({ ...file, keys: { organization: epochs.map(shredEpoch) } });
    });
    await tools.files.sweep(name);
  });
  await reloadEverywhere(tools, { organization });
}
