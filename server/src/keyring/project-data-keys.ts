import { DataKeys, type UnwrappedEpochs } from "./data-keys.ts";
import type { ProjectKeyClass } from "./key-file.ts";

/**
 * The data keys of a project, by class. There is one of it per project and process, in the hands of everybody who
 * seals or opens for the project, so that a rotation or a shredding reaches what was handed out before.
 */
export class ProjectDataKeys {
  readonly content: DataKeys;
  readonly credential: DataKeys;
  readonly digest: DataKeys;
  #begun = 0;
  #renewed = 0;

  constructor() {
    this.content = new DataKeys(this);
    this.credential = new DataKeys(this);
    this.digest = new DataKeys(this);
  }

  /** To be called before the file is read; gives what `renew` asks for. */
  beginLoad(): number {
    return ++this.#begun;
  }

  /** Takes over what was read, unless a load that began later, or a shredding, has been before. */
  renew(load: number, fresh: Readonly<Record<ProjectKeyClass, UnwrappedEpochs>>): void {
    if (load < this.#renewed) {
      for (const { keys } of Object.values(fresh)) for (const key of keys.values()) key?.fill(0);
      return;
    }
    this.#renewed = load;
    this.content.renew(fresh.content);
    this.credential.renew(fresh.credential);
    this.digest.renew(fresh.digest);
  }

  /** Destroys every key held here, also of loads that are under way. */
  shred(): void {
    this.#renewed = ++this.#begun;
    for (const keys of [this.content, this.credential, this.digest]) keys.shred();
  }
}
