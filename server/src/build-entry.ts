/** Who people are and what is written to them: the sign-in, the mail that carries its links, the acts it records. */
import { createIdentity } from "./adapters/identity/create-identity.ts";
import { dnsTextRecords } from "./adapters/identity/sign-on-dns.ts";
import { createDenials, type Denials } from "./audit/create-denials.ts";
import type { Identity } from "./core/ports/identity.ts";
import type { Closers, Ground } from "./ground.ts";
import { createAuthLimits } from "./http/auth-limits.ts";
import { createRateLimits, type RateLimits } from "./http/rate-limits.ts";
import type { Mail } from "./core/mail-message.ts";
import { createMail } from "./mail/create-mail.ts";
import { type NamedMessage, readMessage } from "./mail/read-message.ts";
import { isBeyond } from "./people/is-beyond.ts";
import { mayJoin } from "./people/may-join.ts";
import { refreshPerson } from "./people/refresh-person.ts";
import { createRecordAccountAct, type RecordAccountAct } from "./people/record-account-act.ts";
import { postgresCounter } from "./adapters/rate-limits/postgres-counter.ts";
import type { Transaction } from "./core/ports/database.ts";
import { findStandingKey } from "./store/access.ts";
import { identityRows } from "./store/identity-rows.ts";
import { createSignOnRules } from "./people/sign-on-rules.ts";
import type { SignOnOutside } from "./people/sign-on-parts.ts";
import { INSTALLATION_SCOPE } from "./store/installation.ts";
import { addCounts, deleteExpiredCounts } from "./store/rate-limits.ts";

export interface Entry {
  readonly identity: Identity;
  readonly rateLimits: RateLimits;
  readonly denials: Denials;
  readonly recordAct: RecordAccountAct;
  readonly mail: Mail;
  readonly signOn: SignOnOutside;
  /** Puts a message of the sign-in or of an invitation into the outbox, in the caller's transaction. */
  readonly send: (tx: Transaction, message: NamedMessage) => Promise<void>;
}

/** How long the links of mails are good for; the sign-in's own setting. */
const LINK_MINUTES = 60;

export function buildEntry(ground: Ground, closers: Closers): Entry {
  const { config, db, clock, ids, log, egress, ledger, keys } = ground;
  const { database, dispatch } = db;
  const denials = createDenials({ database, clock, log });
  closers.push(() => denials.close());
  const rateLimits = createRateLimits({
    counter: postgresCounter(database),
    add: (rows, nowMs) => addCounts(database, rows, nowMs),
    deleteExpired: (nowMs, limit) => deleteExpiredCounts(database, nowMs, limit),
    secret: keys.secretOf("rate_limit"),
    callsPerMinute: config.callsPerMinute,
    clock,
    log,
  });
  closers.push(() => rateLimits.close());
  const mail = createMail({ keysOf: ground.keysOf, ids, clock });
  const send: Entry["send"] = async (tx, message) =>
    await mail.send(
      tx,
      readMessage(message, { nowMs: clock.nowMs(), publicUrl: ground.publicUrl(), linkMinutes: LINK_MINUTES }),
    );
  const signOn: SignOnOutside = {
    keys: () => ground.keysOf(INSTALLATION_SCOPE),
    texts: dnsTextRecords(),
    mail: { send },
  };
  const rows = identityRows(db.identity);
  const personChanged = (account: string): Promise<void> =>
    refreshPerson({ database, dispatch, identity: rows }, account);
  const recordAct = createRecordAccountAct({ database, clock, personChanged, denials });
  const authLimits = createAuthLimits(rateLimits);
  const identity = createIdentity({
    database: db.identity,
    rows,
    clock,
    ids,
    secret: keys.secretOf("identity"),
    publicUrl: ground.publicUrl,
    policy: { signUp: config.signUp, minimumAge: config.minimumAge },
    providers: config.providers,
    signOn: createSignOnRules({ database, dispatch, clock, ids, signOn }),
    egress,
    signInEgress: ground.own.way("identity"),
    // An organization's own sign-on is called on its behalf.
    noteOutbound: (host, purpose) => ledger.note(host, 443, purpose === "sign_in" ? "identity" : "connection"),
    sendMail: async (message) => await database.transaction(async (tx) => await send(tx, message)),
    mayJoin: async (email, token) => await mayJoin({ database, dispatch, clock }, email, token),
    isFirstKey: async (key) => (await findStandingKey(dispatch, key, clock.nowMs()))?.ofHome === true,
    isBeyond: async (account, organization) => await isBeyond(dispatch, account, organization),
    recordAct,
    beforeAuth: (attempt, origin) => authLimits.before(attempt, origin),
    afterSignIn: (attempt, origin) => authLimits.began(attempt, origin),
    log,
  });
  closers.push(() => identity.close()); // what was answered is done before what it needs goes
  return { identity, rateLimits, denials, recordAct, mail, send, signOn };
}
