-- Who people are: the sign-in library's own tables, in a schema of their own that one role sees.
--
-- "user" is a person's account, session where they are signed in, account what proves it is them (the password's
-- hash, or the id at a provider), verification what was asked for and is awaited for minutes (resets, states,
-- challenges; its identifiers are digests). "twoFactor" and passkey are second factors. "ssoProvider" and the
-- scim tables are organizations' sign-on. Nothing of a tenant lies here, and organizations know an account by its id
-- only (steward.members.account), so there is no foreign key in either direction.
--
-- Names are the library's (better-auth 1.7.5; derived with its compileMigrations and then written down here), so that
-- it needs no mapping. Ours are: "user"."deletedAt"; session."secondFactor" (proved with two, PROMISES A4), "begunBy"
-- and "signedOnBy" (the organization whose sign-on began it); "twoFactor"."spentCode" (the last code that was right, which
-- is so once); unique keys on what must be there once; no foreign key
-- from "ssoProvider" to whoever set it up, since it is the organization's and outlives them. account's columns for
-- tokens, and "user".image, exist for the library and stay null: nothing of them is kept (PROMISES A2).
--
-- A request is: the cookie's signature, then session by token with "user" (store/identity-sessions.ts), one
-- statement. steward_identity changes rows and owns nothing; steward_app and steward_dispatch
-- see nothing of it; steward_backup reads.
--
-- The browser sessions of before are over: their holders come in again by a new link.

create schema identity;
set local search_path = identity;
grant usage on schema identity to steward_identity, steward_backup;

create table "user" (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  email text not null unique,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now(),
  "twoFactorEnabled" boolean,
  "deletedAt" timestamptz,
  check (email = lower(email))
);
create index on "user" ("deletedAt") where "deletedAt" is not null;

create table session (
  id uuid primary key default gen_random_uuid(),
  "expiresAt" timestamptz not null,
  token text not null unique,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null references "user" on delete cascade,
  "secondFactor" boolean not null,
  "begunBy" text not null check ("begunBy" in ('password', 'second_factor', 'passkey', 'provider', 'sign_on', 'link')),
  "signedOnBy" uuid
);
create index on session ("userId");
create index on session ("expiresAt");

create table account (
  id uuid primary key default gen_random_uuid(),
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null references "user" on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null,
  unique ("providerId", "accountId"),
  constraint account_keeps_no_tokens check ("accessToken" is null and "refreshToken" is null and "idToken" is null)
);
create index on account ("userId");

create table verification (
  id uuid primary key default gen_random_uuid(),
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now()
);
create index on verification (identifier);
create index on verification ("expiresAt");

create table "twoFactor" (
  id uuid primary key default gen_random_uuid(),
  secret text not null,
  "backupCodes" text not null,
  "userId" uuid not null references "user" on delete cascade,
  verified boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz,
  "spentCode" text
);
create unique index on "twoFactor" ("userId");

create table passkey (
  id uuid primary key default gen_random_uuid(),
  name text,
  "publicKey" text not null,
  "userId" uuid not null references "user" on delete cascade,
  "credentialID" text not null,
  counter integer not null,
  "deviceType" text not null,
  "backedUp" boolean not null,
  transports text,
  "createdAt" timestamptz,
  aaguid text,
  unique ("credentialID")
);
create index on passkey ("userId");

create table "ssoProvider" (
  id uuid primary key default gen_random_uuid(),
  issuer text not null,
  "oidcConfig" text,
  "samlConfig" text,
  "userId" uuid not null,
  "providerId" text not null unique,
  "organizationId" text,
  domain text not null,
  "domainVerified" boolean
);

create table "scimManagedConnection" (
  id uuid primary key default gen_random_uuid(),
  "creationRequestId" text not null unique,
  "connectionId" text not null unique,
  "provisioningDomainId" text not null,
  status text not null,
  revision integer not null,
  "createdAt" timestamptz not null,
  "createdBy" text not null,
  "decommissionStartedAt" timestamptz,
  "decommissionStartedBy" text,
  "decommissionedAt" timestamptz,
  "decommissionedBy" text
);
create index on "scimManagedConnection" ("provisioningDomainId");

create table "scimManagedCredential" (
  id uuid primary key default gen_random_uuid(),
  "connectionRecordId" uuid not null references "scimManagedConnection" on delete cascade,
  "credentialId" text not null unique,
  "tokenDigest" text not null,
  "hashVersion" text not null,
  "activeSlotKey" text not null unique,
  status text not null,
  "serializedScopes" text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null,
  "createdBy" text not null,
  "lastUsedAt" timestamptz,
  "revokedAt" timestamptz,
  "revokedBy" text,
  "decommissionedAt" timestamptz
);
create index on "scimManagedCredential" ("connectionRecordId");

