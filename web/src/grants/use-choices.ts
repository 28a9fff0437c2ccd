import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { connectionChoiceQuery } from "../api/connection-queries.ts";
import { agentChoiceQuery, credentialChoiceQuery, flowChoiceQuery } from "../api/grant-queries.ts";
import { memberChoiceQuery, rolesQuery } from "../api/people-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { roleWords } from "../people/role-words.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

const { draft: words } = say.grants;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Whom a grant can be given to: the project, its flows and agents, the members that the person may see. */
export function usePrincipals(): readonly Choice[] {
  const client = useClient();
  const { here, may } = useSession();
  const flows = useQuery({ ...flowChoiceQuery(client, here.project.id), enabled: may("flow.read") });
  const agents = useQuery({ ...agentChoiceQuery(client, here.project.id), enabled: may("flow.read") });
  const members = useMembers();
  return [
    { value: "project", label: words.project },
    ...namedChoices("flow", flows.data?.items ?? []),
    ...namedChoices("agent", agents.data?.items ?? []),
    ...members.map(({ account, name }) => ({ value: `member:${account}`, label: words.member(name) })),
    { value: "approvals", label: words.approvals },
  ];
}

/** Flows, or agents, by name; those of one name by their slug too. */
function namedChoices(
  kind: "flow" | "agent",
  those: readonly { readonly slug: string; readonly name: string }[],
): readonly Choice[] {
  const { one, of } = kind === "flow" ? { one: words.flow, of: words.flowOf } : { one: words.agent, of: words.agentOf };
  const counts = Map.groupBy(those, ({ name }) => name);
  return those.map(({ slug, name }) => ({
    value: `${kind}:${slug}`,
    label: counts.get(name)?.length === 1 ? one(name) : of(name, slug),
  }));
}

/** What a grant can be about: the project's connections and credentials. */
export function useAbouts(): readonly Choice[] {
  const client = useClient();
  const { here, may } = useSession();
  const credentials = useQuery({ ...credentialChoiceQuery(client, here.project.id), enabled: may("credential.read") });
  const connections = useQuery({
    ...connectionChoiceQuery(client, here.project.id),
    enabled: may("connection.read"),
  });
  return [
    ...(connections.data?.items ?? [])
      .filter(({ status }) => status !== "disconnected")
      .map(({ slug }) => ({ value: `connection:${slug}`, label: words.connection(slug) })),
    ...(credentials.data?.items ?? [])
      .filter(({ kind }) => kind !== "secret")
      .map(({ slug }) => ({ value: `credential:${slug}`, label: words.credential(slug) })),
  ];
}

/** Workspaces in which the whole project may ask. */
export function useWorkspaces(): readonly Choice[] {
  const client = useClient();
  const { here, may } = useSession();
  const connections = useQuery({ ...connectionChoiceQuery(client, here.project.id), enabled: may("connection.read") });
  return (connections.data?.items ?? [])
    .filter(({ connector, status, owner, flow }) => connector === "slack" && status === "active" && !owner && !flow)
    .map(({ slug }) => ({ value: slug, label: slug }));
}

/** Who can be asked to approve. */
export function useApprovers(): readonly Choice[] {
  const client = useClient();
  const { here, may } = useSession();
  const { organization } = here;
  const roles = useQuery({ ...rolesQuery(client, organization.id), enabled: may("organization.read") });
  const members = useMembers();
  const items = roles.data?.items ?? [];
  return [
    { value: "granter", label: words.granter },
    ...items.map(({ id }) => ({ value: `role:${id}`, label: words.role(roleWords(id, items)) })),
    ...members.map(({ account, name }) => ({ value: `member:${account}`, label: visible(name) })),
  ];
}

interface Person {
  /** `mem_…`; null where the person is not seen among the members. */
  readonly id: string | null;
  readonly account: string;
  readonly name: string;
}

/** The people of the organization, the person first; for who may not see members, the person alone. */
function useMembers(): readonly Person[] {
  const { account, here, may } = useSession();
  const asked = memberChoiceQuery(useClient(), here.organization.id);
  const members = useQuery({ ...asked, enabled: may("member.read") });
  const seen = (members.data?.items ?? []).flatMap(({ id, account: of, name }) =>
    of === null ? [] : [{ id, account: of, name }],
  );
  const self = seen.find((one) => one.account === account.id) ?? { id: null, account: account.id, name: account.name };
  return [self, ...seen.filter((one) => one !== self)];
}

/**
 * What people are called, by the id of their account or of their membership: the person's own, those of members they may
 * see, and the others by the end of their id.
 */
export function useAccountNames(): (id: string) => string {
  const { account } = useSession();
  const people = useMembers();
  return (id) => {
    const found = people.find((one) => one.account === id || one.id === id);
    if (found === undefined) return shortId(id);
    return found.account === account.id ? say.people.you : visible(found.name);
  };
}

/** A choice's words; what is not among the choices as it is written. */
export function labelOf(value: string, choices: readonly Choice[]): string {
  return choices.find((one) => one.value === value)?.label ?? visible(value);
}
