/** Whether what a form names is there: connections, flows, members, roles. */
import { ROLE_NAMES } from "@steward/sdk";
import { parseId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { GrantProblem } from "../core/policy/check-grant.ts";
import { readConnectionsBySlug, readFlowNames } from "../store/connection-refs.ts";
import { readNames } from "../store/names.ts";
import { findProjectPeople } from "../store/project-people.ts";
import type { Form } from "./form-names.ts";

interface Place {
  readonly organization: string;
  /** Null for forms of an organization, whose flows are many projects'. */
  readonly project: string | null;
}

interface Named {
  readonly field: string;
  readonly text: string;
}

/** What there is none of. A flow or agent has to be there: else whoever made one of that name later would have the grant. */
export async function checkNamed(tx: Transaction, place: Place, form: Form): Promise<readonly GrantProblem[]> {
  const named = namedAt(form);
  const idsOf = (kind: "acc" | "rol"): string[] =>
    named.map(({ text }) => parseId(kind, text.slice(text.indexOf(":") + 1))).filter((id) => id !== null);
  const slugs = named.flatMap(({ text }) => /^(?:flow|agent):(.+)$/.exec(text)?.[1] ?? []);
  const flows = place.project === null ? null : await readFlowNames(tx, place.project, slugs);
  const scope = { organization: place.organization, project: place.project ?? place.organization };
  const people = await findProjectPeople(tx, scope, idsOf("acc"));
  const roles = await readNames(tx, place.organization, { mem: [], acc: [], prj: [], rol: idsOf("rol") });
  const accounts = new Set(people.map(({ account }) => account));
  const custom = new Set(roles.map(({ id }) => id));
  const missing = named.flatMap(({ field, text }): GrantProblem[] => {
    const [kind, name = ""] = text.split(":");
    if ((kind === "flow" || kind === "agent") && flows !== null && !flows.has(text))
      return [{ field, message: `there is no ${kind} "${name}" here: push it first` }];
    if (kind === "member" && !accounts.has(parseId("acc", name) ?? ""))
      return [{ field, message: `there is no member ${name} here` }];
    if (kind === "role" && !ROLE_NAMES.some((role) => role === name) && !custom.has(parseId("rol", name) ?? ""))
      return [{ field, message: `there is no role ${name} here: use ${ROLE_NAMES.join(", ")}, or a role's id` }];
    return [];
  });
  return [...missing, ...checkQuorums(form), ...(await checkSlack(tx, place.project, form))];
}

/** Where people are asked has to be a workspace of the project's own, which every run of it may ask in. */
async function checkSlack(tx: Transaction, project: string | null, { lines }: Form): Promise<readonly GrantProblem[]> {
  const named = lines.flatMap(({ approval }, line) =>
    approval?.slack === undefined
      ? []
      : [{ field: `lines[${line}].approval.slack.connection`, slug: approval.slack.connection }],
  );
  if (named.length === 0) return [];
  if (project === null)
    return named.map(({ field }) => ({
      field,
      message: "connections are a project's: name channels in its own grants and limits",
    }));
  const slugs = named.map(({ slug }) => slug);
  const found = new Map((await readConnectionsBySlug(tx, project, slugs)).map((row) => [row.slug, row]));
  return named.flatMap(({ field, slug }): GrantProblem[] => {
    const row = found.get(slug);
    if (row === undefined) return [{ field, message: `there is no connection "${slug}" here` }];
    if (row.connector !== "slack") return [{ field, message: `"${slug}" is no connection of Slack` }];
    if (row.owner === null && row.flow === null) return [];
    return [{ field, message: `"${slug}" is not the whole project's: use a connection that is` }];
  });
}

/** Of those who are named one by one there are enough; how many have a role may change. */
function checkQuorums({ lines }: Form): readonly GrantProblem[] {
  return lines.flatMap(({ approval }, line): GrantProblem[] => {
    if (approval === undefined) return [];
    const people = new Set([...approval.by, ...(approval.escalate?.to ?? [])]);
    const isOpen = [...people].some((text) => text.startsWith("role:"));
    if (isOpen || approval.quorum <= people.size) return [];
    return [
      { field: `lines[${line}].approval.quorum`, message: `only ${people.size} people are named: they can't be more` },
    ];
  });
}

function namedAt(form: Form): readonly Named[] {
  const principal = "to" in form ? { field: "to", text: form.to } : { field: "on", text: form.on ?? "project" };
  return [
    principal,
    ...form.lines.flatMap(({ approval }, line): Named[] => {
      const at = `lines[${line}].approval`;
      return [
        ...(approval?.by ?? []).map((text, n) => ({ field: `${at}.by[${n}]`, text })),
        ...(approval?.escalate?.to ?? []).map((text, n) => ({ field: `${at}.escalate.to[${n}]`, text })),
      ];
    }),
  ];
}
