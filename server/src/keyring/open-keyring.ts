import { invariant } from "../core/invariant.ts";
import { KEY_BYTES } from "./derive-key.ts";
import { activateEpoch, formatKeyFile, parseProjectKeyFile, PROJECT_KEY_CLASSES } from "./key-file.ts";
import type { KeyEpoch, ProjectKeyClass } from "./key-file.ts";
import type { KeySources } from "./key-sources.ts";
import type { Keyring, ProjectKeys } from "./keyring.ts";
import { LoadOnce } from "./load-once.ts";
import { NoncePool } from "./nonce-pool.ts";
import { destroyedKeys, loadOrganizationKeys, missingKeys, type OrganizationKeys } from "./organization-keys.ts";
import { ProjectDataKeys } from "./project-data-keys.ts";
import { HeldProjectKeys } from "./project-keys.ts";
import { rewrapByMaster } from "./rewrap-by-master.ts";
import { SealError } from "./seal-error.ts";
import type { UnwrappedEpochs } from "./data-keys.ts";
import { WeakHeld } from "./weak-held.ts";
import type { WrappingKey } from "./wrap-key.ts";
import { unwrapEpochs, wrapEpoch, type KeyOwner } from "./wrapped-epochs.ts";

/** How often an organization's key may be rotated while a project of it is made. */
const TRIES_MAX = 5;

export interface KeyringSources extends KeySources {
  /** How many projects' keys are held at once (about 10 KB each), and as many organizations'. */
  readonly projectsMax: number;
}

export function openKeyring(sources: KeyringSources): Keyring {
  return new FiledKeyring(sources);
}

/** Keys wrapped in `KeyFiles`, unwrapped in memory while in use. */
class FiledKeyring implements Keyring {
  readonly #sources: KeyringSources;
  readonly #nonces: NoncePool;
  readonly #organizations: LoadOnce<OrganizationKeys>;
  readonly #projects: LoadOnce<ProjectKeys>;
  /** Every project's data keys that somebody still has in hand, recently used or not. */
  readonly #inHand = new WeakHeld<ProjectDataKeys>();

  constructor(sources: KeyringSources) {
    this.#sources = sources;
    this.#nonces = new NoncePool(sources.fillRandom);
    this.#organizations = new LoadOnce(sources.projectsMax);
    this.#projects = new LoadOnce(sources.projectsMax);
  }

