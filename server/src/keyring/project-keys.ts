import { createHmac, type KeyObject } from "node:crypto";
import { uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { DataKeys } from "./data-keys.ts";
import { frame, framed } from "./frame.ts";
import { CONTENT_PURPOSES, type ContentPurpose, type DigestPurpose, type Place } from "./keyring.ts";
import type { ProjectKeys, Purpose, RunKeys } from "./keyring.ts";
import type { NoncePool } from "./nonce-pool.ts";
import { SealingKeys } from "./sealing-keys.ts";

/** The data keys of a project, by class. */
export interface ProjectDataKeys {
  readonly content: DataKeys;
  readonly credential: DataKeys;
  readonly digest: DataKeys;
}

/** All secrets are in private fields, which neither `inspect` nor JSON shows. */
export class HeldProjectKeys implements ProjectKeys {
  readonly project: string;
  readonly #keys: ProjectDataKeys;
  readonly #nonces: NoncePool;
  readonly #digestKeys = new Map<DigestPurpose, KeyObject>();
  readonly #content: ReadonlyMap<string, SealingKeys>;
  readonly #credential: SealingKeys;

  constructor(project: string, keys: ProjectDataKeys, nonces: NoncePool) {
    this.project = project;
    this.#keys = keys;
    this.#nonces = nonces;
    this.#content = new Map(
      CONTENT_PURPOSES.map((purpose) => [purpose, new SealingKeys(keys.content, frame(purpose), nonces)]),
    );
    this.#credential = new SealingKeys(keys.credential, frame("credential"), nonces);
  }

  seal(purpose: Purpose, place: Place, row: Uint8Array, plain: Uint8Array): Buffer {
    const keys = purpose === "credential" ? this.#credential : this.#contentKeys(purpose);
    return keys.seal(place, row, plain);
  }

  open(purpose: ContentPurpose, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer {
    return this.#contentKeys(purpose).open(place, row, sealed);
  }

  /** For `openCredential` alone: not on the interface that the program is given. */
  openCredential(place: Place, row: Uint8Array, sealed: Uint8Array): Buffer {
    return this.#credential.open(place, row, sealed);
  }

  run(run: string): RunKeys {
    const id = uuidBytes(run);
    invariant(id.length === 16, "a run's keys are derived from its UUID");
    return new SealingKeys(this.#keys.content, frame("run", id), this.#nonces);
  }

  digest(purpose: DigestPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer {
    let key = this.#digestKeys.get(purpose);
    if (key === undefined) {
      key = this.#keys.digest.expand(this.#keys.digest.active, frame(purpose));
      this.#digestKeys.set(purpose, key);
    }
    const hmac = createHmac("sha256", key);
    for (const chunk of framed(parts)) hmac.update(chunk); // not joined first: a part may be a large blob
    return hmac.digest();
  }

  #contentKeys(purpose: ContentPurpose): SealingKeys {
    const keys = this.#content.get(purpose);
    invariant(keys, `no content is sealed for the purpose ${purpose}; credentials are opened by the gate`);
    return keys;
  }
}
