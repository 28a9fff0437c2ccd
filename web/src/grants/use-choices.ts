import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { connectionChoiceQuery } from "../api/connection-queries.ts";
import { credentialChoiceQuery, flowChoiceQuery } from "../api/grant-queries.ts";
import { rolesQuery } from "../api/people-queries.ts";
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

/** Whom a grant can be given to: the project, its flows, the members that the person may see. */
export function usePrincipals(): readonly Choice[] {
  const client = useClient();
  const { here, may } = useSession();
  const flows = useQuery({ ...flowChoiceQuery(client, here.project.id), enabled: may("flow.read") });
  const members = useMembers();
  return [
    { value: "project", label: words.project },
    ...(flows.data?.items ?? []).map(({ slug, name }) => ({ value: `flow:${slug}`, label: words.flow(name) })),
    ...members.map(({ account, name }) => ({ value: `member:${account}`, label: words.member(name) })),
  ];
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
  readonly account: string;
  readonly name: string;
}

/** Accounts whose ids the page knows: the list of members tells theirs to nobody. */
function useMembers(): readonly Person[] {
  const { account } = useSession();
  return [{ account: account.id, name: account.name }];
}

/** What accounts are called: the person's own, and the others by the end of their id. */
export function useAccountNames(): (account: string) => string {
  const { account } = useSession();
  return (id) => (id === account.id ? say.people.you : shortId(id));
}

/** A choice's words; what is not among the choices as it is written. */
export function labelOf(value: string, choices: readonly Choice[]): string {
  return choices.find((one) => one.value === value)?.label ?? visible(value);
}
