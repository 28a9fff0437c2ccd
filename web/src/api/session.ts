/** Who is signed in, where they belong, and what they may do there: the page shows nothing that would be refused. */
import {
  type Account,
  type Client,
  isPermission,
  type Organization,
  type Permission,
  ProblemError,
  type Project,
} from "@steward/sdk";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { keys } from "./queries.ts";

/** Organizations that are looked into at once, until a project is found in one. */
const LOOKED_INTO_MAX = 20;
/** Projects of one organization that are known from the start; the switcher finds the others. */
const PROJECTS_FIRST = 50;
/** Projects that a search shows. */
const FOUND_MAX = 100;
/** Pages that may hold nothing but deleted projects before an organization counts as empty. */
const PAGES_MAX = 10;

export interface Place {
  readonly organization: Organization;
  readonly project: Pick<Project, "id" | "slug" | "name" | "permissions">;
}

/** An organization that lets nobody in who came as this session did, and what it asks for. */
export interface Locked {
  readonly organization: Organization;
  readonly needs: "second_factor_required" | "sign_on_required";
}

/** A deleted project that the person may bring back. */
export interface DeletedProject {
  readonly organization: Organization;
  readonly project: Project;
}

export interface SignedIn {
  readonly account: Account;
  readonly organizations: readonly Organization[];
  /** Some of the projects that the person may enter: never to be taken for all of them unless `all`. */
  readonly places: readonly Place[];
  readonly all: boolean;
  readonly locked: readonly Locked[];
  /** Those that were met on the way to the places. */
  readonly deleted: readonly DeletedProject[];
}

const NOWHERE = { organizations: [], places: [], all: true, locked: [], deleted: [] };

export const sessionQuery = (client: Client) =>
  queryOptions({
    queryKey: keys.session,
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<SignedIn> => {
      const account = await client.getAccount({ signal });
      if (account.deletedAt !== null) return { account, ...NOWHERE };
      const { items: organizations } = await client.listOrganizations({ signal });
      const open = organizations.filter(({ deletedAt }) => deletedAt === null);
      return { account, organizations, ...(await lookAround(client, open, signal)) };
    },
  });

type Found = Pick<SignedIn, "places" | "all" | "locked" | "deleted">;
type Inside = Omit<Found, "locked">;

async function lookAround(client: Client, open: readonly Organization[], signal: AbortSignal): Promise<Found> {
  const places: Place[] = [];
  const locked: Locked[] = [];
  const deleted: DeletedProject[] = [];
  let all = true;
  let looked = 0;
  for (; looked < open.length && places.length === 0; looked += LOOKED_INTO_MAX) {
    const some = open.slice(looked, looked + LOOKED_INTO_MAX);
    for (const seen of await Promise.all(some.map((one) => lookInto(client, one, signal)))) {
      if ("needs" in seen) locked.push(seen);
      else {
        places.push(...seen.places);
        deleted.push(...seen.deleted);
        all &&= seen.all;
      }
    }
  }
  return { places, locked, deleted, all: all && looked >= open.length };
}

async function lookInto(
  client: Client,
  organization: Organization,
  signal: AbortSignal,
  search?: string,
): Promise<Locked | Inside> {
  // Not asked for what the role keeps to itself: a refusal would stand in the audit log. A link to a project still opens it.
  if (!seesProjects(organization)) return { places: [], all: false, deleted: [] };
  const deleted: DeletedProject[] = [];
  try {
    let cursor: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const { items, next } = await client.listProjects({
        organization: organization.id,
        limit: PROJECTS_FIRST,
        cursor,
        search,
        signal,
      });
      const places = items.filter(isLive).map((project) => ({ organization, project }));
      deleted.push(...items.filter((one) => !isLive(one)).map((project) => ({ organization, project })));
      if (places.length > 0 || next === null) return { places, all: next === null, deleted };
      cursor = next;
    }
    return { places: [], all: false, deleted };
  } catch (error) {
    const code = error instanceof ProblemError ? error.code : "";
    if (code === "second_factor_required" || code === "sign_on_required") return { organization, needs: code };
    throw error;
  }
}

