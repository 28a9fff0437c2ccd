import { SealError } from "./seal-error.ts";
import type { KeySources } from "./key-sources.ts";
import { secretKey } from "./derive-key.ts";
import { parseOrganizationKeyFile } from "./key-file.ts";
import type { NoncePool } from "./nonce-pool.ts";
import { unwrapKey, wrapKey, type WrappingKey } from "./wrap-key.ts";
import { unwrapEpochs } from "./wrapped-epochs.ts";

/** What wraps the keys of an organization's projects. */
export interface OrganizationKeys {
  readonly active: WrappingKey | null;
  /** By what project files call them. */
  readonly all: ReadonlyMap<string, WrappingKey>;
}

/** The keys of an organization as its file has them now. Throws `SealError`; rejects when a key service can't be asked. */
export async function loadOrganizationKeys(
  { files, master }: KeySources,
  nonces: NoncePool,
  organization: string,
): Promise<OrganizationKeys> {
  const name = `organizations/${organization}` as const;
  const bytes = await files.read(name);
  if (bytes === null) throw missingKeys(name);
  const epochs = parseOrganizationKeyFile(bytes, name).keys.organization;
  const keys = await unwrapEpochs({ organization, class: "organization" }, epochs, await master.all());
  const all = new Map<string, WrappingKey>();
  let active: WrappingKey | null = null;
  for (const { epoch, state } of epochs) {
    const key = keys.get(epoch);
    if (!key) continue;
    const by = secretKey(key);
    const wrapping: WrappingKey = {
      name: organizationKeyName(epoch),
      wrap: async (plain, associated) => wrapKey(by, nonces, plain, associated),
      unwrap: async (wrapped, associated) => unwrapKey(by, wrapped, associated),
    };
    all.set(wrapping.name, wrapping);
    if (state === "active") active = wrapping;
  }
  return { active, all };
}

/** What project files call it in `wrappedBy`. */
export function organizationKeyName(epoch: number): string {
  return `organization:${epoch}`;
}

export function missingKeys(name: string): SealError {
  return new SealError("shredded", `the keys ${name} are not here: they were destroyed, or belong to another home`);
}

export function destroyedKeys(organization: string): SealError {
  return new SealError("shredded", `the keys of the organization ${organization} were destroyed`);
}
