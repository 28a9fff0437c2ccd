/**
 * Words to all processes that lead runs: keys have changed, what is in force has changed, something was revoked. A word
 * is repeated until every process on the list of workers has answered it or is gone from the list, so that whoever says
 * it knows who has acted on it. A process that hears nothing at all holds its effects back by itself (R6).
 */
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import type { PolicyPlace, PolicyWords, RevokedThing, StoppedEffects } from "../core/ports/policy-words.ts";
import type { KeyWord } from "../keyring/key-tools.ts";
import { listWorkers } from "../store/workers.ts";

const SAID = "steward_key_said";
const DONE = "steward_key_done";
const AGAIN_MS = 500;
/** A process that is gone is off the list after 15 s (R2). */
const WAIT_MS_MAX = 30_000;
/** How long whoever revokes waits for the others; one that hears nothing has held back long before. */
const POLICY_WAIT_MS = 2_000;
/** For what was stopped to end. */
const FATES_WAIT_MS = 800;
/** Effects in one notification, which carries less than 8,000 bytes. */
const EFFECTS_PER_ANSWER = 20;
/** Answers kept at hand for a word that is repeated. */
const ANSWERS_MAX = 200;

const Policy = z.object({
  policy: z.object({ organization: z.uuid(), project: z.uuid().nullable() }),
  revoked: z
    .object({
      kind: z.enum(["grant", "connection", "credential", "flow", "approval", "member"]),
      id: z.string().max(100),
    })
    .optional(),
});
const Said = z.object({
  id: z.string(),
  word: z.union([
    z.object({ masterKey: z.string() }),
    Policy,
    z.object({ organization: z.uuid(), project: z.uuid().optional() }),
  ]),
});
const StoppedEffect = z.object({
  run: z.string(),
  step: z.string(),
  path: z.array(z.int()),
  action: z.string(),
  fate: z.enum(["stopped", "done", "unknown"]),
});
const Done = z.object({
  id: z.string(),
  worker: z.string(),
  done: z.boolean(),
  /** Of an answer that takes several notifications: which of how many. */
  part: z.int().default(0),
  parts: z.int().default(1),
  stopped: z.array(StoppedEffect).default([]),
});
type Word = z.output<typeof Said>["word"];
type Answer = Pick<z.output<typeof Done>, "done" | "stopped">;
type StoppedEffect = z.output<typeof StoppedEffect>;

/** What a process does when it hears that what is in force has changed. */
export interface PolicyHearer {
  changed(place: PolicyPlace): void;
  /** Stops at once what rests on the thing; settles when all of it has ended, after `waitMs` at the latest. */
  revoked(
    place: PolicyPlace,
    thing: RevokedThing,
    waitMs: number,
  ): Promise<readonly (Omit<StoppedEffect, "path"> & { readonly path: readonly number[] })[]>;
}

export interface WordParts {
  readonly notifications: Pick<Notifications, "listen" | "notify">;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Pick<Ids, "uuid">;
  /** This process's own, as on the list of workers now. */
  readonly worker: () => string;
  /** What a word about keys asks of this process; false when it could not be done. */
  readonly reload: (word: KeyWord) => Promise<boolean>;
  readonly policy: PolicyHearer;
  readonly log: (message: string, error?: unknown) => void;
}

export interface Words extends PolicyWords {
  /** Settles when all other processes have loaded the keys anew; throws `unavailable` when one of them may not have. */
  everyoneReloaded(word: KeyWord): Promise<void>;
}

/** Answers the words of others, from when it settles. */
export async function createWords(parts: WordParts): Promise<Words> {
  const { notifications, clock, log } = parts;
  const sayings = new Map<string, Saying>();
  const answers = new Map<string, Promise<Answer>>();
  await notifications.listen(SAID, (payload) => {
    const { data } = Said.safeParse(JSON.parse(payload));
    // What this process says itself it has done; of a newer Steward beside this one, which will miss our answer and say so.
    if (data && !sayings.has(data.id)) void answer(parts, answers, data);
  });
  await notifications.listen(DONE, (payload) => {
    const { data } = Done.safeParse(JSON.parse(payload));
    if (data) sayings.get(data.id)?.hear(data);
  });
  const begin = (word: Word): Saying => {
    const saying = new Saying(parts, word);
    sayings.set(saying.id, saying);
    return saying;
  };
  const end = (saying: Saying): void => void sayings.delete(saying.id);

  const sayPolicy = async (place: PolicyPlace, thing: RevokedThing | null): Promise<StoppedEffects> => {
    const atMs = clock.nowMs();
    const own = actOnPolicy(parts, place, thing); // here at once, whatever the others do
    const saying = begin({ policy: place, ...(thing ? { revoked: thing } : {}) });
    const say = (msMax: number): Promise<readonly string[]> =>
      saying.sayUntil(msMax).catch((error: unknown) => {
        log("nobody knows who has heard a word", error);
        return ["unknown"];
      });
    const silent = await say(POLICY_WAIT_MS);
    // Who comes back hears it still; and the connection that is broken may be ours.
    if (silent.length > 0) void say(WAIT_MS_MAX).finally(() => end(saying));
    else end(saying);
    const stopped = [...(await own), ...saying.answers().flatMap((one) => one.stopped)];
    return {
      atMs,
      acknowledged: [parts.worker(), ...saying.answered()],
      silent: [...silent],
      inFlight: stopped,
    };
  };

  return {
    async everyoneReloaded(word) {
      const saying = begin(word);
      try {
        const silent = await saying.sayUntil(WAIT_MS_MAX, (one) => !one.done);
        if (silent.length === 0) return;
        const why = saying.answered().includes(silent[0]!) ? "can't load the new keys" : "did not answer";
        throw new AppError("unavailable", `the worker ${silent[0]} ${why}: nothing was changed for good, try again`);
      } finally {
        end(saying);
      }
    },
    sayChanged: async (place) => void (await sayPolicy(place, null)),
    sayRevoked: sayPolicy,
  };
}

