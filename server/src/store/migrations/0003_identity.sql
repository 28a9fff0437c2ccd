-- Who people are: the sign-in library's own tables, in a schema of their own that one role sees.
--
-- "user" is a person's account, session where they are signed in, account what proves it is them (the password's
-- hash, or the id at a provider), verification what was asked for and is awaited for minutes (resets, states,
-- challenges; its identifiers are digests). "twoFactor" and passkey are second factors. Nothing of a tenant lies
-- here, and organizations know an account by its id only (steward.members.account), so there is no foreign key in
-- either direction; their sign-on and SCIM are tenants' rows (0009).
--
-- Names are the library's (better-auth 1.7.5; derived with its compileMigrations and then written down here), so that
-- it needs no mapping. Ours are: "user"."deletedAt"; session."secondFactor" (proved with two, PROMISES A4), "begunBy"
-- and "signedOnBy" (the organization whose sign-on began it); "twoFactor"."spentCode" (the last code that was right, which
-- is so once); unique keys on what must be there once. account's columns for tokens, and "user".image, exist for the library and stay null: nothing of them is kept (PROMISES A2).
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

grant select, insert, update, delete on all tables in schema identity to steward_identity;
grant select on all tables in schema identity to steward_backup;

drop table steward.browser_sessions;
