/** What the page asks about an organization: its people, roles, projects, keys. */
import { type Client, listAll, type Member } from "@steward/sdk";
import { infiniteQueryOptions, keepPreviousData, type QueryKey, queryOptions } from "@tanstack/react-query";

const LIST_LIMIT = 50;
/** Of lists that a choice is made from. */
const CHOICE_LIMIT = 100;

export const peopleKeys = {
  members: (organization: string) => ["members", organization],
  invitations: (organization: string) => ["invitations", organization],
  roles: (organization: string) => ["roles", organization],
  projects: (organization: string) => ["projects", organization],
  projectMembers: (project: string) => ["project-members", project],
  apiKeys: (project: string) => ["api-keys", project],
  encryptionKeys: (organization: string) => ["encryption-keys", organization],
  consents: (organization: string) => ["support-consents", organization],
} as const;

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}
interface At {
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** A list that is asked for page by page. */
export const paged = <Answer extends Page>(queryKey: QueryKey, ask: (at: At) => Promise<Answer>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => ask({ cursor: pageParam || undefined, limit: LIST_LIMIT, signal }),
    // The first page has no cursor.
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const membersQuery = (client: Client, organization: string, search = "") =>
  paged([...peopleKeys.members(organization), search], (at) =>
    client.listMembers({ organization, search: search === "" ? undefined : search, ...at }),
  );

/** Members that a choice is made from, or a name is looked for among, at most. */
const MEMBERS_MAX = 500;

/** The members that a choice is made from. */
export const memberChoiceQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: [...peopleKeys.members(organization), "choice"],
    queryFn: async ({ signal }) => {
      const items: Member[] = [];
      const all = listAll(client.listMembers, { organization, limit: CHOICE_LIMIT, signal }, { itemsMax: MEMBERS_MAX });
      for await (const member of all) items.push(member);
      return { items, more: items.length === MEMBERS_MAX };
    },
    staleTime: 15_000,
  });

export const invitationsQuery = (client: Client, organization: string) =>
  paged(peopleKeys.invitations(organization), (at) => client.listInvitations({ organization, ...at }));

export const rolesQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: peopleKeys.roles(organization),
    queryFn: ({ signal }) => client.listRoles({ organization, signal }),
    staleTime: 15_000,
  });

export const projectsQuery = (client: Client, organization: string) =>
  paged(peopleKeys.projects(organization), (at) => client.listProjects({ organization, ...at }));

export const projectMembersQuery = (client: Client, organization: string, project: string) =>
  queryOptions({
    queryKey: peopleKeys.projectMembers(project),
    queryFn: ({ signal }) => client.listProjectMembers({ organization, project, signal }),
  });

/** The keys of the project that the page is in. */
export const apiKeysQuery = (client: Client, project: string) =>
  paged(peopleKeys.apiKeys(project), (at) => client.listKeys(at));

export const consentsQuery = (client: Client, organization: string) =>
  paged(peopleKeys.consents(organization), (at) => client.listSupportConsents({ organization, ...at }));

export const encryptionKeysQuery = (client: Client, organization: string) =>
  paged(peopleKeys.encryptionKeys(organization), (at) => client.listEncryptionKeys({ organization, ...at }));
