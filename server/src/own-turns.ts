/** The turns that the installation takes by itself, beside answering. */
import { ASK_FLOW, ASK_SLUG, HEAR_FLOW, HEAR_SLUG } from "./approvals/message-flows.ts";
import { createSyslog } from "./adapters/syslog/send-syslog.ts";
import { createSinkDelivery } from "./audit/deliver-sinks.ts";
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import type { Revoker } from "./connections/create-revoker.ts";
import { endLeftBehind } from "./connections/end-left-behind.ts";
import { REVOKE_FLOW, REVOKE_SLUG } from "./connections/revoke-flow.ts";
import { boundsTurns } from "./bounds-outside.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import { startSweeping } from "./files/start-sweeping.ts";
import { createUsesTurns } from "./flows/note-uses.ts";
import { publishOwnFlow } from "./flows/publish-own-flow.ts";
import { type Closers, type Ground } from "./ground.ts";
import { type HttpParts } from "./http/http-parts.ts";
import { createMailer } from "./mail/create-mailer.ts";
import { MAIL_FLOW, MAIL_SLUG } from "./mail/mail-flow.ts";
import { forgetPerson } from "./people/forget-person.ts";
import { checkDomains } from "./people/sign-on-domain-checks.ts";
import { purgeAccounts } from "./people/purge-accounts.ts";
import { createPurgeDeleted } from "./people/purge-deleted.ts";
import { createReseal } from "./keyring/reseal.ts";
import { resealTools } from "./people-outside.ts";
import { repeat } from "./repeat.ts";
import { INSTALLATION_SCOPE } from "./store/installation.ts";
import { forgetOutboundEffects } from "./store/outbound-effects.ts";

const HEADS_MS = 5 * 60_000;
const SINKS_MS = 10_000;
const PURGE_MS = 3_600_000;
const RESEAL_MS = 10_000;
const PURGE_DELETED_MS = 60_000;
const LEDGER_MS = 60_000;
/** Of the ledger of effects, at once. */
const FORGOTTEN_MAX = 10_000;
const REVOKE_MS = 10_000;
const LEFT_BEHIND_MS = 60_000;
const ENDINGS_MS = 1_000;
const USES_MS = 60_000;

/** What the installation does by itself: its mail, the audit's heads and sinks, and the end of what has run its time. */
export async function startTurns(
  ground: Ground,
  { identity, recordAct }: Entry,
  built: Built,
  parts: Omit<HttpParts, "readinessFacts">,
  closers: Closers,
): Promise<void> {
  const { config, db, clock, log, egress, keysOf } = ground;
  const { database, dispatch } = db;
  await publishOwnFlow({ ...parts, kinds: built.ownKinds }, MAIL_SLUG, MAIL_FLOW);
  await publishOwnFlow({ ...parts, kinds: built.ownKinds }, ASK_SLUG, ASK_FLOW);
  await publishOwnFlow({ ...parts, kinds: built.ownKinds }, HEAR_SLUG, HEAR_FLOW);
  const mailer = createMailer({
    database,
    clock,
    projects: built.projects,
    versions: built.versions,
    engine: built.engine.engine,
    notifications: db.notifications,
    sends: built.mailGoesOut,
    log,
  });
  await mailer.start();
  closers.push(() => mailer.stop());
  const sweeping = startSweeping({ ...parts.files, dispatch });
  closers.push(() => sweeping.stop());
  const sinks = createSinkDelivery({
    database,
    dispatch,
    clock,
    egress,
    syslog: createSyslog({ allow: parseAllowList(config.egressAllow), nowMs: () => clock.monotonicMs() }),
    keys: () => keysOf(INSTALLATION_SCOPE),
    log,
  });
  for (const stop of [
    ...boundsTurns(ground, parts),
    repeat(clock, HEADS_MS, "signing the audit's heads", () => parts.heads.tick(), log),
    repeat(clock, HEADS_MS, "looking at domains", () => checkDomains({ ...parts, signOn: parts.signOn }), log),
    repeat(clock, SINKS_MS, "sending the audit", () => sinks.tick(), log),
    ...endingTurns(ground, { identity, recordAct }, built, parts),
  ])
    closers.push(stop);
  closers.push(() => Promise.resolve(sinks.close()));
}

/** What rested on what is over is stopped, also where whoever ended it has died; for which it must be known who uses what. */
export function startEnding({ db, clock, keysOf, log }: Ground, { endings }: Built, closers: Closers): void {
  const uses = createUsesTurns({ database: db.database, dispatch: db.dispatch, keysOf, log });
  closers.push(repeat(clock, ENDINGS_MS, "stopping what rested on what is over", () => endings.turn(), log));
  closers.push(repeat(clock, USES_MS, "looking at what flows use", () => uses.turn(), log));
}

/** What was disconnected is revoked at the providers, and what was left behind is disconnected. */
export async function startRevoking(
  { clock, log }: Ground,
  built: Built,
  parts: Omit<HttpParts, "readinessFacts">,
  revoker: Revoker,
  closers: Closers,
): Promise<void> {
  await publishOwnFlow({ ...parts, kinds: built.ownKinds }, REVOKE_SLUG, REVOKE_FLOW);
  closers.push(() => revoker.settled());
  closers.push(repeat(clock, REVOKE_MS, "looking after revocations", () => revoker.turn(), log));
  closers.push(repeat(clock, LEFT_BEHIND_MS, "disconnecting what was left behind", () => endLeftBehind(parts), log));
}

/** The end of what has run its time: deleted accounts, projects and organizations, and keys that were rotated away. */
function endingTurns(
  ground: Ground,
  { identity, recordAct }: Pick<Entry, "identity" | "recordAct">,
  built: Built,
  parts: Omit<HttpParts, "readinessFacts">,
): (() => Promise<void>)[] {
  const { db, clock, log } = ground;
  const purge = createPurgeDeleted(parts);
  const reseal = createReseal(resealTools(ground, built));
  const accounts = {
    identity,
    identityDatabase: db.identity,
    clock,
    recordAct,
    endMemberships: (account: string) => parts.accounts.endMemberships(account),
    forgetPerson: (account: string) => forgetPerson(parts, account),
  };
  return [
    repeat(clock, PURGE_DELETED_MS, "purging what was deleted", () => purge.turn(), log),
    repeat(clock, RESEAL_MS, "sealing with new keys", () => reseal.turn(), log),
    repeat(
      clock,
      LEDGER_MS,
      "forgetting old effects",
      async () => void (await forgetOutboundEffects(db.dispatch, FORGOTTEN_MAX)),
      log,
    ),
    repeat(clock, PURGE_MS, "erasing deleted accounts", () => purgeAccounts(accounts), log),
  ];
}