const isLive = ({ deletedAt }: Project): boolean => deletedAt === null;
const PROJECT_ID = /^prj_[0-9a-z]{1,60}$/i;
/** What the API answers for a project that this session can't work in, whatever the reason. */
const NOT_FOR_US: ReadonlySet<string> = new Set([
  "not_found",
  "forbidden",
  "second_factor_required",
  "sign_on_required",
]);

/**
 * A project by its id, wherever the person may enter it; null where they may not, or it isn't there. Calls have to name it
 * already (`ProjectChoice.ask`): an id alone does not tell its organization.
 */
export const placeQuery = (client: Client, { account, organizations }: SignedIn, id: string) =>
  queryOptions({
    queryKey: [...keys.session, "place", account.id, id],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Place | null> => {
      if (!PROJECT_ID.test(id)) return null;
      try {
        const me = await client.me({ signal });
        // Another project was gone to in between: not an answer to what was asked.
        if (me.project.id !== id) throw new Error("The project changed meanwhile.");
        const own = organizations.find((one) => one.id === me.organizationId);
        if (own && !seesProjects(own))
          return { organization: own, project: { ...me.project, permissions: me.permissions.filter(isPermission) } };
        const named = { organization: me.organizationId, project: id };
        const [organization, project] = await Promise.all([
          own ?? client.getOrganization({ organization: me.organizationId, signal }),
          client.getProject({ ...named, signal }),
        ]);
        return isLive(project) ? { organization, project } : null;
      } catch (error) {
        if (error instanceof ProblemError && NOT_FOR_US.has(error.code)) return null;
        throw error;
      }
    },
  });

/** Projects of a name, in every organization that lets this session in; some of them where there are many. */
export const placesQuery = (client: Client, { account, organizations, locked }: SignedIn, search: string) =>
  queryOptions({
    queryKey: [...keys.session, "places", account.id, search],
    staleTime: 15_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<readonly Place[]> => {
      const open = organizations.filter((one) => isOpen(one, locked));
      const found: Place[] = [];
      for (let looked = 0; looked < open.length && found.length < FOUND_MAX; looked += LOOKED_INTO_MAX) {
        const some = open.slice(looked, looked + LOOKED_INTO_MAX);
        const seen = await Promise.all(some.map((one) => lookInto(client, one, signal, search)));
        found.push(...seen.flatMap((one) => ("needs" in one ? [] : one.places)));
      }
      return found.slice(0, FOUND_MAX);
    },
  });

/**
 * The project to work in: the address's or none, else the one used last, else the first that is known; `ask` where only the
 * API can tell.
 */
export function placeOf(
  { places, all }: Pick<SignedIn, "places" | "all">,
  wanted: { readonly named: string | undefined; readonly kept: string | undefined },
): Place | { readonly ask: string } | undefined {
  const id = wanted.named ?? wanted.kept;
  if (id === undefined) return places[0];
  const known = places.find(({ project }) => project.id === id);
  if (known !== undefined || !all) return known ?? { ask: id };
  return wanted.named === undefined ? places[0] : undefined;
}

export const SignedInContext = createContext<SignedIn | null>(null);

/** Who is signed in, on every page but the way in, with a project to work in or without. */
export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (!signedIn) throw new Error("SignedInContext is not provided");
  return signedIn;
}

export interface Session extends SignedIn {
  /** The project that is worked in. */
  readonly here: Place;
  /** Whether the person may, in this project or its organization. */
  readonly may: (permission: Permission) => boolean;
}

export const SessionContext = createContext<Session | null>(null);

/** Of a page that works in a project. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("SessionContext is not provided");
  return session;
}

/** Whether an organization is there and lets this session in. */
export function isOpen({ id, deletedAt }: Organization, locked: readonly Locked[]): boolean {
  return deletedAt === null && locked.every(({ organization }) => organization.id !== id);
}

/** Whether the person's role lets them see the organization's projects and roles; every member sees that it is there. */
export function seesProjects({ permissions }: Pick<Organization, "permissions">): boolean {
  return permissions.includes("organization.read");
}

/** What somebody may do in a place: in the organization by their role there, in the project by the one they have in it. */
export function mayIn({ organization, project }: Place): (permission: Permission) => boolean {
  const held = new Set<Permission>([...organization.permissions, ...project.permissions]);
  return (permission) => held.has(permission);
}
