import { formatKeyFile, parseSigningKeyFile } from "./key-file.ts";
import type { KeyTools } from "./key-tools.ts";
import { openSigningKey, type SigningKey } from "./open-signing-key.ts";
import { addSigningEpoch } from "./signing-epochs.ts";
import { updateKeyFile } from "./update-key-file.ts";

/** A new key signs from now on, given here; the public keys of those before stay listed. `rotateMaster` does it too. */
export async function rotateSigningKey(tools: KeyTools): Promise<SigningKey> {
  await openSigningKey(tools);
  await tools.lock(async () => {
    const by = await tools.master.inCharge(tools.files);
    await updateKeyFile(tools.files, "signing", async (bytes) => {
      const file = parseSigningKeyFile(bytes, "signing");
      return formatKeyFile({ ...file, keys: { signing: await addSigningEpoch(tools, by)(file.keys.signing) } });
    });
  });
  return await openSigningKey(tools);
}
