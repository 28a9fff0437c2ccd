import { createHmac } from "node:crypto";
import { uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import { frame, framed } from "./frame.ts";
import { CONTENT_PURPOSES, DIGEST_PURPOSES, type ContentPurpose, type DigestPurpose, type Place } from "./keyring.ts";
import type { ProjectKeys, Purpose, RunKeys } from "./keyring.ts";
import type { NoncePool } from "./nonce-pool.ts";
import type { ProjectDataKeys } from "./project-data-keys.ts";
import { SealingKeys } from "./sealing-keys.ts";

/** All secrets are in private fields, which neither `inspect` nor JSON shows. */
export class HeldProjectKeys implements ProjectKeys {
  readonly project: string;
  readonly #keys: ProjectDataKeys;
  readonly #nonces: NoncePool;
  readonly #digestInfos: ReadonlyMap<DigestPurpose, Buffer>;
  readonly #content: ReadonlyMap<string, SealingKeys>;
  readonly #credential: SealingKeys;

  constructor(project: string, keys: ProjectDataKeys, nonces: NoncePool) {
    this.project = project;
    this.#keys = keys;
    this.#nonces = nonces;
    this.#digestInfos = new Map(DIGEST_PURPOSES.map((purpose) => [purpose, frame(purpose)]));
    this.#content = new Map(
      CONTENT_PURPOSES.map((purpose) => [purpose, new SealingKeys(keys.content, frame(purpose), nonces)]),
    );
    this.#credential = new SealingKeys(keys.credential, frame("credential"), nonces);
  }

  seal(purpose: Purpose, place: Place, row: Uint8Array, plain: Uint8Array): Buffer {
    return this.#sealing(purpose).seal(place, row, plain);
  }

  open(purpose: ContentPurpose, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer {
    return this.#contentKeys(purpose).open(place, row, sealed);
  }

  needsReseal(purpose: Purpose, sealed: Uint8Array): boolean {
    return this.#sealing(purpose).needsReseal(sealed);
  }

  reseal(purpose: Purpose, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer | null {
    return this.#sealing(purpose).reseal(place, row, sealed);
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
    const info = this.#digestInfos.get(purpose);
    invariant(info, `no digest is made for the purpose ${purpose}`);
    const { digest } = this.#keys;
    const hmac = createHmac("sha256", digest.derive(info, digest.active, info));
    for (const chunk of framed(parts)) hmac.update(chunk); // not joined first: a part may be a large blob
    return hmac.digest();
  }

  #sealing(purpose: Purpose): SealingKeys {
    return purpose === "credential" ? this.#credential : this.#contentKeys(purpose);
  }

  #contentKeys(purpose: ContentPurpose): SealingKeys {
    const keys = this.#content.get(purpose);
    invariant(keys, `no content is sealed for the purpose ${purpose}; credentials are opened by the gate`);
    return keys;
  }
}
