import type { RouteName } from "@steward/sdk";
import { createScimToken, listScimTokensOf, revokeScimTokenOf } from "../people/sign-on-scim-tokens.ts";
import {
  changeSignOnConnection,
  createSignOnConnection,
  deleteSignOnConnection,
  getSignOnConnection,
  listSignOnConnections,
} from "../people/sign-on-connections.ts";
import {
  addSignOnDomain,
  listSignOnDomains,
  removeSignOnDomain,
  verifySignOnDomain,
} from "../people/sign-on-domains.ts";
import { setSignOnEnforcement } from "../people/sign-on-enforcement.ts";
import type { SignOnActor } from "../people/sign-on-parts.ts";
import { getSignOn, setSignOnRoles } from "../people/sign-on-roles.ts";
import type { HttpParts } from "./http-parts.ts";
import type { OrganizationPrincipal } from "./principal.ts";
import type { Handlers } from "./route-call.ts";

type SignOnRoutes = Extract<RouteName, `${string}SignOn${string}` | `${string}ScimToken${string}`>;
type Asking = {
  readonly principal: OrganizationPrincipal;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/** How an organization's people come in by its own provider. */
export function signOnHandlers(parts: HttpParts): Pick<Handlers, SignOnRoutes> {
  const actorOf = async ({ principal, headers }: Asking): Promise<SignOnActor> => {
    const { cookie } = headers;
    const found =
      principal.session !== null && typeof cookie === "string" ? await parts.identity?.findSignedIn(cookie) : null;
    return { ...principal, signedOnBy: found?.signedOnBy ?? null };
  };
  const settingsOf = async (organization: string) => ({
    status: 200 as const,
    body: await getSignOn(parts, organization),
  });
  return {
    getSignOn: ({ principal }) => settingsOf(principal.organization),
    setSignOnRoles: async (call) => {
      const { organization } = call.principal;
      await setSignOnRoles(parts, await actorOf(call), organization, call.body);
      return await settingsOf(organization);
    },
    setSignOnEnforcement: async (call) => {
      const { organization } = call.principal;
      await setSignOnEnforcement(parts, await actorOf(call), organization, call.body);
      return await settingsOf(organization);
    },
    ...connectionHandlers(parts, actorOf),
    ...domainHandlers(parts, actorOf),
    listScimTokens: async ({ principal }) => ({
      status: 200,
      body: { items: [...(await listScimTokensOf(parts, principal.organization))], next: null },
    }),
    createScimToken: async (call) => ({
      status: 201,
      body: await createScimToken(parts, await actorOf(call), call.principal.organization, call.body),
    }),
    revokeScimToken: async (call) => {
      const { organization } = call.principal;
      await revokeScimTokenOf(parts, await actorOf(call), { organization, token: call.params.token });
      return { status: 204, body: null };
    },
  };
}

type ActorOf = (call: Asking) => Promise<SignOnActor>;

function connectionHandlers(
  parts: HttpParts,
  actorOf: ActorOf,
): Pick<Handlers, Extract<SignOnRoutes, `${string}Connection${string}`>> {
  return {
    listSignOnConnections: async ({ principal }) => ({
      status: 200,
      body: { items: [...(await listSignOnConnections(parts, principal.organization))], next: null },
    }),
    createSignOnConnection: async (call) => ({
      status: 201,
      body: await createSignOnConnection(parts, await actorOf(call), call.principal.organization, call.body),
    }),
    getSignOnConnection: async (call) => ({
      status: 200,
      body: await getSignOnConnection(parts, { ...call.params, organization: call.principal.organization }),
    }),
    changeSignOnConnection: async (call) => ({
      status: 200,
      body: await changeSignOnConnection(
        parts,
        await actorOf(call),
        { ...call.params, organization: call.principal.organization },
        call.body,
      ),
    }),
    deleteSignOnConnection: async (call) => {
      await deleteSignOnConnection(parts, await actorOf(call), {
        ...call.params,
        organization: call.principal.organization,
      });
      return { status: 204, body: null };
    },
  };
}

function domainHandlers(
  parts: HttpParts,
  actorOf: ActorOf,
): Pick<Handlers, Extract<SignOnRoutes, `${string}Domain${string}`>> {
  return {
    listSignOnDomains: async ({ principal }) => ({
      status: 200,
      body: { items: [...(await listSignOnDomains(parts, principal.organization))], next: null },
    }),
    addSignOnDomain: async (call) => ({
      status: 201,
      body: await addSignOnDomain(parts, await actorOf(call), call.principal.organization, call.body),
    }),
    verifySignOnDomain: async (call) => ({
      status: 200,
      body: await verifySignOnDomain(parts, await actorOf(call), {
        ...call.params,
        organization: call.principal.organization,
      }),
    }),
    removeSignOnDomain: async (call) => {
      await removeSignOnDomain(parts, await actorOf(call), {
        ...call.params,
        organization: call.principal.organization,
      });
      return { status: 204, body: null };
    },
  };
}