  async createOrganization(organization: string): Promise<void> {
    checkUuid(organization);
    const { files, master } = this.#sources;
    const by = await master.inCharge(files);
    const keys = { organization: await this.#newKey({ organization, class: "organization" }, by) };
    const name = `organizations/${organization}` as const;
    await files.create(name, formatKeyFile({ format: 1, organization, keys }));
    // A rotation of the master key that was announced in between may have listed the files before this one came.
    const since = await master.inCharge(files);
    if (since.name !== by.name) await rewrapByMaster(this.#sources, name, since);
  }

  async createProject(organization: string, project: string): Promise<void> {
    checkUuid(project);
    const { files } = this.#sources;
    const name = `projects/${project}` as const;
    let made: Uint8Array | null = null;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const by = (await this.#organization(organization)).active;
      if (by === null) throw destroyedKeys(organization);
      const keys = {
        content: await this.#newKey({ organization, project, class: "content" }, by),
        credential: await this.#newKey({ organization, project, class: "credential" }, by),
        digest: await this.#newKey({ organization, project, class: "digest" }, by),
      };
      const bytes = formatKeyFile({ format: 1, organization, project, keys });
      if (!(made === null ? await files.create(name, bytes) : await files.replace(name, made, bytes))) return;
      made = bytes;
      // A retired epoch may be destroyed once nothing is wrapped with it, and who looked may not have seen this file: what
      // is active after the file came, was when it came, and later looks see the file.
      this.#organizations.forget(organization);
      if ((await this.#organization(organization)).active?.name === by.name) return;
    } // nobody was told of these keys yet: others take their place
    invariant(false, `the keys of the organization ${organization} are rotated without end`);
  }

  async project(organization: string, project: string): Promise<ProjectKeys> {
    checkUuid(project);
    return await this.#projects.get(keyOf(organization, project), () => this.#loadProject(organization, project));
  }

  forget(organization: string, project?: string): void {
    if (project !== undefined) {
      this.#projects.forget(keyOf(organization, project));
      return;
    }
    this.#organizations.forget(organization);
    this.#projects.forgetWhere((key) => key.startsWith(keyOf(organization, "")));
  }

  async reload(organization: string, project?: string): Promise<void> {
    this.forget(organization, project);
    const projects =
      project === undefined
        ? this.#inHand
            .keys()
            .flatMap((key) => (ownerOf(key).organization === organization ? [ownerOf(key).project] : []))
        : this.#inHand.keys().includes(keyOf(organization, project))
          ? [project]
          : [];
    for (const each of projects) await this.#renew(organization, each);
  }

  async reloadAll(): Promise<void> {
    this.#organizations.forgetWhere(() => true);
    this.#projects.forgetWhere(() => true);
    for (const key of this.#inHand.keys()) await this.#renew(ownerOf(key).organization, ownerOf(key).project);
  }

  async #renew(organization: string, project: string): Promise<void> {
    try {
      await this.project(organization, project);
    } catch (error) {
      // Destroyed meanwhile: that is what this process now knows of it.
      if (!(error instanceof SealError && error.reason === "shredded")) throw error;
    }
  }

  shredHeld(organization: string, project: string): void {
    this.forget(organization, project);
    this.#inHand.get(keyOf(organization, project))?.shred();
  }

  async #loadProject(organization: string, project: string): Promise<ProjectKeys> {
    const dataKeys = this.#inHand.getOrMake(keyOf(organization, project), () => new ProjectDataKeys());
    const load = dataKeys.beginLoad();
    const name = `projects/${project}` as const;
    const bytes = await this.#sources.files.read(name);
    if (bytes === null) {
      dataKeys.shred();
      throw missingKeys(name);
    }
    const { keys } = parseProjectKeyFile(bytes, name);
    dataKeys.renew(load, await this.#unwrapProject({ organization, project }, keys));
    return new HeldProjectKeys(project, dataKeys, this.#nonces);
  }

  async #unwrapProject(
    { organization, project }: { organization: string; project: string },
    keys: Readonly<Record<ProjectKeyClass, readonly KeyEpoch[]>>,
  ): Promise<Record<ProjectKeyClass, UnwrappedEpochs>> {
    const wrappedBy = PROJECT_KEY_CLASSES.flatMap((each) =>
      keys[each].flatMap((entry) => (entry.state === "shredded" ? [] : [entry.wrappedBy])),
    );
    const by = wrappedBy.length === 0 ? new Map() : await this.#organizationKeys(organization, wrappedBy);
    const unwrap = async (of: ProjectKeyClass): Promise<UnwrappedEpochs> => ({
      epochs: keys[of],
      keys: await unwrapEpochs({ organization, project, class: of }, keys[of], by),
    });
    return {
      content: await unwrap("content"),
      credential: await unwrap("credential"),
      digest: await unwrap("digest"),
    };
  }

  /** Loaded anew when one of these is not known: another process may have made it since. */
  async #organizationKeys(organization: string, names: readonly string[]): Promise<ReadonlyMap<string, WrappingKey>> {
    const { all } = await this.#organization(organization);
    if (names.every((name) => all.has(name))) return all;
    this.#organizations.forget(organization);
    return (await this.#organization(organization)).all;
  }

  async #organization(organization: string): Promise<OrganizationKeys> {
    checkUuid(organization);
    return await this.#organizations.get(organization, () =>
      loadOrganizationKeys(this.#sources, this.#nonces, organization),
    );
  }

  /** One new key in its first epoch, active. */
  async #newKey(owner: KeyOwner, by: WrappingKey): Promise<KeyEpoch[]> {
    const key = Buffer.alloc(KEY_BYTES);
    this.#sources.fillRandom(key);
    const epochs = await wrapEpoch(owner, [], key, by, this.#sources.nowMs());
    key.fill(0);
    return activateEpoch(epochs, 1);
  }
}

function keyOf(organization: string, project: string): string {
  return `${organization} ${project}`;
}

function ownerOf(key: string): { organization: string; project: string } {
  const [organization, project] = key.split(" ");
  invariant(organization !== undefined && project !== undefined, "keys are held by organization and project");
  return { organization, project };
}

function checkUuid(id: string): void {
  invariant(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id), "keys belong to a UUID in lower case");
}
