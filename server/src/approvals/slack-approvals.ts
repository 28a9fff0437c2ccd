/** Approvals as the gate writes them into Slack and hears of them there (`ApprovalMessages`). */
import { markIn, slackMark, slackMarks } from "../core/approval/slack-marks.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { ApprovalMessages, Pressed, PressedButton } from "../core/ports/approval-messages.ts";
import type { Identity } from "../core/ports/identity.ts";
import { knowing } from "../grants/grant-parts.ts";
import { noteRefused } from "../people/act.ts";
import { sameAddress } from "../people/same-address.ts";
import { type ApprovalRow, listDecisions, noteMessage, readApproval } from "../store/approvals.ts";
import { inScope, queryInScope, type Scope } from "../store/scope.ts";
import { linksDecide } from "./approval-link.ts";
import type { ApprovalParts } from "./approval-parts.ts";
import { decide } from "./decide-approval.ts";
import { listPeople } from "./person-in-project.ts";
import { presentDigest } from "./show-approval.ts";
import { composeSlack } from "./slack-content.ts";
import { slackPlaces } from "./slack-places.ts";

export interface SlackApprovalParts extends ApprovalParts {
  /** Null where nobody signs in: then nobody is known by their address. */
  readonly identity: Pick<Identity, "findAccount"> | null;
}

const MINUTE_S = 60;
const LOOK_S_MAX = 12 * 3600;

export function createSlackApprovals(parts: SlackApprovalParts): ApprovalMessages {
  return {
    async compose(scope, id, place) {
      const known = await knowing(parts, scope);
      const { keys } = await parts.projects.get(scope);
      return await inScope(parts.database, scope, async (tx) => {
        const row = await readApproval(tx, scope.project, id);
        if (row === null) return null;
        const nowMs = parts.clock.nowMs();
        const mark = markIn(row.told, place);
        return {
          ...(await composeSlack(known, tx, { scope, keys, row, place })),
          open: row.status === "open",
          posted: mark && { channel: mark.channel, ts: mark.ts },
          lookAgainSeconds: lookAgainSeconds(row, nowMs),
        };
      });
    },
    async notePosted(scope, id, place, posted) {
      await queryInScope(parts.database, scope, noteMessage(scope.project, id, slackMark(place, posted)));
    },
    judge: (scope, id, connection, pressed, late) => judge(parts, scope, id, { connection, pressed, late }),
    hear: (scope, id, email, pressed) => hear(parts, scope, id, email, pressed),
  };
}

/** Soon while it is young, for that is when a run is most likely to end or be cancelled; once more when it expires. */
function lookAgainSeconds({ createdAt, expiresAt }: ApprovalRow, nowMs: number): number {
  const ageS = (nowMs - createdAt) / 2000;
  const endsS = Math.max(0, (expiresAt - nowMs) / 1000) + MINUTE_S;
  return Math.ceil(Math.min(Math.max(MINUTE_S, ageS), LOOK_S_MAX, endsS));
}

const NOT_OURS = "This button is not one of Steward's, or its message is an old one: open it in Steward.";
const ON_THE_PAGE = "Here only Steward itself is asked: open it in Steward and sign in.";

/**
 * A flow may post with the same connection, and draw a button with any value: only what was pressed below a message that was
 * posted for this approval counts. What is limited to the page, as mailed links are, is said before anybody is asked for.
 */
async function judge(
  parts: SlackApprovalParts,
  scope: Scope,
  id: string,
  given: { readonly connection: string; readonly pressed: PressedButton; readonly late: boolean },
): Promise<Pressed> {
  const { connection, late } = given;
  const { channel, ts } = given.pressed;
  return await inScope(parts.database, scope, async (tx): Promise<Pressed> => {
    const row = await readApproval(tx, scope.project, id);
    const marks = slackMarks(row?.told ?? []).filter((one) => one.connection === connection);
    if (!late && row?.status === "open" && marks.length === 0) return { kind: "early" };
    const mark = marks.find((one) => one.channel === channel && one.ts === ts);
    if (row === null || mark === undefined) {
      noteRefused(parts, scope, { shownId: "slack" }, "decideApproval", "message");
      return { kind: "refused", refusal: NOT_OURS };
    }
    if (!(await linksDecide(tx, scope.organization))) return { kind: "refused", refusal: ON_THE_PAGE };
    const places = await slackPlaces(tx, scope.project, row.parties, parts.clock.nowMs());
    const found = places.find((one) => one.connection === connection && one.channel === mark.named);
    return { kind: "place", place: found ?? { connection, channel: mark.named, arguments: false } };
  });
}

async function hear(
  parts: SlackApprovalParts,
  scope: Scope,
  id: string,
  email: string,
  { decision, digest }: PressedButton,
): Promise<string | null> {
  const account = await accountOf(parts, scope, email);
  if (account === null) {
    noteRefused(parts, scope, { shownId: "slack" }, "decideApproval", "approval.decide");
    return "Nobody of this project has your Slack address confirmed as theirs: open it in Steward.";
  }
  const by = showId("acc", account);
  try {
    await decide(
      parts,
      { scope, account, by, via: "slack", permissions: null },
      id,
      { decision, digest },
      async (tx) => {
        if (!(await linksDecide(tx, scope.organization)))
          throw new AppError("forbidden", ON_THE_PAGE, { needs: "page" });
      },
    );
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return (await hasSaid(parts, scope, id, { account, decision, digest })) ? null : error.message;
  }
}

/** Theirs alone, and proved to be: an address that somebody has only typed in is nobody's. */
async function accountOf(parts: SlackApprovalParts, scope: Scope, email: string): Promise<string | null> {
  const people = await inScope(parts.database, scope, (tx) => listPeople(tx, scope));
  const [person, ...others] = people.filter((one) => one.email !== null && sameAddress(one.email, email));
  if (person === undefined || others.length > 0) return null;
  const account = (await parts.identity?.findAccount(person.account)) ?? null;
  if (account === null || account.deletedAt !== null || !account.emailVerified) return null;
  return sameAddress(account.email, email) ? person.account : null;
}

interface Said {
  readonly account: string;
  readonly decision: "approve" | "reject";
  readonly digest: string;
}

/** The same button pressed again, or heard again after a crash, is answered as the first time. */
async function hasSaid(parts: SlackApprovalParts, { project, organization }: Scope, id: string, said: Said) {
  const scope = { organization, project };
  return await inScope(parts.database, scope, async (tx) => {
    const row = await readApproval(tx, project, id);
    if (row === null || presentDigest(row).toString("hex") !== said.digest) return false;
    return (await listDecisions(tx, project, id)).some(
      (one) =>
        one.account === said.account &&
        one.decision === said.decision &&
        one.via === "slack" &&
        one.digest.toString("hex") === said.digest,
    );
  });
}
