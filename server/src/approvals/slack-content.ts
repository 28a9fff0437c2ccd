import type { SlackPlace } from "@steward/sdk";
import { slackMessage } from "../core/approval/slack-message.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import { quoteValue } from "../core/policy/decision.ts";
import type { Transaction } from "../core/ports/database.ts";
import { lineSentence } from "../grants/line-sentence.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { permissionsOfRole } from "../people/permissions-of.ts";
import { type ApprovalRow, type ApprovalStatus, listDecisions } from "../store/approvals.ts";
import { readConnectionRefs, readFlowNames } from "../store/connection-refs.ts";
import { readNames } from "../store/names.ts";
import type { Scope } from "../store/scope.ts";
import { linksDecide } from "./approval-link.ts";
import type { KnowingApprovalParts } from "./approval-parts.ts";
import { openArguments, openChanged } from "./sealed-approval.ts";
import { presentDigest } from "./show-approval.ts";

interface Shown {
  readonly scope: Scope;
  readonly keys: ProjectKeys;
  readonly row: ApprovalRow;
  readonly place: SlackPlace;
}

/** What a channel is shown of an approval as it stands: who asks for what, by which rule, and what people have said. */
export async function composeSlack(
  parts: KnowingApprovalParts,
  tx: Transaction,
  shown: Shown,
): Promise<{ readonly text: string; readonly blocks: readonly Json[] }> {
  const { scope, row } = shown;
  const flows = await readFlowNames(tx, scope.project, [row.flow]);
  const open = row.status === "open";
  const decides = open && (await linksDecide(tx, scope.organization));
  return slackMessage({
    flow: flows.get(`flow:${row.flow}`) ?? flows.get(`agent:${row.flow}`) ?? row.flow,
    step: row.step,
    asks: await asksWords(parts, tx, shown),
    arguments: argumentsShown(shown),
    notes: await notesOf(tx, shown),
    buttons: decides ? { approval: showId("apr", row.id), digest: presentDigest(row).toString("hex") } : null,
    link: open ? `${parts.approvals.publicUrl()}/approvals/${showId("apr", row.id)}` : null,
  });
}

/** A step's own message is what it asks; of an effect, what it is and the rule's sentence. Never what would be sent. */
async function asksWords(
  { actions }: KnowingApprovalParts,
  tx: Transaction,
  { scope, keys, row }: Shown,
): Promise<string> {
  if (row.kind === "step") {
    const given = openArguments(keys, row.id, row.arguments);
    const message = isObject(given) && typeof given["message"] === "string" ? given["message"] : null;
    return message ?? "A step asks whether to go on; what it shows is private.";
  }
  const [connection] = row.connection === null ? [] : await readConnectionRefs(tx, scope.project, [row.connection]);
  const title = actions.find(row.action)?.title;
  const what = title === undefined ? row.action : `${quoteValue(title)} (${row.action})`;
  const withWhat = connection === undefined ? "" : ` with ${connection.slug}`;
  const of = row.reasons.find((reason) => reason.of !== null)?.of ?? null;
  const seen = { permissions: permissionsOfRole("viewer"), actions };
  const sentence = of === null ? null : await lineSentence(tx, scope, of, seen);
  return `A flow wants to do this: ${what}${withWhat}.${sentence === null ? "" : `\nThe rule: ${sentence}`}`;
}

function argumentsShown({ keys, row, place }: Shown): Json | null {
  if (!place.arguments) return null;
  const given =
    row.changed === null ? openArguments(keys, row.id, row.arguments) : openChanged(keys, row.id, row.changed);
  if (row.kind === "effect") return given;
  return isObject(given) ? (given["show"] ?? null) : null;
}

const ENDS: Readonly<Record<Exclude<ApprovalStatus, "open">, string>> = {
  approved: "It is approved.",
  used: "It is approved, and was done.",
  rejected: "It is rejected.",
  expired: "It has expired: nobody has decided in time.",
  withdrawn: "It was withdrawn: its run needs no answer any more.",
};

async function notesOf(tx: Transaction, { scope, row }: Shown): Promise<readonly string[]> {
  const digest = presentDigest(row);
  const said = (await listDecisions(tx, scope.project, row.id)).filter((one) => one.digest.equals(digest));
  const accounts = said.map(({ account }) => account);
  const names = await readNames(tx, scope.organization, { mem: [], acc: accounts, prj: [], rol: [] });
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  const words = said.map(({ account, decision, at }) => {
    const who = quoteValue(nameOf.get(account) ?? "somebody");
    return `${decision === "approve" ? "Approved" : "Rejected"} by ${who}, ${timeWords(at)}.`;
  });
  return [...words, ...endOf(row)];
}

function endOf({ status, decidedAt }: ApprovalRow): readonly string[] {
  if (status === "open") return [];
  return [status === "withdrawn" && decidedAt !== null ? "It was approved, but was not done." : ENDS[status]];
}

/** `2026-11-21 10:42 UTC` */
function timeWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
