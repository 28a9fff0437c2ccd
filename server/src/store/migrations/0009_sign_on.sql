-- Sign-on: how the people of an organization come in by its own identity provider, and are kept there by SCIM.
--
-- sign_on_connections say which provider is believed, by OIDC or SAML; client_secret is sealed, `reach` are the permissions
-- of whoever set it last (null for an owner): nobody who has more is signed on by it. sign_on_domains are the mail domains
-- that an organization proved to hold by a record in DNS: verified_at while that counts, failing_since while the record is
-- missing. A verified domain is one organization's. sign_on_settings and sign_on_group_roles say what role whoever comes
-- gets. scim_tokens let a provider's SCIM client in, scim_users and scim_groups are what it told us.
--
-- A sign-on is: sign_on_domains by domain, as dispatch -> sign_on_connections of that organization (store/sign-on.ts),
-- the provider's proof (adapters/identity/sign-on-*.ts), then members in the organization's scope. What is under way in
-- between is in identity.verification.
--
-- This migration touches no tenant rows.

set local search_path = steward;

create table sign_on_connections (
  organization uuid not null references organizations,
  id uuid not null unique,
  kind text not null check (kind in ('oidc', 'saml')),
  name text not null,
  enabled boolean not null,
  issuer text not null,
  client_id text,
  client_secret bytea,
  sign_on_url text,
  certificates text[],
  email_attribute text,
  name_attribute text,
  groups_attribute text,
  trusts_second_factor boolean not null,
  reach text[],
  set_by uuid not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  used_at timestamptz,
  primary key (organization, id),
  foreign key (organization, set_by) references members (organization, id),
  check ((kind = 'oidc') = (client_id is not null) and (kind = 'oidc') = (client_secret is not null)),
  check ((kind = 'saml') = (sign_on_url is not null) and (kind = 'saml') = (certificates is not null))
);

create table sign_on_domains (
  organization uuid not null references organizations,
  id uuid not null,
  domain text not null check (domain = lower(domain)),
  token text not null,
  created_at timestamptz not null,
  verified_at timestamptz,
  checked_at timestamptz,
  failing_since timestamptz,
  primary key (organization, id),
  unique (organization, domain)
);
create unique index sign_on_domains_verified on sign_on_domains (domain) where verified_at is not null;
create index sign_on_domains_checked on sign_on_domains (checked_at) where verified_at is not null;

create table sign_on_settings (
  organization uuid primary key references organizations,
  role text not null check (role in ('admin', 'builder', 'operator', 'viewer', 'auditor', 'billing', 'custom')),
  custom_role uuid,
  foreign key (organization, custom_role) references roles (organization, id) on delete cascade,
  check ((role = 'custom') = (custom_role is not null))
);

create table sign_on_group_roles (
  organization uuid not null references organizations,
  group_name text not null,
  rank integer not null,
  role text not null check (role in ('admin', 'builder', 'operator', 'viewer', 'auditor', 'billing', 'custom')),
  custom_role uuid,
  primary key (organization, group_name),
  foreign key (organization, custom_role) references roles (organization, id) on delete cascade,
  check ((role = 'custom') = (custom_role is not null))
);

create table scim_tokens (
  organization uuid not null references organizations,
  id uuid not null,
  prefix text not null,
  hash bytea not null unique,
  reach text[],
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  primary key (organization, id),
  foreign key (organization, created_by) references members (organization, id)
);

create table scim_users (
  organization uuid not null references organizations,
  id uuid not null,
  account uuid not null,
  user_name text not null,
  external_id text,
  display_name text not null,
  active boolean not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (organization, id),
  unique (organization, account)
);
create unique index scim_users_name on scim_users (organization, lower(user_name));
create unique index scim_users_external on scim_users (organization, external_id);

create table scim_groups (
  organization uuid not null references organizations,
  id uuid not null,
  display_name text not null,
  external_id text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (organization, id),
  unique (organization, display_name)
);
create unique index scim_groups_external on scim_groups (organization, external_id);

create table scim_group_members (
  organization uuid not null,
  group_id uuid not null,
  user_id uuid not null,
  primary key (organization, group_id, user_id),
  foreign key (organization, group_id) references scim_groups (organization, id) on delete cascade,
  foreign key (organization, user_id) references scim_users (organization, id) on delete cascade
);
create index scim_group_members_user on scim_group_members (organization, user_id);

do $$
declare
  name text;
begin
  foreach name in array array['sign_on_connections', 'sign_on_domains', 'sign_on_settings', 'sign_on_group_roles',
    'scim_tokens', 'scim_users', 'scim_groups', 'scim_group_members'] loop
    execute format('create policy organization on %I to steward_app using (organization = (select organization_scope())) with check (organization = (select organization_scope()))', name);
    execute format('create policy backup on %I for select to steward_backup using (true)', name);
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('grant select, insert, update, delete on %I to steward_app', name);
    execute format('grant select on %I to steward_backup', name);
  end loop;
end $$;

-- Whose domain, connection or token it is, and nothing of what they say.
create policy dispatch on sign_on_connections for select to steward_dispatch using (true);
create policy dispatch on sign_on_domains for select to steward_dispatch using (true);
create policy dispatch on scim_tokens for select to steward_dispatch using (true);
grant select (organization, id, enabled) on sign_on_connections to steward_dispatch;
grant select (organization, id, domain, verified_at, checked_at) on sign_on_domains to steward_dispatch;
grant select (organization, id, hash, expires_at, revoked_at) on scim_tokens to steward_dispatch;