create table "scimManagedConnectionEvent" (
  id uuid primary key default gen_random_uuid(),
  "connectionRecordId" uuid not null references "scimManagedConnection" on delete cascade,
  "eventKey" text not null unique,
  sequence integer not null,
  type text not null,
  "actorId" text not null,
  "credentialId" text,
  "createdAt" timestamptz not null
);
create index on "scimManagedConnectionEvent" ("connectionRecordId");

create table "scimConnectionBinding" (
  id uuid primary key default gen_random_uuid(),
  "connectionId" text not null,
  "connectionKey" text not null unique,
  "provisioningDomainId" text not null,
  "createdAt" timestamptz not null,
  "decommissionedAt" timestamptz,
  "decommissionStatus" text not null,
  "decommissionCursorUserId" text,
  "decommissionReconciledUserCount" integer not null,
  "decommissionBatchCount" integer not null,
  "decommissionRevision" integer not null,
  "decommissionCompletedAt" timestamptz,
  "decommissionLeaseId" text,
  "decommissionLeaseExpiresAt" timestamptz
);
create index on "scimConnectionBinding" ("connectionId");

create table "scimIdentityTombstone" (
  id uuid primary key default gen_random_uuid(),
  "connectionId" text not null,
  "provisioningDomainId" text not null,
  "externalId" text not null,
  "externalIdKey" text not null unique,
  "userId" uuid not null references "user" on delete cascade,
  profile text not null,
  "deletedAt" timestamptz not null
);
create index on "scimIdentityTombstone" ("connectionId");
create index on "scimIdentityTombstone" ("provisioningDomainId");
create index on "scimIdentityTombstone" ("userId");

create table "scimSubject" (
  id uuid primary key default gen_random_uuid(),
  "userId" uuid not null unique references "user" on delete cascade,
  "profileSourceId" text,
  revision integer not null,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index on "scimSubject" ("profileSourceId");

create table "scimUser" (
  id uuid primary key default gen_random_uuid(),
  "connectionId" text not null,
  "provisioningDomainId" text not null,
  "userId" uuid not null references "user" on delete cascade,
  "connectionUserKey" text not null unique,
  "userName" text not null,
  "userNameKey" text not null unique,
  "primaryEmail" text not null,
  "workEmailValueIndex" text not null,
  "emailValueIndex" text not null,
  "displayName" text not null,
  "formattedName" text not null,
  "givenName" text,
  "familyName" text,
  "serializedEmails" text not null,
  "serializedAttributes" text,
  "externalId" text,
  "externalIdKey" text unique,
  active boolean not null,
  "orderKey" text not null unique,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index on "scimUser" ("connectionId");
create index on "scimUser" ("provisioningDomainId");
create index on "scimUser" ("userId");

create table "scimProjectionGrant" (
  id uuid primary key default gen_random_uuid(),
  "connectionId" text not null,
  "provisioningDomainId" text not null,
  "scimUserId" uuid not null references "scimUser" on delete cascade,
  "userId" uuid not null references "user" on delete cascade,
  "sourceKind" text not null,
  "sourceId" text not null,
  "sourceValue" text,
  role text not null,
  "grantKey" text not null unique,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index on "scimProjectionGrant" ("connectionId");
create index on "scimProjectionGrant" ("provisioningDomainId");
create index on "scimProjectionGrant" ("scimUserId");
create index on "scimProjectionGrant" ("userId");

create table "scimGroup" (
  id uuid primary key default gen_random_uuid(),
  "connectionId" text not null,
  "provisioningDomainId" text not null,
  revision integer not null,
  "displayName" text not null,
  "displayNameKey" text not null unique,
  "externalId" text,
  "externalIdKey" text unique,
  "orderKey" text not null unique,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index on "scimGroup" ("connectionId");
create index on "scimGroup" ("provisioningDomainId");

create table "scimGroupMember" (
  id uuid primary key default gen_random_uuid(),
  "connectionId" text not null,
  "groupId" uuid not null references "scimGroup" on delete cascade,
  "scimUserId" uuid not null references "scimUser" on delete cascade,
  "membershipKey" text not null unique,
  "createdAt" timestamptz not null
);
create index on "scimGroupMember" ("connectionId");
create index on "scimGroupMember" ("groupId");
create index on "scimGroupMember" ("scimUserId");

grant select, insert, update, delete on all tables in schema identity to steward_identity;
grant select on all tables in schema identity to steward_backup;

drop table steward.browser_sessions;
