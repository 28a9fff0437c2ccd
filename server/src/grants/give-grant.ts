import type { Grant, GrantForm } from "@steward/sdk";
import { shapesOf } from "../core/actions/known-action.ts";
import { actOn } from "../core/audit-entry.ts";
import { capsOfGrant } from "../core/budget/line-caps.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import { checkGrant, type GrantProblem } from "../core/policy/check-grant.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { countStanding, insertGrant, lockGrant } from "../store/grants.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { checkNamed } from "./check-named.ts";
import { readFormNames } from "./form-names.ts";
import { type GrantCaller, type GrantParts, knowing, type KnowingParts } from "./grant-parts.ts";
import { noRoom, notHere, refuseForm } from "./grant-refusals.ts";
import { type About, guarded, readAbout, requireMayGive } from "./may-give.ts";
import { putCaps } from "./put-caps.ts";
import { showGrant } from "./show-grant.ts";
import { storedGrant } from "./stored-grant.ts";

/** That stand in one project. */
export const GRANTS_MAX = 1000;

/** Gives a grant, from when it answers. Throws `value_invalid` naming the field, `forbidden`, `conflict`. */
export async function giveGrant(parts: GrantParts, caller: GrantCaller, form: GrantForm): Promise<Grant> {
  return await guarded(parts, caller, "giveGrant", async () => {
    const known = await knowing(parts, caller.scope);
    const grant = await inScope(parts.database, caller.scope, (tx) => give(known, tx, caller, form));
    await parts.grants.words.sayChanged(caller.scope);
    return grant;
  });
}

async function give(parts: KnowingParts, tx: Transaction, caller: GrantCaller, form: GrantForm): Promise<Grant> {
  const { scope, shownId: by, account: givenBy } = caller;
  const about = await requireForm(parts, tx, caller, form, "");
  if ((await countStanding(tx, scope.project, "grant")) >= GRANTS_MAX) throw noRoom("grants", GRANTS_MAX);
  const id = parts.ids.uuid();
  const atMs = parts.clock.nowMs();
  const row = {
    id,
    kind: "grant",
    principal: form.to,
    ...columnsOf(about),
    form: jsonOf(form),
    givenBy,
    by,
    atMs,
  } as const;
  for (const statement of insertGrant(scope, row)) await tx.query(statement);
  const caps = capsOfGrant(storedGrant({ ...row, version: 1, createdAt: atMs }));
  await putCaps(tx, parts.ids, { ...scope, of: `grant:${showId("grt", id)}`, by, atMs }, caps);
  const shown = await showNow(parts, tx, caller, id, atMs);
  const facts = { to: form.to, about: aboutText(about), lines: form.lines.length };
  await appendActs(
    tx,
    scope.organization,
    [actOn(scope.project, by, "grant.given", showId("grt", id), facts, atMs)],
    atMs,
  );
  return shown;
}

/** What the form is about, once it is one that the caller may give. `within` is where it stands in the body. */
export async function requireForm(
  { actions: known }: KnowingParts,
  tx: Transaction,
  caller: GrantCaller,
  form: GrantForm,
  within: string,
): Promise<About> {
  const { scope } = caller;
  const about = await readAbout(tx, scope.project, form);
  if ("field" in about) {
    // Whoever may give none learns no more of what is there.
    if (!caller.permissions.has("grant.write") && !caller.permissions.has("connection.write"))
      requireMayGive(caller, { kind: "credential", slug: "" });
    refuseForm([about], within);
    throw new Error("a problem was refused");
  }
  requireMayGive(caller, about);
  const actions = known.of(
    about.kind === "credential"
      ? { kind: "credential", connector: null }
      : { kind: "connection", connector: about.row.connector },
  );
  const problems = [
    ...checkPrincipal(form, about),
    ...checkGrant(form, actions.flatMap(shapesOf)),
    ...(await checkNamed(tx, scope, form)),
  ];
  refuseForm(problems, within);
  return about;
}

/** A connection that only one flow may use is granted to that flow. */
function checkPrincipal({ to }: GrantForm, about: About): readonly GrantProblem[] {
  const flow = about.kind === "connection" ? about.row.flow : null;
  if (flow === null || to === `flow:${flow}` || to === `agent:${flow}`) return []; // which of them it is has the name
  return [{ field: "to", message: `only the flow "${flow}" may use this connection: use flow:${flow}` }];
}

export function columnsOf(about: About): { readonly connection: string | null; readonly credential: string | null } {
  return about.kind === "connection"
    ? { connection: about.row.id, credential: null }
    : { connection: null, credential: about.slug };
}

function aboutText(about: About): string {
  return about.kind === "connection" ? showId("con", about.row.id) : `credential:${about.slug}`;
}

/** A form is JSON: its schema let nothing else in. What is left out stays out. */
export function jsonOf(form: object): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(JSON.stringify(form)) as Json;
}

/** The grant as it is shown now, in the transaction that wrote it. */
export async function showNow(
  { actions }: KnowingParts,
  tx: Transaction,
  { scope, permissions }: { readonly scope: Scope; readonly permissions: GrantCaller["permissions"] },
  id: string,
  nowMs: number,
): Promise<Grant> {
  const row = await lockGrant(tx, scope.project, "grant", id);
  if (row === null) throw notHere("grt", showId("grt", id));
  const { form } = storedGrant(row);
  const seen = { granters: [row.givenBy], permissions, actions };
  return showGrant(row, await readFormNames(tx, scope, [form], seen), nowMs);
}
