import type { Grant, GrantForm } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { capsOfGrant } from "../core/budget/line-caps.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { changeGrant as changeRow, isGrant, lockGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { columnsOf, jsonOf, requireForm, showNow } from "./give-grant.ts";
import { type GrantCaller, type GrantParts, knowing, type KnowingParts } from "./grant-parts.ts";
import { changedSince, isOver, notHere, refuseForm, uuidOf } from "./grant-refusals.ts";
import { guarded } from "./may-give.ts";
import { putCaps } from "./put-caps.ts";
import { storedGrant } from "./stored-grant.ts";

/**
 * Gives a grant another form, whole, from when it answers; it stays with its connection, and what its lines count goes on
 * counting. Throws `precondition_failed` when it has changed since `version`, and what `giveGrant` throws.
 */
export async function changeGrant(
  parts: GrantParts,
  caller: GrantCaller,
  shown: string,
  given: { readonly version: number; readonly form: GrantForm },
): Promise<Grant> {
  const id = uuidOf("grt", shown);
  return await guarded(parts, caller, "changeGrant", async () => {
    const known = await knowing(parts, caller.scope);
    const grant = await inScope(parts.database, caller.scope, (tx) =>
      change(known, tx, caller, { ...given, id, shown }),
    );
    await parts.grants.words.sayChanged(caller.scope);
    return grant;
  });
}

interface Wanted {
  readonly id: string;
  readonly shown: string;
  readonly version: number;
  readonly form: GrantForm;
}

async function change(parts: KnowingParts, tx: Transaction, caller: GrantCaller, wanted: Wanted): Promise<Grant> {
  const { scope, shownId: by, account: givenBy } = caller;
  const { id, shown, form } = wanted;
  if (!(await isGrant(tx, scope.project, id))) throw notHere("grt", shown);
  // What it is about is held before it: whoever ends that ends its grants after.
  const about = await requireForm(parts, tx, caller, form, "form");
  const row = await lockGrant(tx, scope.project, "grant", id);
  if (row === null) throw notHere("grt", shown);
  if (row.revokedAt !== null) throw isOver(shown);
  if (row.version !== wanted.version) throw changedSince(shown, row.version);
  const { connection, credential } = columnsOf(about);
  if (connection !== row.connection || credential !== row.credential)
    refuseForm(
      [
        {
          field: form.connection === undefined ? "credential" : "connection",
          message: "a grant stays with what it is about: revoke it and give another one",
        },
      ],
      "form",
    );
  const atMs = parts.clock.nowMs();
  const version = row.version + 1;
  const next = { id, version, principal: form.to, form: jsonOf(form), givenBy, by, atMs };
  for (const statement of changeRow(scope.project, next)) await tx.query(statement);
  const caps = capsOfGrant(storedGrant({ ...next, createdAt: row.createdAt }));
  await putCaps(tx, parts.ids, { ...scope, of: `grant:${shown}`, by, atMs }, caps);
  const result = await showNow(parts, tx, caller, id, atMs);
  const act = actOn(scope.project, by, "grant.changed", showId("grt", id), { version, to: form.to }, atMs);
  await appendActs(tx, scope.organization, [act], atMs);
  return result;
}
