/**
 * A person's word on an approval: one transaction, in which the run's place in the queue is locked first and the approval
 * second, so that of two at the same moment one comes after the other; who they are is asked in it, since a role may have
 * gone since they were asked. The last word needed goes to the run in the same commit.
 */
import type { Approval, Decide } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { countWords, type Outcome } from "../core/approval/count-words.ts";
import { askedNow, isNamed } from "../core/approval/people-of.ts";
import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import {
  type ApprovalRow,
  type DecisionRow,
  endApproval,
  insertDecision,
  listDecisions,
  lockApproval,
  readApproval,
  readApprovalRun,
  setChanged,
} from "../store/approvals.ts";
import { knowing, type PolicyInForce } from "../grants/grant-parts.ts";
import { noteRefused } from "../people/act.ts";
import { lockQueue } from "../store/queue.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { Permissions } from "../people/permissions-of.ts";
import type { ApprovalCaller, ApprovalParts, KnowingApprovalParts } from "./approval-parts.ts";
import { judgeChange } from "./judge-change.ts";
import { type Change, readChange } from "./read-change.ts";
import { type PersonThere, readPeople } from "./person-in-project.ts";
import { approvalId, noApproval, shownApproval, shownId } from "./read-approval.ts";
import { openChanged, sealChanged, sealNote } from "./sealed-approval.ts";
import { presentDigest } from "./show-approval.ts";
import { tellRun } from "./tell-run.ts";

export interface Decider {
  readonly scope: Scope;
  readonly account: string;
  /** As the audit names them. */
  readonly by: string;
  readonly via: DecisionRow["via"];
  /** What the call may, where it is limited; what the person may is asked. Null: as much as they. */
  readonly permissions: Permissions | null;
}

/** By page or API. Throws `forbidden`, `conflict` for what is decided already, `precondition_failed`, `value_invalid`. */
export async function decideApproval(
  parts: ApprovalParts,
  { scope, account, shownId: by, kind, permissions }: ApprovalCaller,
  shown: string,
  given: Decide,
): Promise<Approval> {
  if (account === null)
    throw new AppError("forbidden", "An approval is a person's word: a service account has none.", { needs: "person" });
  const via = kind === "session" ? "page" : "api";
  const decider = { scope, account, by, via, permissions } as const;
  return await decide(parts, decider, approvalId(shown), given, () => Promise.resolve());
}

/**
 * The same for whoever has shown who they are, by whatever way.
 * @param alongside is done in the transaction before anything is judged; what it throws ends it
 */
export async function decide(
  parts: ApprovalParts,
  decider: Decider,
  id: string,
  given: Decide,
  alongside: (tx: Transaction, row: ApprovalRow) => Promise<void>,
): Promise<Approval> {
  const { scope } = decider;
  const { keys } = await parts.projects.get(scope);
  const known = await knowing(parts, scope);
  const inForce = given.arguments === undefined ? null : await parts.grants.policyOf(scope);
  const { approval, told } = await inScope(parts.database, scope, async (tx) => {
    const { row, isLed } = await lockBoth(tx, scope, id);
    await alongside(tx, row);
    const word: Word = { parts: known, tx, keys, decider, row, given, inForce, nowMs: parts.clock.nowMs() };
    const person = await requirePerson(word);
    requireOpen(word, isLed);
    const outcome = await say(word);
    return { approval: await shownAfter(word, person), told: outcome === "open" ? null : row.run };
  });
  if (told !== null) parts.approvals.wake(told);
  // Their word stands. A message that could not be begun is changed when its flow looks again.
  await parts.approvals.message(scope, id).catch(() => undefined);
  return approval;
}

async function lockBoth(
  tx: Transaction,
  { project }: Scope,
  id: string,
): Promise<{ readonly row: ApprovalRow; readonly isLed: boolean }> {
  const run = await readApprovalRun(tx, project, id);
  const held = run === null ? [] : await lockQueue(tx, [run]);
  const row = await lockApproval(tx, project, id);
  if (row === null) throw noApproval(shownId({ id }));
  return { row, isLed: held.length > 0 };
}

interface Word {
  readonly parts: KnowingApprovalParts;
  readonly tx: Transaction;
  readonly keys: ProjectKeys;
  readonly decider: Decider;
  readonly row: ApprovalRow;
  readonly given: Decide;
  /** Read where there are other arguments to be judged. */
  readonly inForce: PolicyInForce | null;
  readonly nowMs: number;
}

