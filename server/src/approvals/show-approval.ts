import type { Approval, ApprovalDecision, ApprovalSummary } from "@steward/sdk";
import { askedNow, isNamed } from "../core/approval/people-of.ts";
import { showId } from "../core/id.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { isoTime, isoTimeOrNull } from "../people/iso-time.ts";
import type { ApprovalRow, DecisionRow } from "../store/approvals.ts";
import type { PersonThere } from "./person-in-project.ts";
import { openArguments, openChanged, openNote } from "./sealed-approval.ts";

/** The digest of the arguments as they stand. */
export function presentDigest({ digest, changedDigest }: Pick<ApprovalRow, "digest" | "changedDigest">): Buffer {
  return changedDigest ?? digest;
}

/** For whom an approval is shown, and when. */
export interface Viewer {
  /** Null for nobody who could decide. */
  readonly person: PersonThere | null;
  /** Whether their call, beside themselves, may decide: a key may be limited. */
  readonly mayDecide: boolean;
  readonly nowMs: number;
}

/**
 * @param said whether they have said their word on the present arguments
 * @param keys by which what the run carries is read; null for whoever may not see it
 */
export function showSummary(
  row: ApprovalRow,
  viewer: Viewer,
  said: boolean,
  keys: ProjectKeys | null,
): ApprovalSummary {
  return {
    id: showId("apr", row.id),
    run: showId("run", row.run),
    flow: row.flow,
    step: row.step,
    path: [...row.path],
    kind: row.kind,
    action: row.action,
    message: keys === null ? null : messageOf(keys, row),
    connection: row.connection === null ? null : showId("con", row.connection),
    why: row.reasons.map(({ kind, field, of }) => ({ kind, field, of: of?.id ?? null })),
    status: row.status,
    parties: row.parties.map((party) => ({
      approvers: [...askedNow(party, row.createdAt, viewer.nowMs)],
      quorum: party.quorum,
    })),
    mine: !said && isMine(row, viewer),
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    decidedAt: isoTimeOrNull(row.decidedAt),
  };
}

/** What a step that asks by itself asks. */
function messageOf(keys: ProjectKeys, { kind, id, arguments: sealed }: ApprovalRow): string | null {
  if (kind !== "step") return null;
  const given = openArguments(keys, id, sealed);
  const message = isJsonObject(given) ? given["message"] : null;
  return typeof message === "string" ? message : null;
}

/** Whether the viewer may decide it now, as `decide` has it. */
function isMine(row: ApprovalRow, { person, mayDecide, nowMs }: Viewer): boolean {
  if (person === null || !mayDecide || row.status !== "open" || row.expiresAt <= nowMs) return false;
  return row.parties.some((party) => isNamed(askedNow(party, row.createdAt, nowMs), person.texts));
}

export interface Opened {
  readonly keys: ProjectKeys;
  /** Whether the viewer may see what runs carry. */
  readonly seesContent: boolean;
  readonly sentence: string | null;
  readonly decisions: readonly DecisionRow[];
  /** By account; those whom the viewer may not see have none. */
  readonly names: ReadonlyMap<string, string>;
}

export function showApproval(row: ApprovalRow, viewer: Viewer, opened: Opened): Approval {
  const { keys, seesContent, sentence, decisions } = opened;
  const digest = presentDigest(row);
  const said = decisions.some((one) => one.account === viewer.person?.account && one.digest.equals(digest));
  const changed = row.changed !== null && seesContent ? openChanged(keys, row.id, row.changed) : null;
  return {
    ...showSummary(row, viewer, said, seesContent ? keys : null),
    arguments: seesContent ? mutable(openArguments(keys, row.id, row.arguments)) : null,
    changed: mutable(changed),
    digest: digest.toString("hex"),
    byModel: seesContent ? [...row.byModel] : [],
    sentence,
    decisions: decisions.map((one) => showDecision(row.id, one, opened)),
  };
}

function showDecision(approval: string, row: DecisionRow, { keys, seesContent, names }: Opened): ApprovalDecision {
  const { account, decision, via, digest, note, at } = row;
  return {
    account: showId("acc", account),
    name: names.get(account) ?? null,
    decision,
    via,
    digest: digest.toString("hex"),
    note: note === null || !seesContent ? null : openNote(keys, { approval, account, digest }, note),
    at: isoTime(at),
  };
}

/** The same JSON, as the contract types it. */
function mutable(value: Json): Approval["arguments"] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it differs by `readonly` only
  return value as Approval["arguments"];
}
