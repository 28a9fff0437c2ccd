/**
 * Has what was disconnected revoked at the providers, by runs of the installation's own flow, and ends what was left behind.
 * V1 A revocation has one run at a time: it and the run before are the run's delivery, so that whoever dies between the
 *    run's commit and the mark, and however many processes look, nothing is started twice (R8).
 * V2 A run that ended without an end of the revocation is followed by another, until seven days are over.
 * V3 Then the slot is destroyed, whatever the provider said (PROMISES C6).
 */
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { Projects } from "../engine/projects.ts";
import type { Versions } from "../engine/versions.ts";
import { appendActs } from "../store/append-acts.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import {
  endRevocation,
  listEndedRuns,
  listWaiting,
  setRevocationRun,
  type WaitingRevocation,
} from "../store/revocations.ts";
import { inScope } from "../store/scope.ts";
import { REVOKE_SLUG } from "./revoke-flow.ts";

export interface RevokerParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly projects: Pick<Projects, "get">;
  readonly versions: Pick<Versions, "published">;
  readonly engine: Pick<Engine, "startRun">;
  readonly log: (message: string, error?: unknown) => void;
}

export interface Revoker {
  /** One look at all that waits; gives how many moved. */
  turn(): Promise<number>;
  /** A turn soon, because something was just disconnected. Never fails. */
  soon(): void;
  /** Settles when no turn is under way. */
  settled(): Promise<void>;
}

const PAGE = 100;
/** Of one turn; the next goes on. */
const PAGES_MAX = 100;

export function createRevoker(parts: RevokerParts): Revoker {
  let underWay: Promise<unknown> = Promise.resolve();
  let asked = false;
  return {
    turn: () => turn(parts),
    soon() {
      if (asked) return;
      asked = true;
      const before = underWay;
      underWay = turnAfter(parts, before, () => {
        asked = false;
      });
    },
    settled: async () => void (await underWay),
  };
}

async function turnAfter(parts: RevokerParts, before: Promise<unknown>, begins: () => void): Promise<void> {
  await before;
  begins();
  await turn(parts).catch((error: unknown) => parts.log("looking after revocations failed", error));
}

async function turn(parts: RevokerParts): Promise<number> {
  let moved = 0;
  let after: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const rows: readonly WaitingRevocation[] = await listWaiting(parts.dispatch, after, PAGE);
    const runs = rows.flatMap(({ run }) => run ?? []);
    const ended = runs.length === 0 ? new Set<string>() : await listEndedRuns(parts.database, runs);
    for (const row of rows) {
      const isOver = row.expiresAt <= parts.clock.nowMs();
      if (isOver) await expire(parts, row);
      else if (row.run === null || ended.has(row.run)) await begin(parts, row);
      else continue;
      moved += 1;
    }
    after = rows.at(-1)?.id ?? null;
    if (rows.length < PAGE) break;
  }
  return moved;
}

async function begin(parts: RevokerParts, { organization, project, id, run }: WaitingRevocation): Promise<void> {
  const version = await parts.versions.published(INSTALLATION_SCOPE, REVOKE_SLUG);
  if (version === null) return; // this process has not published it yet
  const { keys } = await parts.projects.get(INSTALLATION_SCOPE);
  const body = { organization, project, revocation: id };
  const key = keys.digest("delivery", "revocation", id, run ?? "");
  const started = await parts.engine.startRun(
    {
      scope: INSTALLATION_SCOPE,
      version,
      trigger: "manual",
      input: { method: null, path: null, headers: {}, query: {}, body, deliveryId: null },
      delivery: { trigger: version.flow, key, digest: null },
    },
    null,
    0,
  );
  await setRevocationRun(parts.database, { organization, project }, id, run, started.run);
}

/** V3. */
async function expire(
  { database, clock }: RevokerParts,
  { organization, project, id }: WaitingRevocation,
): Promise<void> {
  const atMs = clock.nowMs();
  await inScope(database, { organization, project }, async (tx) => {
    if (!(await endRevocation(tx, project, id, { status: "failed", code: "expired", asked: false, atMs }))) return;
    const facts = { status: "failed", provider: "expired" };
    await appendActs(
      tx,
      organization,
      [actOn(project, "system", "connection.revoked", showId("rev", id), facts, atMs)],
      atMs,
    );
  });
}