/** Whoever decides, as they stand now: named by a party, and somebody who may decide at all. */
async function requirePerson({ parts, tx, decider, row, nowMs }: Word): Promise<PersonThere> {
  const { scope, account, permissions } = decider;
  const person = (await readPeople(tx, scope, [account])).get(account);
  const isAsked = row.parties.some((party) =>
    isNamed(askedNow(party, row.createdAt, nowMs), person?.texts ?? new Set()),
  );
  if (person !== undefined && isAsked && permissions?.has("approval.decide") !== false) return person;
  noteRefused(parts, scope, { shownId: decider.by }, "decideApproval", "approval.decide");
  throw new AppError("forbidden", `${shownId(row)} is for others to decide.`, { needs: "approval.decide" });
}

function requireOpen({ row, given, nowMs }: Word, isLed: boolean): void {
  const status = row.status !== "open" ? row.status : row.expiresAt <= nowMs ? "expired" : isLed ? "open" : "withdrawn";
  if (status !== "open") throw new AppError("conflict", `${shownId(row)} is ${status} already.`, { status });
  if (presentDigest(row).toString("hex") !== given.digest)
    throw new AppError("precondition_failed", `The arguments of ${shownId(row)} have changed since: look again.`);
}

async function say(word: Word): Promise<Outcome> {
  const { parts, tx, keys, decider, row, given, inForce, nowMs } = word;
  const { project, organization } = decider.scope;
  const change = await readChange(parts, tx, keys, decider.scope, row, given);
  if (change !== null && inForce !== null) await judgeChange(tx, decider.scope, row, change, inForce, nowMs);
  const digest = change?.digest ?? presentDigest(row);
  if (change !== null)
    await tx.query(setChanged(project, row.id, sealChanged(keys, row.id, change.arguments), change.digest, nowMs));
  const { account, via } = decider;
  const { decision } = given;
  const of = { approval: row.id, account, digest };
  const note = given.note === undefined ? null : sealNote(keys, of, given.note);
  if (!(await insertDecision(tx, project, row.id, { account, decision, digest, via, note, at: nowMs })))
    throw new AppError("conflict", `You have said your word on ${shownId(row)}: it waits for others.`, {
      status: "open",
    });
  const outcome = await outcomeOf(word, digest);
  if (outcome !== "open") {
    await tx.query(endApproval(project, row.id, outcome, nowMs));
    await tell(word, outcome, change ?? (await changedBefore(word)));
  }
  const facts = { decision, via, outcome, changed: change !== null };
  const act = actOn(project, decider.by, "approval.decided", shownId(row), facts, nowMs);
  await appendActs(tx, organization, [act], nowMs);
  return outcome;
}

/** Every word on these arguments, by people as they stand now. */
async function outcomeOf({ tx, decider: { scope }, row, nowMs }: Word, digest: Buffer): Promise<Outcome> {
  const said = (await listDecisions(tx, scope.project, row.id)).filter((one) => one.digest.equals(digest));
  const people = await readPeople(
    tx,
    scope,
    said.map(({ account }) => account),
  );
  const words = said.map(({ account, decision }) => ({
    account,
    decision,
    texts: people.get(account)?.texts ?? new Set<string>(),
  }));
  return countWords(row.parties, words, { createdMs: row.createdAt, nowMs });
}

/** What somebody has put in the arguments' place before. */
function changedBefore({ keys, row }: Word): Promise<Change | null> {
  const { id, changed, changedDigest: digest } = row;
  return Promise.resolve(
    changed === null || digest === null ? null : { arguments: openChanged(keys, id, changed), digest },
  );
}

async function tell(
  { parts, tx, keys, decider, row, given }: Word,
  how: "approved" | "rejected",
  change: Change | null,
): Promise<void> {
  const { project } = decider.scope;
  const changed =
    change === null || how === "rejected"
      ? {}
      : { changed: { arguments: change.arguments, digest: change.digest.toString("base64url") } };
  const note = given.note === undefined ? {} : { note: given.note };
  const message = { kind: "approval", approval: row.id, how, by: decider.by, ...note, ...changed } as const;
  await tellRun(tx, { ids: parts.ids, keys, project }, row.run, message);
}

async function shownAfter({ parts, tx, keys, decider, row, nowMs }: Word, person: PersonThere): Promise<Approval> {
  const { scope } = decider;
  const now = await readApproval(tx, scope.project, row.id);
  const permissions = decider.permissions ?? person.permissions;
  const seen = { person, mayDecide: true, nowMs, scope, keys, permissions };
  return await shownApproval(parts, tx, now ?? row, seen);
}
