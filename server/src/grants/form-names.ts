/** What people call the things that a form names. */
import { ROLES, type GrantForm, type LimitForm } from "@steward/sdk";
import type { KnownActions } from "../core/actions/known-actions.ts";
import { parseId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { eventWords } from "../core/policy/event-words.ts";
import type { Names } from "../core/policy/sentence.ts";
import { type ConnectionRefRow, readConnectionsBySlug, readFlowNames, readTimeZone } from "../store/connection-refs.ts";
import { readNames } from "../store/names.ts";
import type { Permissions } from "../people/permissions-of.ts";

export type Form = GrantForm | LimitForm;

/** The names for one grant, whose `granter` is that account. */
export type NamesFor = (granter: string | null) => Names;

interface Place {
  readonly organization: string;
  /** Null for forms of an organization: flows and connections are projects'. */
  readonly project: string | null;
}

/**
 * Reads the names that the forms need, in a few statements however many there are. Whoever may not see members is told
 * their ids. In the project's scope, or the organization's.
 */
export async function readFormNames(
  tx: Transaction,
  { organization, project }: Place,
  forms: readonly Form[],
  seen: {
    readonly granters: readonly (string | null)[];
    readonly permissions: Permissions;
    readonly actions: KnownActions;
  },
): Promise<NamesFor> {
  const refs = refsOf(forms, seen.granters);
  const people = seen.permissions.has("member.read") ? refs.accounts : [];
  const rows = await readNames(tx, organization, { mem: [], acc: people, prj: [], rol: refs.roles });
  const flows = project === null ? new Map<string, string>() : await readFlowNames(tx, project, refs.flows);
  const connections = project === null ? [] : await readConnectionsBySlug(tx, project, refs.connections);
  const timeZone = project === null ? "UTC" : await readTimeZone(tx, organization, project);
  const byId = new Map(rows.map(({ id, name }) => [id, name]));
  const bySlug = new Map(connections.map((row) => [row.slug, row]));
  return (granter) => ({
    timeZone,
    principal: (principal) => flowName(principal, flows) ?? memberName(principal, byId),
    connection: ({ kind, slug }) => (kind === "connection" ? connectionName(bySlug.get(slug), seen.actions) : null),
    action: (pattern) => actionName(pattern, seen.actions),
    approver: (approver) =>
      approver === "granter"
        ? ((granter && byId.get(granter)) ?? null)
        : (roleName(approver, byId) ?? memberName(approver, byId)),
  });
}

interface Refs {
  readonly flows: string[];
  readonly accounts: string[];
  readonly roles: string[];
  readonly connections: string[];
}

function refsOf(forms: readonly Form[], granters: readonly (string | null)[]): Refs {
  const refs: Refs = { flows: [], accounts: granters.filter((one) => one !== null), roles: [], connections: [] };
  for (const form of forms) {
    if (form.connection !== undefined) refs.connections.push(form.connection);
    for (const text of namedIn(form)) {
      const [kind, name = ""] = text.split(":");
      if (kind === "flow" || kind === "agent") refs.flows.push(name);
      const account = parseId("acc", name);
      if (account !== null) refs.accounts.push(account);
      const role = parseId("rol", name);
      if (role !== null) refs.roles.push(role);
    }
  }
  return refs;
}

/** The principal and approvers of a form: `flow:refund`, `role:owner`. */
export function namedIn(form: Form): readonly string[] {
  const principal = "to" in form ? form.to : form.on;
  return [
    ...(principal === undefined ? [] : [principal]),
    ...form.lines.flatMap(({ approval }) => [...(approval?.by ?? []), ...(approval?.escalate?.to ?? [])]),
  ];
}

function flowName(principal: string, names: ReadonlyMap<string, string>): string | null {
  return names.get(principal) ?? null;
}

function memberName(text: string, names: ReadonlyMap<string, string>): string | null {
  const account = text.startsWith("member:") ? parseId("acc", text.slice(7)) : null;
  return account === null ? null : (names.get(account) ?? null);
}

/** `an owner`, `somebody with the role Bookkeeping`. */
function roleName(text: string, names: ReadonlyMap<string, string>): string | null {
  if (!text.startsWith("role:")) return null;
  const role = text.slice(5);
  if (Object.hasOwn(ROLES, role)) return `${/^[aeiou]/.test(role) ? "an" : "a"} ${role}`;
  const custom = names.get(parseId("rol", role) ?? "");
  return custom === undefined ? null : `somebody with the role ${custom}`;
}

function connectionName(row: ConnectionRefRow | undefined, actions: KnownActions): string | null {
  if (row === undefined) return null;
  const title = actions.connectorTitle(row.connector);
  return title === null ? row.slug : `${row.slug} (${title})`;
}

/** `send a mail`: as it stands behind "may". */
function actionName(pattern: string, actions: KnownActions): string | null {
  const action = actions.find(pattern);
  if (action?.isEvent === true) return eventWords(action.title);
  if (action !== null) return `${action.title.charAt(0).toLowerCase()}${action.title.slice(1)}`;
  const title = pattern.endsWith(".*") ? actions.connectorTitle(pattern.slice(0, -2)) : null;
  return title === null ? null : `do anything with ${title}`;
}
