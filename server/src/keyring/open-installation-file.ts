import { invariant } from "../core/invariant.ts";
import type { KeySources } from "./key-sources.ts";
import { rewrapByMaster } from "./rewrap-by-master.ts";
import type { WrappingKey } from "./wrap-key.ts";

/** A key file of the installation's own, made at the first use by whichever process comes first. */
export async function openInstallationFile(
  { files, master }: KeySources,
  name: "signing" | "installation",
  make: (by: WrappingKey) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const kept = await files.read(name);
  if (kept !== null) return kept;
  const by = await master.inCharge(files);
  await files.create(name, await make(by));
  // A rotation of the master key that was announced in between may have passed before this file came.
  const since = await master.inCharge(files);
  if (since.name !== by.name) await rewrapByMaster({ files, master }, name, since);
  const first = await files.read(name);
  invariant(first, `the key file ${name} was just made`);
  return first;
}
