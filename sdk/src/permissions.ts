/**
 * Every permission and every role, in one table: the API's guards, the page's capabilities and docs/permissions.md
 * are derived from it. A permission is added here and nowhere else; a name is never reused.
 */

/** Where a permission counts: in the organization as a whole, or in one project. */
export type PermissionScope = "organization" | "project";

interface PermissionEntry {
  readonly in: PermissionScope;
  /** What its holder may do, as a phrase after "may". */
  readonly may: string;
}

export const PERMISSIONS = {
  "organization.read": { in: "organization", may: "see the organization, its projects and roles" },
  "organization.write": { in: "organization", may: "change the organization's name and rules" },
  "organization.delete": { in: "organization", may: "delete the organization, and bring it back" },
  "member.read": { in: "organization", may: "see members, invitations and service accounts" },
  "member.write": { in: "organization", may: "invite, change and remove members and service accounts" },
  "role.write": { in: "organization", may: "make, change and delete custom roles" },
  "sign_on.read": { in: "organization", may: "see how the organization signs on" },
  "sign_on.write": { in: "organization", may: "set up sign-on, domains and SCIM" },
  "project.create": { in: "organization", may: "make projects" },
  "audit.read": { in: "organization", may: "read, verify and export the audit log" },
  "audit.write": { in: "organization", may: "set where the audit log is sent" },
  "support.write": { in: "organization", may: "let the operator's staff look inside for a time" },
  "organization_limit.write": { in: "organization", may: "set limits and budgets that bind every project" },
  "keyring.rotate": { in: "organization", may: "rotate the organization's keys" },
  "billing.read": { in: "organization", may: "see plan, usage and invoices" },
  "billing.write": { in: "organization", may: "change plan and payment" },
  "project.read": { in: "project", may: "see the project" },
  "project.write": { in: "project", may: "change the project and who has which role in it" },
  "project.delete": { in: "project", may: "delete the project, bring it back, destroy its keys" },
  "flow.read": { in: "project", may: "see flows and their versions" },
  "flow.write": { in: "project", may: "change, pause and delete flows" },
  "flow.publish": { in: "project", may: "publish flows" },
  "run.read": { in: "project", may: "see runs and what they carried" },
  "run.start": { in: "project", may: "start runs" },
  "run.control": { in: "project", may: "cancel, retry, resolve and send events to runs" },
  "credential.read": { in: "project", may: "see which credentials there are, never their secrets" },
  "credential.write": { in: "project", may: "set and erase credentials" },
  "connection.read": { in: "project", may: "see connections, never their secrets" },
  "connection.write": { in: "project", may: "make, change and disconnect connections" },
  "grant.read": { in: "project", may: "see grants and limits, and try what they would allow" },
  "grant.write": { in: "project", may: "give, change and revoke grants" },
  "limit.write": { in: "project", may: "set limits that bind every grant of the project" },
  "approval.read": { in: "project", may: "see what waits for approval" },
  "approval.decide": { in: "project", may: "approve and reject what they are asked for" },
  "budget.read": { in: "project", may: "see budgets and what was spent" },
  "budget.write": { in: "project", may: "set budgets" },
  "variable.read": { in: "project", may: "see variables" },
  "variable.write": { in: "project", may: "set and erase variables" },
  "file.read": { in: "project", may: "list and open files" },
  "file.write": { in: "project", may: "upload, move and delete files" },
  "table.read": { in: "project", may: "read tables" },
  "table.write": { in: "project", may: "change the rows of tables" },
  "table.design": { in: "project", may: "make, change and drop tables" },
  "key.read": { in: "project", may: "see the project's API keys" },
  "key.write": { in: "project", may: "make, rotate and revoke API keys" },
} as const satisfies Record<string, PermissionEntry>;

export type Permission = keyof typeof PERMISSIONS;
type In<S extends PermissionScope> = {
  [P in Permission]: (typeof PERMISSIONS)[P]["in"] extends S ? P : never;
}[Permission];
export type OrganizationPermission = In<"organization">;
export type ProjectPermission = In<"project">;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own names
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as readonly Permission[];

interface RoleEntry {
  readonly is: string;
  readonly permissions: readonly Permission[];
}

const SEES_PROJECT = [
  "organization.read",
  "project.read",
  "flow.read",
  "run.read",
  "credential.read",
  "connection.read",
  "grant.read",
  "approval.read",
  "budget.read",
  "variable.read",
  "file.read",
  "table.read",
] as const satisfies readonly Permission[];

/** The roles that every organization has. Custom roles are lists of permissions beside them. */
export const ROLES = {
  owner: {
    is: "Everything, and the only one who can make owners or delete the organization",
    permissions: ALL_PERMISSIONS,
  },
  admin: {
    is: "Everything but owners, billing and the organization's end",
    permissions: ALL_PERMISSIONS.filter((name) => name !== "organization.delete" && name !== "billing.write"),
  },
  builder: {
    is: "Builds and runs: flows, credentials, variables, files, tables, keys",
    permissions: [
      ...SEES_PROJECT,
      "member.read",
      "flow.write",
      "flow.publish",
      "run.start",
      "run.control",
      "credential.write",
      "connection.write",
      "approval.decide",
      "variable.write",
      "file.write",
      "table.write",
      "table.design",
      "key.read",
      "key.write",
    ],
  },
  operator: {
    is: "Runs and approves what others built",
    permissions: [...SEES_PROJECT, "run.start", "run.control", "approval.decide", "file.write", "table.write"],
  },
  viewer: { is: "Sees everything in the project, changes nothing", permissions: SEES_PROJECT },
  auditor: {
    is: "Sees who may do what and what was done, never what runs carried",
    permissions: ["organization.read", "member.read", "sign_on.read", "audit.read", "project.read", "key.read"],
  },
  billing: { is: "Plan, usage and invoices", permissions: ["organization.read", "billing.read", "billing.write"] },
} as const satisfies Record<string, RoleEntry>;

export type RoleName = keyof typeof ROLES;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own names
export const ROLE_NAMES = Object.keys(ROLES) as [RoleName, ...RoleName[]];

/** Who may call a route, and where the permission it needs must hold. */
export type Access =
  /** A member with the permission in the project that the key is bound to, or that `Steward-Project` names. */
  | { readonly in: "project"; readonly needs: ProjectPermission }
  /** A member with the permission in the organization that the path's `{organization}` names. */
  | { readonly in: "organization"; readonly needs: OrganizationPermission }
  /** Any person who is signed in, for what is their own. */
  | { readonly in: "account" }
  /** An operator of the installation. */
  | { readonly in: "installation" }
  /** Anybody: the call itself brings what entitles it. */
  | { readonly in: "open" };

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}
