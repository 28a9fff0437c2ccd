/**
 * Turns rows of the outbox into runs, and takes over how the runs ended.
 * O1 A message has one run for each attempt: its id and attempt are the run's delivery, so that whoever dies between the
 *    run's commit and the mark, and however many processes look, nothing is started twice (R8).
 * O2 A message whose life is over is not begun, and its words are erased.
 * O3 Without a mail server nothing is begun: messages stay and are read in the development inbox.
 */
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import type { Engine } from "../engine/engine.ts";
import type { Projects } from "../engine/projects.ts";
import type { Versions } from "../engine/versions.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import { expireOutbox, listQueued, MAIL_CHANNEL, markSending, settleOutbox, type OutboxRow } from "../store/outbox.ts";
import { MAIL_SLUG } from "./mail-flow.ts";

export interface MailerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly projects: Projects;
  readonly versions: Versions;
  readonly engine: Pick<Engine, "startRun">;
  readonly notifications: Pick<Notifications, "listen" | "onReconnect">;
  /** Whether there is a mail server. */
  readonly sends: boolean;
  readonly log: (message: string, error?: unknown) => void;
}

export interface Mailer {
  /** One turn; gives how many messages moved. */
  tick(): Promise<number>;
  /** Turns at every word of a commit, and every few seconds in any case. */
  start(): Promise<void>;
  /** Settles when no turn is under way any more. */
  stop(): Promise<void>;
}

const LOOK_MS = 3_000;
const BATCH = 50;
/** The catalogue's days for the table. */
const FORGET_MS = 30 * 86_400_000;
const EXPIRE_EVERY_MS = 60_000;

export function createMailer(parts: MailerParts): Mailer {
  const { clock, log } = parts;
  let stopped = true;
  let turning = Promise.resolve();
  let under = false;
  let again = false;
  let cancel: (() => void) | null = null;
  let expiredAtMs = Number.NEGATIVE_INFINITY;

  const tick = async (): Promise<number> => {
    let moved = await settleOutbox(parts.database, clock.nowMs(), BATCH);
    if (clock.monotonicMs() - expiredAtMs >= EXPIRE_EVERY_MS) {
      moved += await expireOutbox(parts.database, clock.nowMs(), FORGET_MS, BATCH);
      expiredAtMs = clock.monotonicMs();
    }
    return moved + (parts.sends ? await begin(parts) : 0);
  };

  const goesOn = (moved: number): boolean => !stopped && (again || moved >= BATCH);

  /** Turns until nothing more is to be done at once. */
  const turnOn = async (): Promise<void> => {
    let moved = 0;
    do {
      again = false;
      try {
        moved = await tick();
      } catch (error) {
        moved = 0;
        log("looking after the outbox failed", error);
      }
    } while (goesOn(moved));
    under = false;
    if (!stopped) cancel = clock.after(LOOK_MS, turn);
  };

  const turn = (): void => {
    if (stopped) return;
    again = true; // heard while a turn is under way: what was committed meanwhile may have been missed
    if (under) return;
    under = true;
    cancel?.();
    turning = turnOn();
  };

  return {
    tick,
    async start() {
      stopped = false;
      await parts.notifications.listen(MAIL_CHANNEL, turn);
      parts.notifications.onReconnect(turn);
      turn();
    },
    async stop() {
      stopped = true;
      cancel?.();
      await turning;
    },
  };
}

/** Starts a run for each message that waits, oldest first; gives how many. */
async function begin(parts: MailerParts): Promise<number> {
  const rows = await listQueued(parts.database, BATCH);
  if (rows.length === 0) return 0;
  const version = await parts.versions.published(INSTALLATION_SCOPE, MAIL_SLUG);
  if (version === null) return 0; // this process has not published it yet
  const { keys } = await parts.projects.get(INSTALLATION_SCOPE);
  let begun = 0;
  for (const row of rows) {
    if (row.body === null || row.expiresAt <= parts.clock.nowMs()) continue;
    const started = await parts.engine.startRun(
      {
        scope: INSTALLATION_SCOPE,
        version,
        trigger: "manual",
        input: { method: null, path: null, headers: {}, query: {}, body: contentOf(row), deliveryId: null },
        delivery: {
          trigger: version.flow,
          key: keys.digest("delivery", "outbox", row.id, String(row.attempt)),
          digest: null,
        },
      },
      null,
      0,
    );
    await markSending(parts.database, row.id, row.attempt, started.run);
    begun += 1;
  }
  return begun;
}

function contentOf({ id, template }: OutboxRow): { readonly message: string; readonly template: string } {
  return { message: id, template };
}
