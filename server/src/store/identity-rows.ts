import type { Database } from "../core/ports/database.ts";
import type { IdentityRows } from "../core/ports/identity-rows.ts";
import * as accounts from "./identity-accounts.ts";
import { gatherLookups } from "./gather-lookups.ts";
import * as factors from "./identity-factors.ts";
import * as sessions from "./identity-sessions.ts";
import { signOnRows } from "./identity-sign-on.ts";

/** The rows of the schema `identity`; `database` is steward_identity with that schema as its search path. */
export function identityRows(database: Database): IdentityRows {
  return {
    ...signOnRows(database),
    findAccount: (...given) => accounts.findAccount(database, ...given),
    findAccountByEmail: (...given) => accounts.findAccountByEmail(database, ...given),
    insertAccount: (...given) => accounts.insertAccount(database, ...given),
    dropUnproved: (...given) => accounts.dropUnproved(database, ...given),
    renameAccount: (...given) => accounts.renameAccount(database, ...given),
    setDeleted: (...given) => accounts.setDeleted(database, ...given),
    insertPassword: (...given) => accounts.insertPassword(database, ...given),
    replacePasswordHash: (...given) => accounts.replacePasswordHash(database, ...given),
    findSession: gatherLookups((tokens: readonly string[]) => sessions.findSessions(database, tokens)),
    insertSession: (...given) => sessions.insertSession(database, ...given),
    noteSessionUsed: (...given) => sessions.noteSessionUsed(database, ...given),
    listSessions: (...given) => sessions.listSessions(database, ...given),
    endSession: (...given) => sessions.endSession(database, ...given),
    endSessions: (...given) => sessions.endSessions(database, ...given),
    isSession: (...given) => sessions.isSession(database, ...given),
    stepUpSession: (...given) => sessions.stepUpSession(database, ...given),
    stepUpByPasskey: (...given) => sessions.stepUpByPasskey(database, ...given),
    isNewAgent: (...given) => sessions.isNewAgent(database, ...given),
    findSessionPerson: (...given) => sessions.findSessionPerson(database, ...given),
    sweepExpired: (...given) => sessions.sweepExpired(database, ...given),
    countTry: (...given) => factors.countTry(database, ...given),
    forgetTries: (...given) => factors.forgetTries(database, ...given),
    spendCode: (...given) => factors.spendCode(database, ...given),
    findVerification: (...given) => factors.findVerification(database, ...given),
    endResets: (...given) => factors.endResets(database, ...given),
  };
}
