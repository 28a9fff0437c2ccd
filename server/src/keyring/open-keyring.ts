import type { KeyObject } from "node:crypto";
import { invariant } from "../core/invariant.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { DataKeys } from "./data-keys.ts";
import { KEY_BYTES, secretKey } from "./derive-key.ts";
import { activateEpoch, formatKeyFile, parseOrganizationKeyFile, parseProjectKeyFile } from "./key-file.ts";
import type { KeyEpoch } from "./key-file.ts";
import type { Keyring, ProjectKeys } from "./keyring.ts";
import { LoadOnce } from "./load-once.ts";
import { NoncePool, type FillRandom } from "./nonce-pool.ts";
import { HeldProjectKeys } from "./project-keys.ts";
import { SealError } from "./seal-error.ts";
import { unwrapKey, wrapKey, type WrappingKey } from "./wrap-key.ts";
import { unwrapEpochs, wrapEpoch, type KeyOwner } from "./wrapped-epochs.ts";

export interface KeyringSources {
  readonly files: KeyFiles;
  readonly master: MasterKey;
  readonly fillRandom: FillRandom;
  readonly nowMs: () => number;
  /** How many projects' keys are held at once (about 10 KB each), and as many organizations'. */
  readonly projectsMax: number;
}

export function openKeyring(sources: KeyringSources): Keyring {
  return new FiledKeyring(sources);
}

interface OrganizationKeys {
  readonly active: WrappingKey | null;
  readonly all: ReadonlyMap<string, WrappingKey>;
}

/** Keys wrapped in `KeyFiles`, unwrapped in memory while in use. */
class FiledKeyring implements Keyring {
  readonly #sources: KeyringSources;
  readonly #nonces: NoncePool;
  readonly #organizations: LoadOnce<OrganizationKeys>;
  readonly #projects: LoadOnce<ProjectKeys>;

  constructor(sources: KeyringSources) {
    this.#sources = sources;
    this.#nonces = new NoncePool(sources.fillRandom);
    this.#organizations = new LoadOnce(sources.projectsMax);
    this.#projects = new LoadOnce(sources.projectsMax);
  }

  async createOrganization(organization: string): Promise<void> {
    checkUuid(organization);
    const by = await this.#masterKey();
    const keys = { organization: await this.#newKey({ organization, class: "organization" }, by) };
    await this.#sources.files.create(`organizations/${organization}`, formatKeyFile({ format: 1, organization, keys }));
  }

  async createProject(organization: string, project: string): Promise<void> {
    checkUuid(project);
    const by = (await this.#organization(organization)).active;
    if (by === null) throw new SealError("shredded", `the keys of the organization ${organization} were destroyed`);
    const keys = {
      content: await this.#newKey({ organization, project, class: "content" }, by),
      credential: await this.#newKey({ organization, project, class: "credential" }, by),
      digest: await this.#newKey({ organization, project, class: "digest" }, by),
    };
    await this.#sources.files.create(`projects/${project}`, formatKeyFile({ format: 1, organization, project, keys }));
  }

  async project(organization: string, project: string): Promise<ProjectKeys> {
    checkUuid(project);
    return await this.#projects.get(`${organization} ${project}`, () => this.#loadProject(organization, project));
  }

  async #loadProject(organization: string, project: string): Promise<ProjectKeys> {
    const name = `projects/${project}` as const;
    const { keys } = parseProjectKeyFile(await this.#read(name), name);
    const by = (await this.#organization(organization)).all;
    const dataKeys = async (owner: KeyOwner, epochs: readonly KeyEpoch[]) =>
      new DataKeys(epochs, await unwrapEpochs(owner, epochs, by));
    const held = {
      content: await dataKeys({ organization, project, class: "content" }, keys.content),
      credential: await dataKeys({ organization, project, class: "credential" }, keys.credential),
      digest: await dataKeys({ organization, project, class: "digest" }, keys.digest),
    };
    return new HeldProjectKeys(project, held, this.#nonces);
  }

  async #organization(organization: string): Promise<OrganizationKeys> {
    checkUuid(organization);
    return await this.#organizations.get(organization, () => this.#loadOrganization(organization));
  }

  async #loadOrganization(organization: string): Promise<OrganizationKeys> {
    const name = `organizations/${organization}` as const;
    const epochs = parseOrganizationKeyFile(await this.#read(name), name).keys.organization;
    const master = await this.#masterKey();
    const keys = await unwrapEpochs({ organization, class: "organization" }, epochs, new Map([[master.name, master]]));
    const all = new Map<string, WrappingKey>();
    let active: WrappingKey | null = null;
    for (const { epoch, state } of epochs) {
      const bytes = keys.get(epoch);
      if (!bytes) continue;
      const key = this.#wrappingKey(`organization:${epoch}`, secretKey(bytes));
      all.set(key.name, key);
      if (state === "active") active = key;
    }
    return { active, all };
  }

  /** One new key in its first epoch, active. */
  async #newKey(owner: KeyOwner, by: WrappingKey): Promise<KeyEpoch[]> {
    const key = Buffer.alloc(KEY_BYTES);
    this.#sources.fillRandom(key);
    const epochs = await wrapEpoch(owner, [], key, by, this.#sources.nowMs());
    key.fill(0);
    return activateEpoch(epochs, 1);
  }

  async #masterKey(): Promise<WrappingKey> {
    const { master } = this.#sources;
    const { id } = await master.describe();
    return {
      name: `master:${id}`,
      wrap: (key, associated) => master.wrap(key, associated),
      unwrap: (wrapped, associated) => master.unwrap(wrapped, associated),
    };
  }

  #wrappingKey(name: string, by: KeyObject): WrappingKey {
    return {
      name,
      wrap: async (key, associated) => wrapKey(by, this.#nonces, key, associated),
      unwrap: async (wrapped, associated) => unwrapKey(by, wrapped, associated),
    };
  }

  async #read(name: `organizations/${string}` | `projects/${string}`): Promise<Uint8Array> {
    const bytes = await this.#sources.files.read(name);
    if (bytes !== null) return bytes;
    throw new SealError("shredded", `the keys ${name} are not here: they were destroyed, or belong to another home`);
  }
}

function checkUuid(id: string): void {
  invariant(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id), "keys belong to a UUID in lower case");
}