/** One word under way, and who has answered it. */
class Saying {
  readonly id: string;
  readonly #parts: WordParts;
  readonly #payload: string;
  readonly #heard = new Map<string, Map<number, z.output<typeof Done>>>();
  #count = 0;
  #wake: () => void = () => undefined;

  constructor(parts: WordParts, word: Word) {
    this.#parts = parts;
    this.id = parts.ids.uuid();
    this.#payload = JSON.stringify({ id: this.id, word });
  }

  hear(done: z.output<typeof Done>): void {
    const parts = this.#heard.get(done.worker) ?? new Map<number, z.output<typeof Done>>();
    this.#heard.set(done.worker, parts.set(done.part, done));
    this.#count++;
    this.#wake();
  }

  /** Workers whose whole answer is here. */
  answered(): readonly string[] {
    return [...this.#heard].flatMap(([worker, parts]) =>
      [...parts.values()].some((one) => one.parts <= parts.size) ? [worker] : [],
    );
  }

  answers(): readonly Answer[] {
    return [...this.#heard.values()].flatMap((parts) => [...parts.values()]);
  }

  /** Says it until all others have answered; gives who has not in this time, or the first whose answer is a refusal. */
  async sayUntil(msMax: number, isRefusal: (one: Answer) => boolean = () => false): Promise<readonly string[]> {
    const { clock, notifications, dispatch } = this.#parts;
    const ends = clock.monotonicMs() + msMax;
    for (let sayAt = clock.monotonicMs(); ;) {
      const heard = this.#count;
      if (clock.monotonicMs() >= sayAt) {
        notifications.notify(SAID, this.#payload);
        sayAt = clock.monotonicMs() + AGAIN_MS;
      }
      const missing = await this.#missing(dispatch);
      const refused = [...this.#heard].find(([, parts]) => [...parts.values()].some(isRefusal));
      if (refused) return [refused[0]];
      const nowMs = clock.monotonicMs();
      if (missing.length === 0 || nowMs >= ends) return missing;
      // What was heard while the list was read is judged at once.
      if (heard === this.#count) await this.#next(Math.max(1, Math.min(sayAt, ends) - nowMs));
    }
  }

  async #missing(dispatch: Database): Promise<readonly string[]> {
    const answered = new Set([...this.answered(), this.#parts.worker()]);
    return (await listWorkers(dispatch)).map(({ id }) => id).filter((id) => !answered.has(id));
  }

  async #next(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const cancel = this.#parts.clock.after(ms, resolve);
    await promise;
    cancel();
  }
}

async function answer(
  parts: WordParts,
  answers: Map<string, Promise<Answer>>,
  { id, word }: z.output<typeof Said>,
): Promise<void> {
  const { notifications, worker } = parts;
  // Said again, it is not done again: the first time has stopped what there was.
  let acting = answers.get(id);
  if (!acting) {
    acting = act(parts, word);
    answers.set(id, acting);
    if (answers.size > ANSWERS_MAX) answers.delete(answers.keys().next().value!);
  }
  const { done, stopped } = await acting;
  const total = Math.max(1, Math.ceil(stopped.length / EFFECTS_PER_ANSWER));
  for (let part = 0; part < total; part++) {
    const some = stopped.slice(part * EFFECTS_PER_ANSWER, (part + 1) * EFFECTS_PER_ANSWER);
    notifications.notify(DONE, JSON.stringify({ id, worker: worker(), done, part, parts: total, stopped: some }));
  }
}

async function act(parts: WordParts, word: Word): Promise<Answer> {
  try {
    if ("policy" in word) {
      return { done: true, stopped: [...(await actOnPolicy(parts, word.policy, word.revoked ?? null))] };
    }
    const { project, ...rest } = { project: undefined, ...word };
    const asked: KeyWord = "masterKey" in rest ? rest : project === undefined ? rest : { ...rest, project };
    return { done: await parts.reload(asked), stopped: [] };
  } catch (error) {
    parts.log("a word of another process could not be acted on", error);
    return { done: false, stopped: [] };
  }
}

async function actOnPolicy(
  { policy }: WordParts,
  place: PolicyPlace,
  thing: RevokedThing | null,
): Promise<readonly StoppedEffect[]> {
  policy.changed(place);
  if (thing === null) return [];
  const stopped = await policy.revoked(place, thing, FATES_WAIT_MS);
  return stopped.map(({ run, step, path, action, fate }) => ({ run, step, path: [...path], action, fate }));
}
