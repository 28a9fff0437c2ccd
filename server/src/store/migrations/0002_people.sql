-- People: who belongs to an organization, what they may do there and in each project, and what lets them in.
--
-- A person is an account in the sign-in library's schema (0003); here it is an id. members say which account
-- belongs to which organization and under which role, service accounts among them (no account, keys only).
-- project_members give a member another role inside one project. roles are an organization's own lists of
-- permissions. invitations let one person in, once. operators run the installation. support_consents let an
-- operator look inside an organization for a time. api_keys may have fewer permissions than their member, and
-- reach one project or all of the organization's.
--
-- A call is: api_keys by hash or the sign-in session by token -> members (+ project_members, roles), as
-- dispatch, in one statement (store/access.ts), asked at each request, so that what is revoked ends with it.
--
-- steward_backup reads every table and changes none; steward_identity sees no table of this schema.
-- This migration touches tenant rows by defaults of new columns only.

set local search_path = steward;
grant usage on schema steward to steward_backup;

alter table organizations
  add column second_factor_required boolean not null default false,
  add column sign_on_enforced boolean not null default false,
  add column region text,
  add column deleted_at timestamptz;
alter table projects
  add column region text,
  add column deleted_at timestamptz;

create table roles (
  organization uuid not null references organizations,
  id uuid not null,
  name text not null,
  permissions text[] not null,
  created_at timestamptz not null,
  primary key (organization, id),
  unique (organization, name)
);

alter table members
  drop constraint members_role_check,
  drop constraint members_organization_email_key,
  alter column email drop not null,
  add column account uuid,
  add column kind text not null default 'person' check (kind in ('person', 'service')),
  add column custom_role uuid,
  add column removed_at timestamptz,
  add constraint members_role_check check (role in ('owner', 'admin', 'builder', 'operator', 'viewer', 'auditor', 'billing', 'custom')),
  add constraint members_custom_role_check check ((role = 'custom') = (custom_role is not null)),
  add constraint members_custom_role_fkey foreign key (organization, custom_role) references roles (organization, id);
create unique index members_email on members (organization, lower(email)) where removed_at is null;
create unique index members_account on members (account, organization) where removed_at is null;

create table project_members (
  organization uuid not null,
  project uuid not null,
  member uuid not null,
  role text not null check (role in ('owner', 'admin', 'builder', 'operator', 'viewer', 'auditor', 'billing', 'custom', 'none')),
  custom_role uuid,
  set_at timestamptz not null,
  primary key (project, member),
  foreign key (organization, project) references projects (organization, id),
  foreign key (organization, member) references members (organization, id),
  foreign key (organization, custom_role) references roles (organization, id),
  check ((role = 'custom') = (custom_role is not null))
);

create table invitations (
  organization uuid not null references organizations,
  id uuid not null,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'builder', 'operator', 'viewer', 'auditor', 'billing', 'custom')),
  custom_role uuid,
  token_hash bytea not null unique,
  invited_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (organization, id),
  foreign key (organization, invited_by) references members (organization, id),
  foreign key (organization, custom_role) references roles (organization, id),
  check ((role = 'custom') = (custom_role is not null))
);
create unique index invitations_open on invitations (organization, lower(email)) where accepted_at is null and revoked_at is null;

create table support_consents (
  organization uuid not null references organizations,
  id uuid not null,
  reason text not null,
  granted_by uuid not null,
  granted_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (organization, id),
  foreign key (organization, granted_by) references members (organization, id)
);

-- Of the installation, not of a tenant.
create table operators (
  account uuid primary key,
  created_at timestamptz not null
);

alter table api_keys
  add column reach text not null default 'project' check (reach in ('project', 'organization')),
  add column permissions text[],
  add column created_by uuid,
  add column replaces uuid;

do $$
declare
  name text;
begin
  foreach name in array array['roles', 'project_members', 'invitations', 'support_consents'] loop
    execute format('create policy organization on %I to steward_app using (organization = (select organization_scope())) with check (organization = (select organization_scope()))', name);
    execute format('alter table %I enable row level security, force row level security', name);
  end loop;
  for name in select relname from pg_class where relnamespace = 'steward'::regnamespace and relkind in ('r', 'p') loop
    execute format('grant select on %I to steward_backup', name);
    if (select relrowsecurity from pg_class where oid = format('steward.%I', name)::regclass) then
      execute format('create policy backup on %I for select to steward_backup using (true)', name);
    end if;
  end loop;
end $$;

grant select, insert, update, delete on roles, project_members, invitations, support_consents, operators to steward_app;

-- Membership as dispatch reads it: who may do what, nothing of who they are.
create policy dispatch on organizations for select to steward_dispatch using (true);
create policy dispatch on members for select to steward_dispatch using (true);
create policy dispatch on roles for select to steward_dispatch using (true);
create policy dispatch on project_members for select to steward_dispatch using (true);
create policy dispatch on invitations for select to steward_dispatch using (true);
create policy dispatch on support_consents for select to steward_dispatch using (true);
grant select (id, second_factor_required, sign_on_enforced, deleted_at) on organizations to steward_dispatch;
grant select (deleted_at) on projects to steward_dispatch;
grant select (organization, id, account, kind, role, custom_role, removed_at) on members to steward_dispatch;
grant select (organization, id, permissions) on roles to steward_dispatch;
grant select (organization, project, member, role, custom_role) on project_members to steward_dispatch;
grant select (organization, id, token_hash, expires_at, accepted_at, revoked_at) on invitations to steward_dispatch;
grant select (organization, expires_at, revoked_at) on support_consents to steward_dispatch;
grant select (name, reach, permissions) on api_keys to steward_dispatch;
grant select on operators to steward_dispatch;

-- As before, and a backup may read the new partitions as well.
create or replace function week_partition(at timestamptz) returns void
  language plpgsql security definer set search_path = steward, pg_temp as $$
declare
  monday timestamptz := date_trunc('week', at, 'UTC');
  lower_id text := lpad(to_hex((extract(epoch from monday) * 1000)::bigint), 12, '0') || repeat('0', 20);
  upper_id text := lpad(to_hex((extract(epoch from monday + interval '7 days') * 1000)::bigint), 12, '0') || repeat('0', 20);
  parent text;
  name text;
begin
  perform pg_advisory_xact_lock(7788002);
  foreach parent in array array['runs', 'segments'] loop
    name := parent || to_char(monday at time zone 'UTC', '_IYYY"w"IW');
    continue when to_regclass('steward.' || name) is not null;
    begin
      execute format('create table %I partition of %I for values from (%L) to (%L)', name, parent, lower_id::uuid, upper_id::uuid);
      execute format('alter table %I enable row level security, force row level security', name);
      execute format('create policy backup on %I for select to steward_backup using (true)', name);
      execute format('grant select on %I to steward_backup', name);
    exception when check_violation then
      null; -- the default partition holds rows of this week already and goes on holding them
    end;
  end loop;
end $$;
