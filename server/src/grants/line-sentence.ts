import { GrantForm, LimitForm } from "@steward/sdk";
import type { KnownActions } from "../core/actions/known-actions.ts";
import { parseId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { LineRef } from "../core/policy/decision.ts";
import { grantSentences, limitSentences } from "../core/policy/sentence.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { Permissions } from "../people/permissions-of.ts";
import { readVersion } from "../store/grants.ts";
import { readOrganizationLimit } from "../store/limits.ts";
import type { Scope } from "../store/scope.ts";
import { readFormNames } from "./form-names.ts";

/** A line of a grant or limit in words, as it stood when it was asked; of an organization's limit, as it stands. Null when it is gone. */
export async function lineSentence(
  tx: Transaction,
  scope: Scope,
  { kind, id: shown, version, line }: LineRef,
  seen: { readonly permissions: Permissions; readonly actions: KnownActions },
): Promise<string | null> {
  const id = parseId(kind === "grant" ? "grt" : "lim", shown);
  const found = id === null ? null : await readForm(tx, scope, kind, id, version);
  if (found === null) return null;
  const form = kind === "grant" ? GrantForm.parse(found.form) : LimitForm.parse(found.form);
  const { granter } = found;
  const names = (await readFormNames(tx, scope, [form], { ...seen, granters: [granter] }))(granter);
  const sentences = "to" in form ? grantSentences(form, names) : limitSentences(form, names);
  return sentences[line] ?? null;
}

async function readForm(
  tx: Transaction,
  { organization, project }: Scope,
  kind: LineRef["kind"],
  id: string,
  version: number,
): Promise<{ readonly form: Json; readonly granter: string | null } | null> {
  const own = await readVersion(tx, project, id, version);
  if (own !== null || kind === "grant") return own;
  const above = await readOrganizationLimit(tx, organization, id);
  return above && { form: above.form, granter: parseId("acc", above.updatedBy) };
}
