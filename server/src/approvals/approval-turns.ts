/**
 * What becomes due of approvals by itself: people are asked, reminded, and others beside them; and what nobody decided in
 * time expires. Any number of processes may look at once: each approval is locked, and what went out stands in its row.
 */
import { actOn } from "../core/audit-entry.ts";
import { dueNotices, nextDue, type Notice, type OpenApproval } from "../core/approval/notices.ts";
import { isNamed } from "../core/approval/people-of.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import { insertApprovalLink } from "../store/approval-links.ts";
import {
  type ApprovalRow,
  type DueApproval,
  endApproval,
  listDueApprovals,
  listSaid,
  lockApproval,
  postponeApproval,
  readApprovalRun,
  setTold,
} from "../store/approvals.ts";
import { readNames } from "../store/names.ts";
import { lockQueue } from "../store/queue.ts";
import { inScope, queryInScope } from "../store/scope.ts";
import type { ApprovalParts } from "./approval-parts.ts";
import { approvalLinkUrl, hashLinkToken, linksDecide, makeLinkToken } from "./approval-link.ts";
import { listPeople, type PersonThere } from "./person-in-project.ts";
import { shownId } from "./read-approval.ts";
import { presentDigest } from "./show-approval.ts";
import { tellRun } from "./tell-run.ts";

const BATCH = 50;
/** Mailed for one notice; who is beyond finds it in their list. */
const PEOPLE_MAX = 50;
const MINUTE_MS = 60_000;
/** After a failure. */
const AGAIN_MS = 60_000;

export interface ApprovalTurns {
  /** One turn; gives how many approvals something was done about. What fails is logged and due again. */
  tick(): Promise<number>;
}

interface TurnParts extends ApprovalParts {
  readonly log: (message: string, error?: unknown) => void;
}

export function createApprovalTurns(parts: TurnParts): ApprovalTurns {
  return {
    async tick() {
      const due = await listDueApprovals(parts.dispatch, parts.clock.nowMs(), BATCH);
      let done = 0;
      for (const one of due) {
        try {
          await attend(parts, one);
          done++;
        } catch (error) {
          parts.log(`the approval ${shownId(one)} of project ${one.project} could not be attended to`, error);
          const againMs = parts.clock.nowMs() + AGAIN_MS;
          await queryInScope(parts.database, one, postponeApproval(one.project, one.id, againMs));
        }
      }
      return done;
    },
  };
}

async function attend(parts: TurnParts, due: DueApproval): Promise<void> {
  const { keys } = await parts.projects.get(due);
  // Before people are marked as told: what could not be begun is due again.
  await parts.approvals.message(due, due.id);
  const expired = await inScope(parts.database, due, async (tx) => {
    const run = await readApprovalRun(tx, due.project, due.id);
    const held = run === null ? [] : await lockQueue(tx, [run]);
    const row = await lockApproval(tx, due.project, due.id);
    const nowMs = parts.clock.nowMs();
    if (row === null || row.status !== "open") return null;
    if (row.expiresAt > nowMs) {
      await tellPeople({ parts, tx, due, row, nowMs });
      return null;
    }
    await expire({ parts, tx, due, row, nowMs }, keys, held.length > 0);
    return row.run;
  });
  if (expired === null) return;
  parts.approvals.wake(expired);
  await parts.approvals.message(due, due.id);
}

interface Turn {
  readonly parts: TurnParts;
  readonly tx: Transaction;
  readonly due: DueApproval;
  readonly row: ApprovalRow;
  readonly nowMs: number;
}

/** A run that has ended meanwhile has nobody to be told. */
async function expire({ parts, tx, due, row, nowMs }: Turn, keys: ProjectKeys, isLed: boolean): Promise<void> {
  const { organization, project } = due;
  await tx.query(endApproval(project, row.id, isLed ? "expired" : "withdrawn", nowMs));
  if (!isLed) return;
  const message = { kind: "approval", approval: row.id, how: "expired", by: "system" } as const;
  await tellRun(tx, { ids: parts.ids, keys, project }, row.run, message);
  const act = actOn(project, "system", "approval.expired", shownId(row), {}, nowMs);
  await appendActs(tx, organization, [act], nowMs);
}

async function tellPeople(turn: Turn): Promise<void> {
  const { tx, due, row, nowMs } = turn;
  const open: OpenApproval = {
    parties: row.parties,
    createdMs: row.createdAt,
    expiresMs: row.expiresAt,
    told: row.told,
  };
  const notices = dueNotices(open, nowMs);
  if (notices.length > 0) await mailAll(turn, notices);
  const keys = notices.map(({ key }) => key);
  await tx.query(setTold(due.project, row.id, keys, nextDue(open, nowMs)));
}

/** One mail to each who is named and has not said their word, whatever number of notices are due. */
async function mailAll(turn: Turn, notices: readonly Notice[]): Promise<void> {
  const { parts, tx, due, row, nowMs } = turn;
  const people = await listPeople(tx, due);
  const decides = await linksDecide(tx, due.organization);
  const [project] = await readNames(tx, due.organization, { mem: [], acc: [], prj: [due.project], rol: [] });
  const told = new Set<string>();
  for (const { kind, to } of notices) {
    const named = people.filter(({ account, texts }) => !told.has(account) && isNamed(to, texts));
    for (const person of named.slice(0, PEOPLE_MAX)) {
      told.add(person.account);
      if (person.email === null || (await hasSaid(turn, person))) continue;
      const link = decides ? await makeLink(turn, person) : pageLink(turn);
      const lifeMinutes = Math.max(1, Math.floor((row.expiresAt - nowMs) / MINUTE_MS));
      const about = { flow: row.flow, action: row.action, expiresAtMs: row.expiresAt, lifeMinutes };
      const values = { how: kind, name: person.name, project: project?.name ?? "", ...about, link, decides };
      await parts.approvals.mail.send(tx, { to: person.email, template: "approval", values });
    }
  }
}

async function hasSaid({ tx, due, row }: Turn, { account }: PersonThere): Promise<boolean> {
  return (await listSaid(tx, due.project, account, [row.id])).has(row.id);
}

function pageLink({ parts, row }: Turn): string {
  return `${parts.approvals.publicUrl()}/approvals/${showId("apr", row.id)}`;
}

async function makeLink({ parts, tx, due, row }: Turn, { account }: PersonThere): Promise<string> {
  const token = makeLinkToken(parts.ids);
  const link = { approval: row.id, account, digest: presentDigest(row), expiresAt: row.expiresAt };
  await tx.query(insertApprovalLink(due.project, hashLinkToken(token), link));
  return approvalLinkUrl(parts.approvals.publicUrl(), token);
}
