/** Who calls, once it is known that they may. */
import type { Permissions } from "../people/permissions-of.ts";
import type { Scope } from "../store/scope.ts";

interface Known {
  /** `key`: sent with the call, or the session was begun by its link. `support`: an operator whom the organization lets look inside for a time. */
  readonly kind: "key" | "session" | "support";
  /** The key's id, or the session's member or account. */
  readonly id: string;
  /** As shown and as the audit names it: `key_…`, `mem_…` or `acc_…`. */
  readonly shownId: string;
  /** The person's account; null for a service account's key. */
  readonly account: string | null;
  /** Whether the session passed a second factor, or the key was made in one that had. */
  readonly secondFactor?: boolean;
  /** The browser's session, null for a key that is sent with the call. */
  readonly session: string | null;
}

/** Acts in one project. */
export interface Principal extends Known {
  /** On whose behalf. */
  readonly member: string;
  readonly scope: Scope;
  readonly permissions: Permissions;
}

/** Acts in the organization as a whole. */
export interface OrganizationPrincipal extends Known {
  readonly member: string;
  readonly organization: string;
  readonly permissions: Permissions;
}

/** Acts for themselves. */
export interface AccountPrincipal extends Known {
  readonly account: string;
  /** Of the key that calls, or that the session is bound to: its organization, project and member. */
  readonly bound: (Scope & { readonly member: string }) | null;
}

/** Whose calls are counted together, for repeats and streams: nobody knows two people by one. */
export type AnyPrincipal = Principal | OrganizationPrincipal | AccountPrincipal;
