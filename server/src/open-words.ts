/** How this process says words to the others, and acts on theirs. */
import type { PolicyWords } from "./core/ports/policy-words.ts";
import { createWords, type PolicyHearer } from "./engine/words.ts";
import type { Ground } from "./ground.ts";
import { findMasterKey } from "./keyring/find-master-key.ts";
import type { KeyTools } from "./keyring/key-tools.ts";
import { withKeysLock } from "./store/start-lock.ts";

export interface OpenWords {
  readonly policy: PolicyWords;
  /** The verbs that change keys, with the word to the other processes that makes them safe. */
  readonly keyTools: KeyTools;
}

/** @param worker this process's name on the list of workers; empty where it stands on none */
export async function openWords(ground: Ground, worker: () => string, policy: PolicyHearer): Promise<OpenWords> {
  const { db, keys, keyring, clock, ids, log } = ground;
  const words = await createWords({
    notifications: db.notifications,
    dispatch: db.dispatch,
    clock,
    ids,
    worker,
    reload: async (word) => {
      if ("masterKey" in word) return await findMasterKey(keys.sources, word.masterKey);
      await keyring.reload(word.organization, word.project);
      return true;
    },
    policy,
    log,
  });
  return {
    policy: words,
    keyTools: {
      ...keys.sources,
      keyring,
      everyoneReloaded: (word) => words.everyoneReloaded(word),
      lock: (work) => withKeysLock(db.database, work),
    },
  };
}
