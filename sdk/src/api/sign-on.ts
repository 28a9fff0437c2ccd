/** How an organization's people come in by its own identity provider, as the API takes and gives it. */
import { z } from "zod";
import { Time } from "../api.ts";
import { MemberId, Name, RoleId, RoleRef } from "./people.ts";
import { ROLE_NAMES } from "../permissions.ts";

const id = (kind: string) => z.string().regex(new RegExp(`^${kind}_[0-9a-z]{26}$`), `an id that begins with ${kind}_`);

export const SignOnConnectionId = id("sso");
export const SignOnDomainId = id("dom");
export const ScimTokenId = id("key");

const Place = z.url({ protocol: /^https?$/ }).max(500);
/** Of a claim, or of a SAML attribute: such as `email`, or a URI. */
const AttributeName = z.string().min(1).max(200);
/** Nobody becomes an owner by what a provider says. */
const GivenRole = z.union([z.enum(ROLE_NAMES).exclude(["owner"]), RoleId]);

const attributes = {
  /** Where the mail address stands; null: `email`, of SAML also the name identifier. */
  emailAttribute: AttributeName.nullable(),
  /** Where the person's name stands; null: `name`. */
  nameAttribute: AttributeName.nullable(),
  /** Where the person's groups stand; null: none are read. */
  groupsAttribute: AttributeName.nullable(),
  /** Whether a sign-on counts as two factors: of OIDC when its `amr` says `mfa`, of SAML always. */
  trustsSecondFactor: z.boolean(),
};

const shown = {
  id: SignOnConnectionId,
  name: z.string(),
  enabled: z.boolean(),
  ...attributes,
  setBy: MemberId,
  /** Owners set it, or it signs on nobody who may more than whoever did. */
  signsOnOwners: z.boolean(),
  createdAt: Time,
  changedAt: Time,
  lastUsedAt: Time.nullable(),
};

export const OidcConnection = z.object({
  ...shown,
  kind: z.literal("oidc"),
  issuer: z.string(),
  clientId: z.string(),
  /** What the provider must let us be called back at. */
  redirectUrl: z.string(),
});
export const SamlConnection = z.object({
  ...shown,
  kind: z.literal("saml"),
  /** The provider's entity id. */
  issuer: z.string(),
  signOnUrl: z.string(),
  certificates: z.array(z.object({ sha256: z.string(), expiresAt: Time })),
  /** Our entity id, and where our metadata is. */
  metadataUrl: z.string(),
  /** Where the provider posts its answers. */
  acsUrl: z.string(),
});
export const SignOnConnection = z.discriminatedUnion("kind", [OidcConnection, SamlConnection]);

const Certificate = z.string().min(1).max(20_000);
const taken = {
  name: Name,
  enabled: z.boolean().default(true),
  emailAttribute: attributes.emailAttribute.default(null),
  nameAttribute: attributes.nameAttribute.default(null),
  groupsAttribute: attributes.groupsAttribute.default(null),
  trustsSecondFactor: z.boolean().default(false),
};
export const NewSignOnConnection = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("oidc"),
    ...taken,
    issuer: Place,
    clientId: z.string().min(1).max(500),
    clientSecret: z.string().min(1).max(2000),
  }),
  z.strictObject({
    kind: z.literal("saml"),
    ...taken,
    issuer: z.string().min(1).max(500),
    signOnUrl: Place,
    /** PEM; more than one while the provider changes its own. */
    certificates: z.array(Certificate).min(1).max(4),
  }),
]);
/** What is left out stays. */
export const SignOnConnectionChange = z.strictObject({
  name: Name.optional(),
  enabled: z.boolean().optional(),
  emailAttribute: attributes.emailAttribute.optional(),
  nameAttribute: attributes.nameAttribute.optional(),
  groupsAttribute: attributes.groupsAttribute.optional(),
  trustsSecondFactor: z.boolean().optional(),
  issuer: z.string().min(1).max(500).optional(),
  clientId: z.string().min(1).max(500).optional(),
  clientSecret: z.string().min(1).max(2000).optional(),
  signOnUrl: Place.optional(),
  certificates: z.array(Certificate).min(1).max(4).optional(),
});

export const SignOnDomain = z.object({
  id: SignOnDomainId,
  domain: z.string(),
  /** `pending` until its record was seen, `failing` while it is missing, for 7 days at most. */
  state: z.enum(["pending", "verified", "failing"]),
  /** The TXT record to set at the domain itself. */
  record: z.string(),
  createdAt: Time,
  verifiedAt: Time.nullable(),
  checkedAt: Time.nullable(),
  failingSince: Time.nullable(),
});
export const NewSignOnDomain = z.strictObject({ domain: z.string().min(1).max(253) });

export const SignOnSettings = z.object({
  enforced: z.boolean(),
  /** Of who comes by sign-on or SCIM and is in none of the groups. */
  defaultRole: RoleRef,
  /** The first that matches counts. */
  groupRoles: z.array(z.object({ group: z.string(), role: RoleRef })),
  scimUrl: z.string(),
});
export const SignOnRoles = z.strictObject({
  defaultRole: GivenRole,
  groupRoles: z.array(z.strictObject({ group: z.string().trim().min(1).max(200), role: GivenRole })).max(100),
});
export const SignOnEnforcement = z.strictObject({ enforced: z.boolean() });

export const ScimToken = z.object({
  id: ScimTokenId,
  prefix: z.string(),
  createdBy: MemberId,
  createdAt: Time,
  expiresAt: Time.nullable(),
  revokedAt: Time.nullable(),
  lastUsedAt: Time.nullable(),
});
export const NewScimToken = z.strictObject({ expiresInDays: z.int().min(1).max(3650).nullable().default(365) });
/** The token's text is given this once. */
export const MadeScimToken = ScimToken.extend({ token: z.string() });

export type SignOnConnection = z.output<typeof SignOnConnection>;
export type NewSignOnConnection = z.input<typeof NewSignOnConnection>;
export type SignOnConnectionChange = z.output<typeof SignOnConnectionChange>;
export type SignOnDomain = z.output<typeof SignOnDomain>;
export type SignOnSettings = z.output<typeof SignOnSettings>;
export type SignOnRoles = z.output<typeof SignOnRoles>;
export type ScimToken = z.output<typeof ScimToken>;
