import { addAccountDelete } from "./account-delete.ts";
import { addAccountEndOtherSessions } from "./account-end-other-sessions.ts";
import { addAccountEndSession } from "./account-end-session.ts";
import { addAccountRename } from "./account-rename.ts";
import { addAccountRestore } from "./account-restore.ts";
import { addAccountSessions } from "./account-sessions.ts";
import { addAccountShow } from "./account-show.ts";
import { addAuditExport } from "./audit-export.ts";
import { addAuditHeads } from "./audit-heads.ts";
import { addAuditKeys } from "./audit-keys.ts";
import { addAuditList } from "./audit-list.ts";
import { addAuditSinkAdd } from "./audit-sink-add.ts";
import { addAuditSinkDelete } from "./audit-sink-delete.ts";
import { addAuditSinkList } from "./audit-sink-list.ts";
import { addAuditVerify } from "./audit-verify.ts";
import type { Group } from "./group.ts";
import { addInvitationAccept } from "./invitation-accept.ts";
import { addInvitationCreate } from "./invitation-create.ts";
import { addInvitationList } from "./invitation-list.ts";
import { addInvitationRevoke } from "./invitation-revoke.ts";
import { addKeyCreate } from "./key-create.ts";
import { addKeyList } from "./key-list.ts";
import { addKeyRevoke } from "./key-revoke.ts";
import { addKeyRotate } from "./key-rotate.ts";
import { addMemberList } from "./member-list.ts";
import { addMemberProjectRole } from "./member-project-role.ts";
import { addMemberRemove } from "./member-remove.ts";
import { addMemberRole } from "./member-role.ts";
import { addOrganizationChange } from "./organization-change.ts";
import { addOrganizationCreate } from "./organization-create.ts";
import { addOrganizationDelete } from "./organization-delete.ts";
import { addOrganizationKeys } from "./organization-keys.ts";
import { addOrganizationLeave } from "./organization-leave.ts";
import { addOrganizationList } from "./organization-list.ts";
import { addOrganizationRestore } from "./organization-restore.ts";
import { addOrganizationRetireKeys } from "./organization-retire-keys.ts";
import { addOrganizationRotateKeys } from "./organization-rotate-keys.ts";
import { addOrganizationShow } from "./organization-show.ts";
import { addProjectChange } from "./project-change.ts";
import { addProjectCreate } from "./project-create.ts";
import { addProjectDelete } from "./project-delete.ts";
import { addProjectList } from "./project-list.ts";
import { addProjectRestore } from "./project-restore.ts";
import { addProjectShow } from "./project-show.ts";
import { addProjectShred } from "./project-shred.ts";
import { addOutboundList } from "./outbound-list.ts";
import { addRequestList } from "./request-list.ts";
import { addRoleChange } from "./role-change.ts";
import { addRoleCreate } from "./role-create.ts";
import { addRoleDelete } from "./role-delete.ts";
import { addRoleList } from "./role-list.ts";
import { addRoleShow } from "./role-show.ts";
import { addServiceAccountCreate } from "./service-account-create.ts";
import { addSignOnConnectionAdd } from "./sign-on-connection-add.ts";
import { addSignOnConnectionChange } from "./sign-on-connection-change.ts";
import { addSignOnConnectionDelete } from "./sign-on-connection-delete.ts";
import { addSignOnConnectionList } from "./sign-on-connection-list.ts";
import { addSignOnConnectionShow } from "./sign-on-connection-show.ts";
import { addSignOnDomainAdd } from "./sign-on-domain-add.ts";
import { addSignOnDomainList } from "./sign-on-domain-list.ts";
import { addSignOnDomainRemove } from "./sign-on-domain-remove.ts";
import { addSignOnDomainVerify } from "./sign-on-domain-verify.ts";
import { addSignOnLift } from "./sign-on-lift.ts";
import { addSignOnRoles } from "./sign-on-roles.ts";
import { addSignOnScimCreate } from "./sign-on-scim-create.ts";
import { addSignOnScimList } from "./sign-on-scim-list.ts";
import { addSignOnScimRevoke } from "./sign-on-scim-revoke.ts";
import { addSignOnShow } from "./sign-on-show.ts";
import { addSupportEnd } from "./support-end.ts";
import { addSupportGrant } from "./support-grant.ts";
import { addSupportList } from "./support-list.ts";

/** Commands for who may do what, and who did. */
export const PEOPLE: readonly Group[] = [
  {
    name: "organization",
    summary: "organizations: list, create, change, leave, …",
    commands: [
      addOrganizationList,
      addOrganizationShow,
      addOrganizationCreate,
      addOrganizationChange,
      addOrganizationDelete,
      addOrganizationRestore,
      addOrganizationRotateKeys,
      addOrganizationKeys,
      addOrganizationRetireKeys,
      addOrganizationLeave,
    ],
  },
  {
    name: "project",
    summary: "projects: list, create, change, delete, …",
    commands: [
      addProjectList,
      addProjectShow,
      addProjectCreate,
      addProjectChange,
      addProjectDelete,
      addProjectRestore,
      addProjectShred,
    ],
  },
  {
    name: "member",
    summary: "who is in the organization, and as what",
    commands: [addMemberList, addMemberRole, addMemberRemove, addMemberProjectRole],
  },
  {
    name: "invitation",
    summary: "who is asked in",
    commands: [addInvitationList, addInvitationCreate, addInvitationRevoke, addInvitationAccept],
  },
  {
    name: "role",
    summary: "what members may: built-in roles, and your own",
    commands: [addRoleList, addRoleShow, addRoleCreate, addRoleChange, addRoleDelete],
  },
  {
    name: "service-account",
    summary: "members that are no people and act by keys",
    commands: [addServiceAccountCreate],
  },
  {
    name: "key",
    summary: "API keys: list, create, rotate, revoke",
    commands: [addKeyList, addKeyCreate, addKeyRotate, addKeyRevoke],
  },
  {
    name: "account",
    summary: "your own account, and where it is signed in",
    commands: [
      addAccountShow,
      addAccountRename,
      addAccountSessions,
      addAccountEndSession,
      addAccountEndOtherSessions,
      addAccountDelete,
      addAccountRestore,
    ],
  },
  {
    name: "sign-on",
    summary: "the organization's own sign-on: providers, domains, SCIM",
    commands: [
      addSignOnShow,
      addSignOnRoles,
      addSignOnConnectionList,
      addSignOnConnectionShow,
      addSignOnConnectionAdd,
      addSignOnConnectionChange,
      addSignOnConnectionDelete,
      addSignOnDomainList,
      addSignOnDomainAdd,
      addSignOnDomainVerify,
      addSignOnDomainRemove,
      addSignOnScimList,
      addSignOnScimCreate,
      addSignOnScimRevoke,
      addSignOnLift,
    ],
  },
  {
    name: "support",
    summary: "when the operator's staff may look inside",
    commands: [addSupportList, addSupportGrant, addSupportEnd],
  },
  {
    name: "audit",
    summary: "who did what: list, export, verify, send it away",
    commands: [
      addAuditList,
      addAuditExport,
      addAuditVerify,
      addAuditKeys,
      addAuditHeads,
      addAuditSinkAdd,
      addAuditSinkList,
      addAuditSinkDelete,
    ],
  },
  {
    name: "request",
    summary: "who called the API, from where",
    commands: [addRequestList],
  },
  {
    name: "outbound",
    summary: "what the project's flows reached outside",
    commands: [addOutboundList],
  },
];
