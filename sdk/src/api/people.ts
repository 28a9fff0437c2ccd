/** Organizations, projects, members, roles, invitations, service accounts and API keys, as the API takes and gives them. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Slug } from "../flow-file.ts";
import { ALL_PERMISSIONS, type Permission, ROLE_NAMES } from "../permissions.ts";

const id = (kind: string) => z.string().regex(new RegExp(`^${kind}_[0-9a-z]{26}$`), `an id that begins with ${kind}_`);

export const OrganizationId = id("org");
export const ProjectId = id("prj");
export const MemberId = id("mem");
export const RoleId = id("rol");
export const InvitationId = id("inv");
export const KeyId = id("key");
export const ConsentId = id("sup");

/** What people call things: no control characters, nothing but spaces at no end. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "no control characters");
export const Email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+$/, "a mail address");
/** One of the roles that every organization has, or the id of a custom role. */
export const RoleRef = z.union([z.enum(ROLE_NAMES), RoleId]);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own names
export const PermissionName = z.enum(ALL_PERMISSIONS as [Permission, ...Permission[]]);
const TimeZone = z.string().max(64);

export const Organization = z.object({
  id: OrganizationId,
  name: z.string(),
  secondFactorRequired: z.boolean(),
  signOnEnforced: z.boolean(),
  region: z.string().nullable(),
  /** What the caller may do in the organization as a whole. */
  role: z.string(),
  permissions: z.array(PermissionName),
  createdAt: Time,
  deletedAt: Time.nullable(),
  /** Of a deleted one: it can be brought back until then, and is purged after. */
  recoverableUntil: Time.nullable(),
});
export const NewOrganization = z.strictObject({ name: Name });
export const OrganizationChange = z.strictObject({
  name: Name.optional(),
  secondFactorRequired: z.boolean().optional(),
  region: z.string().min(1).max(50).nullable().optional(),
});

export const Project = z.object({
  id: ProjectId,
  slug: Slug,
  name: z.string(),
  timeZone: TimeZone,
  /** Its own; null: its organization's. */
  region: z.string().nullable(),
  /** What the caller may do in it. */
  role: z.string(),
  permissions: z.array(PermissionName),
  createdAt: Time,
  deletedAt: Time.nullable(),
  /** Of a deleted one: it can be brought back until then, and is purged after. Null when its keys were destroyed. */
  recoverableUntil: Time.nullable(),
});
export const NewProject = z.strictObject({
  slug: Slug,
  name: Name,
  timeZone: TimeZone.default("UTC"),
  region: z.string().min(1).max(50).nullable().default(null),
});
export const ProjectChange = z.strictObject({
  name: Name.optional(),
  timeZone: TimeZone.optional(),
  region: z.string().min(1).max(50).nullable().optional(),
});

/** Typed as it stands, so that nobody destroys another project than they mean. */
export const ShredProject = z.strictObject({ slug: z.string().max(100) });

export const Member = z.object({
  id: MemberId,
  kind: z.enum(["person", "service"]),
  /** `acc_…`, by which grants and approval rules name a person; null for a service account, and for who never signed in. */
  account: z.string().nullable(),
  /** Null for a service account. */
  email: z.string().nullable(),
  name: z.string(),
  role: RoleRef,
  createdAt: Time,
});
export const MemberChange = z.strictObject({ role: RoleRef });
export const NewServiceAccount = z.strictObject({ name: Name, role: RoleRef });

/** Another role for a member inside one project; `none` keeps them out. */
export const ProjectMember = z.object({ member: MemberId, role: z.union([RoleRef, z.literal("none")]), setAt: Time });
export const ProjectMemberChange = z.strictObject({ role: z.union([RoleRef, z.literal("none")]) });

export const Role = z.object({
  /** A built-in role's name, or a custom role's id. */
  id: z.string(),
  name: z.string(),
  builtIn: z.boolean(),
  is: z.string().nullable(),
  permissions: z.array(PermissionName),
});
export const NewRole = z.strictObject({ name: Name, permissions: z.array(PermissionName).max(100) });
export const RoleChange = z.strictObject({
  name: Name.optional(),
  permissions: z.array(PermissionName).max(100).optional(),
});

export const Invitation = z.object({
  id: InvitationId,
  email: z.string(),
  role: RoleRef,
  invitedBy: MemberId,
  createdAt: Time,
  expiresAt: Time,
  state: z.enum(["open", "accepted", "revoked", "expired"]),
});
export const NewInvitation = z.strictObject({ email: Email, role: RoleRef });
/** Given once: the link goes out by mail as well. */
export const MadeInvitation = Invitation.extend({ url: z.string() });
export const InvitationToken = z.strictObject({ token: z.string().min(1).max(200) });
/** What whoever holds the token may know before signing in. */
export const InvitationOffer = z.object({
  organization: z.object({ id: OrganizationId, name: z.string() }),
  email: z.string(),
  role: z.string(),
  expiresAt: Time,
});
export const Joined = z.object({ organization: OrganizationId, member: MemberId });

export const ApiKey = z.object({
  id: KeyId,
  name: z.string(),
  prefix: z.string(),
  member: MemberId,
  reach: z.enum(["project", "organization"]),
  /** Null: all that its member may. */
  permissions: z.array(PermissionName).nullable(),
  createdAt: Time,
  lastUsedAt: Time.nullable(),
  expiresAt: Time.nullable(),
  revokedAt: Time.nullable(),
  replaces: KeyId.nullable(),
});
export const NewApiKey = z.strictObject({
  name: Name,
  /** For a service account of the organization; without it for the caller. */
  member: MemberId.optional(),
  reach: z.enum(["project", "organization"]).default("project"),
  permissions: z.array(PermissionName).max(100).nullable().default(null),
  /** Days until it stops working; null for never. */
  expiresInDays: z.int().min(1).max(3650).nullable().default(90),
});
/** The key's text is given this once. */
export const MadeApiKey = ApiKey.extend({ key: z.string() });
/** The old key works this much longer beside the new one. */
export const RotateApiKey = z.strictObject({ overlapHours: z.number().min(0).max(720).default(24) });

export const SupportConsent = z.object({
  id: ConsentId,
  reason: z.string(),
  grantedBy: MemberId,
  grantedAt: Time,
  expiresAt: Time,
  revokedAt: Time.nullable(),
});
export const NewSupportConsent = z.strictObject({ reason: Name, hours: z.number().min(1).max(168) });

export type Organization = z.output<typeof Organization>;
export type Project = z.output<typeof Project>;
export type Member = z.output<typeof Member>;
export type ProjectMember = z.output<typeof ProjectMember>;
export type Role = z.output<typeof Role>;
export type RoleRef = z.output<typeof RoleRef>;
export type Invitation = z.output<typeof Invitation>;
export type ApiKey = z.output<typeof ApiKey>;
export type SupportConsent = z.output<typeof SupportConsent>;
