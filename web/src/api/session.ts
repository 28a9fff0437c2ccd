/** Who is signed in, where they belong, and what they may do there: the page shows nothing that would be refused. */
import {
  type Account,
  type Client,
  type Organization,
  type Permission,
  ProblemError,
  type Project,
} from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { keys } from "./queries.ts";

/** Organizations of one person whose projects are listed; more are reached from the organizations' page. */
const ORGANIZATIONS_MAX = 20;

export interface Place {
  readonly organization: Organization;
  readonly project: Project;
}

/** An organization that lets nobody in who came as this session did, and what it asks for. */
export interface Locked {
  readonly organization: Organization;
  readonly needs: "second_factor_required" | "sign_on_required";
}

export interface SignedIn {
  readonly account: Account;
  readonly organizations: readonly Organization[];
  readonly places: readonly Place[];
  readonly locked: readonly Locked[];
}

const NOWHERE = { organizations: [], places: [], locked: [] };

export const sessionQuery = (client: Client) =>
  queryOptions({
    queryKey: keys.session,
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<SignedIn> => {
      const account = await client.getAccount({ signal });
      if (account.deletedAt !== null) return { account, ...NOWHERE };
      const { items: organizations } = await client.listOrganizations({ signal });
      const seen = await Promise.all(
        organizations
          .filter(({ deletedAt }) => deletedAt === null)
          .slice(0, ORGANIZATIONS_MAX)
          .map((organization) => lookInto(client, organization, signal)),
      );
      const locked = seen.flatMap((one) => ("needs" in one ? [one] : []));
      return { account, organizations, locked, places: seen.flatMap((one) => ("needs" in one ? [] : one)) };
    },
  });

async function lookInto(client: Client, organization: Organization, signal: AbortSignal): Promise<Locked | Place[]> {
  try {
    const { items } = await client.listProjects({ organization: organization.id, limit: 100, signal });
    return items.filter(({ deletedAt }) => deletedAt === null).map((project) => ({ organization, project }));
  } catch (error) {
    const code = error instanceof ProblemError ? error.code : "";
    if (code === "second_factor_required" || code === "sign_on_required") return { organization, needs: code };
    throw error;
  }
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

/** What somebody may do in a place: in the organization by their role there, in the project by the one they have in it. */
export function mayIn({ organization, project }: Place): (permission: Permission) => boolean {
  const held = new Set<Permission>([...organization.permissions, ...project.permissions]);
  return (permission) => held.has(permission);
}
