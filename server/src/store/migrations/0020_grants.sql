-- Acting for people: connections, what may be done with them, what a person must approve, and what it may cost.
--
-- connections are accounts at providers (or keys, certificates, databases). secret is one sealed value that only the gate
-- opens; generation grows with whatever ends or replaces what it allowed. oauth_clients are a project's own clients at
-- providers. connect_states are consents under way: single use, bound to the session that began them. revocations are
-- what is left of a connection after disconnecting: slot is sealed, holds what revoking at the provider needs and nothing
-- else, and goes with the provider's confirmation or after seven days; the rest is the receipt.
--
-- grants say who may do what with which connection, limits of a project take away (kind); form is what a person wrote,
-- each change is a row of grant_versions. organization_limits bind every project of an organization.
--
-- approvals are a person's word on one effect or step: bound by digest to its canonical arguments, used once. held by a
-- run, which waits for the inbox message that the last decision writes. approval_links are how mail and chat answer.
--
-- caps are limits on money, tokens and calls, of budgets and of grants; cap_counters what was spent and is reserved in
-- one period; reservations what a run's effect holds. An effect reserves in the flush that commits its intent and settles
-- in the flush of its outcome.
--
-- Order of locks: queue rows by run id, then (of one transaction) connections, approvals, cap_counters by cap and period,
-- then everything else, the audit's chain last. Nothing locks queue after another table, so whoever decides an approval
-- locks the run's place in the queue first.
--
-- Rows of tenants: runs gets columns with a default, which rewrites nothing; inbox and triggers get a wider check.

set local search_path = steward;

create table oauth_clients (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  connector text not null,
  client_id text not null,
  secret bytea,
  set_at timestamptz not null,
  set_by text not null,
  primary key (project, id),
  unique (project, connector),
  foreign key (organization, project) references projects (organization, id)
);

create table connections (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  slug text not null,
  connector text not null,
  authentication text not null check (authentication in ('oauth2', 'device', 'client_credentials', 'api_key', 'basic', 'certificate', 'none')),
  status text not null check (status in ('pending', 'active', 'reauth_required', 'disconnected')),
  owner uuid, -- the account whose it is; null: the project's
  flow text, -- the only flow that may use it
  account bytea, -- sealed: whose account it is at the provider
  scopes text[] not null default '{}',
  hosts text[] not null default '{}',
  client uuid,
  secret bytea,
  secret_expires_at timestamptz,
  refreshed_at timestamptz,
  generation bigint not null default 1,
  error_code text,
  created_at timestamptz not null,
  created_by text not null,
  connected_at timestamptz,
  used_at timestamptz,
  ended_at timestamptz,
  address text, -- of what the project brings itself: a service of its own, a database
  refreshing_by uuid, -- who asks the provider for fresh tokens now, one at a time …
  refreshing_until timestamptz, -- … by the database's clock, for when they die of it
  primary key (project, id),
  foreign key (organization, project) references projects (organization, id),
  check ((status = 'active') <= (secret is not null or authentication = 'none')),
  check ((status in ('disconnected', 'reauth_required')) <= (secret is null))
);
create unique index connections_slug on connections (project, slug) where status <> 'disconnected';
create index connections_owned on connections (organization, owner) where owner is not null and status <> 'disconnected';

create table connect_states (
  project uuid not null,
  hash bytea not null,
  connection uuid not null,
  account uuid not null,
  session bytea not null,
  verifier bytea not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (project, hash),
  unique (hash),
  foreign key (project, connection) references connections (project, id)
);

create table revocations (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  connection uuid not null,
  connector text not null,
  slug text not null,
  status text not null check (status in ('waiting', 'confirmed', 'unsupported', 'failed')),
  slot bytea,
  run uuid,
  attempt integer not null default 0,
  provider_code text,
  erased text[] not null,
  in_flight jsonb not null default '[]',
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (project, id),
  foreign key (project, connection) references connections (project, id),
  check ((status <> 'waiting') <= (slot is null))
);
create index revocations_waiting on revocations (expires_at) where status = 'waiting';

create table grants (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  kind text not null check (kind in ('grant', 'limit')),
  principal text, -- null: a limit on everybody
  connection uuid,
  credential text,
  form jsonb not null,
  version integer not null default 1,
  generation bigint not null default 1,
  given_by uuid, -- an account; null: made with the credential that it is for
  created_at timestamptz not null,
  updated_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text,
  primary key (project, id),
  foreign key (organization, project) references projects (organization, id),
  foreign key (project, connection) references connections (project, id),
  check ((kind = 'grant') <= (principal is not null)),
  check ((kind = 'grant') <= (num_nonnulls(connection, credential) = 1))
);
create index grants_standing on grants (project, id) where revoked_at is null;

create table grant_versions (
  project uuid not null,
  of_grant uuid not null,
  version integer not null,
  form jsonb not null,
  at timestamptz not null,
  by text not null,
  primary key (project, of_grant, version),
  foreign key (project, of_grant) references grants (project, id)
);

create table organization_limits (
  organization uuid not null references organizations,
  id uuid not null,
  form jsonb not null,
  version integer not null default 1,
  generation bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text not null,
  revoked_at timestamptz,
  primary key (organization, id)
);

create table approvals (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  run uuid not null,
  flow text not null,
  step text not null,
  path text not null,
  attempt integer not null,
  seq integer not null,
  kind text not null check (kind in ('effect', 'step')),
  action text not null,
  connection uuid,
  of_grant uuid,
  digest bytea not null,
  arguments bytea not null,
  changed bytea,
  changed_digest bytea,
  parties jsonb not null, -- who must agree (core/policy/decision.ts)
  reasons jsonb not null,
  status text not null check (status in ('open', 'approved', 'rejected', 'expired', 'withdrawn', 'used')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  due_at timestamptz, -- the next reminder, escalation or the expiry
  told text[] not null default '{}', -- reminders and escalations that went out
  decided_at timestamptz,
  used_at timestamptz,
  primary key (project, id),
  unique (project, run, seq),
  foreign key (organization, project) references projects (organization, id),
  check ((changed is null) = (changed_digest is null)),
  check ((status in ('approved', 'rejected', 'used')) <= (decided_at is not null))
);
create index approvals_open on approvals (project, id) where status = 'open';
create index approvals_due on approvals (due_at) where status = 'open';

create table approval_decisions (
  project uuid not null,
  approval uuid not null,
  account uuid not null,
  decision text not null check (decision in ('approve', 'reject')),
  digest bytea not null, -- of the arguments that were decided on
  via text not null check (via in ('page', 'api', 'mail', 'slack')),
  note bytea,
  at timestamptz not null,
  primary key (project, approval, account, digest), -- one word each on the same arguments
  foreign key (project, approval) references approvals (project, id)
);

create table approval_links (
  project uuid not null,
  hash bytea not null,
  approval uuid not null,
  account uuid not null,
  digest bytea not null, -- of the arguments that the link was sent for
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (project, hash),
  unique (hash),
  foreign key (project, approval) references approvals (project, id)
);

-- What was done where before, for approvals of the first time: digest is keyed, of principal, action and destination.
create table known_destinations (
  project uuid not null,
  digest bytea not null,
  first_at timestamptz not null,
  primary key (project, digest),
  foreign key (project) references projects (id)
);

-- Of the organization, since a budget may span projects. project says where it counts; null: everywhere.
create table caps (
  organization uuid not null references organizations,
  id uuid not null,
  project uuid,
  level text not null check (level in ('organization', 'project', 'member', 'agent', 'flow', 'grant', 'run')),
  subject text not null default '',
  source text not null check (source in ('budget', 'grant')),
  unit text not null check (unit in ('money', 'tokens', 'calls')),
  currency text,
  period text not null check (period in ('run', 'hour', 'day', 'month', 'total')),
  amount bigint not null check (amount >= 0),
  soft_percent integer not null default 80 check (soft_percent between 1 and 100),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text not null,
  ended_at timestamptz,
  primary key (organization, id),
  foreign key (organization, project) references projects (organization, id),
  check ((unit = 'money') = (currency is not null)),
  check ((level = 'organization') = (project is null))
);
create index caps_standing on caps (organization, project) where ended_at is null;

create table cap_counters (
  organization uuid not null,
  cap uuid not null,
  period_key text not null,
  spent bigint not null default 0 check (spent >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  warned_at timestamptz,
  updated_at timestamptz not null,
  primary key (organization, cap, period_key),
  foreign key (organization, cap) references caps (organization, id) on delete cascade -- gone with its project
);

create table reservations (
  organization uuid not null,
  project uuid not null,
  run uuid not null,
  effect text not null, -- the step, its path and attempt
  cap uuid not null,
  period_key text not null,
  amount bigint not null check (amount >= 0),
  at timestamptz not null,
  primary key (project, run, effect, cap),
  foreign key (organization, cap, period_key) references cap_counters (organization, cap, period_key)
);

-- Takes what effects ask for, each all or nothing, in the order given: lines of one effect follow each other. Of each: granted;
-- waits where only what others have reserved stands in the way; exceeded where what is spent does, or no such cap is
-- there; and the first cap that would not have it. What it holds already is granted. To be called once the counters are
-- locked in their order, in the scope of the project.
create function reserve(given_organization uuid, given_project uuid, at timestamptz, runs uuid[], effects text[], caps uuid[], periods text[],
  amounts bigint[], maxes bigint[]) returns table (run uuid, effect text, reserved text, cap uuid) language plpgsql as $$
declare
  lines constant integer := coalesce(cardinality(runs), 0);
  line integer := 1;
  first integer;
  spent_before bigint;
  reserved_before bigint;
begin
  while line <= lines loop
    first := line;
    run := runs[line];
    effect := effects[line];
    reserved := 'granted';
    cap := null;
    while line <= lines and runs[line] = run and effects[line] = effect loop
      if reserved <> 'exceeded' and not exists (select from steward.reservations r
          where r.project = given_project and r.run = runs[line] and r.effect = effects[line] and r.cap = caps[line]) then
        select k.spent, k.reserved into spent_before, reserved_before from steward.cap_counters k
          where k.organization = given_organization and k.cap = caps[line] and k.period_key = periods[line];
        if not found or spent_before + amounts[line] > maxes[line] then
          reserved := 'exceeded';
          cap := caps[line];
        elsif reserved = 'granted' and spent_before + reserved_before + amounts[line] > maxes[line] then
          reserved := 'waits';
          cap := caps[line];
        end if;
      end if;
      line := line + 1;
    end loop;
    if reserved = 'granted' then
      for one in first .. line - 1 loop
        insert into steward.reservations values
          (given_organization, given_project, runs[one], effects[one], caps[one], periods[one], amounts[one], at) on conflict do nothing;
        if found then
          update steward.cap_counters k set reserved = k.reserved + amounts[one], updated_at = at
            where k.organization = given_organization and k.cap = caps[one] and k.period_key = periods[one];
        end if;
      end loop;
    end if;
    return next;
  end loop;
end $$;
revoke all on function reserve(uuid, uuid, timestamptz, uuid[], text[], uuid[], text[], bigint[], bigint[]) from public;
grant execute on function reserve(uuid, uuid, timestamptz, uuid[], text[], uuid[], text[], bigint[], bigint[]) to steward_app;

alter table runs add column tokens bigint not null default 0, add column cost_micro bigint not null default 0,
  add column cost_currency text;
alter table inbox drop constraint inbox_kind_check;
alter table inbox add constraint inbox_kind_check check (kind in ('cancel', 'event', 'resolve', 'child', 'approval')) not valid;
alter table outbound_connections drop constraint outbound_connections_purpose_check;
alter table outbound_connections add constraint outbound_connections_purpose_check
  check (purpose in ('mail', 'identity', 'key_service', 'audit_sink', 'connection'));
alter table triggers drop constraint triggers_kind_check;
alter table triggers add constraint triggers_kind_check check (kind in ('webhook', 'schedule', 'manual', 'error', 'poll', 'hook')) not valid;

-- What worked goes on working: each credential that is sent gets the grant that setting one makes, for every flow of its
-- project. Credentials are read past row-level security, as the table's owner; grants have none yet.
alter table credentials no force row level security;
insert into grants (organization, project, id, kind, principal, credential, form, created_at, updated_at)
  select organization, project, gen_random_uuid(), 'grant', 'project', slug,
    jsonb_build_object('to', 'project', 'credential', slug, 'note', '', 'lines',
      '[{"actions": ["http.request"], "when": [], "rate": [], "money": []}]'::jsonb), set_at, set_at
  from credentials where kind <> 'secret';
insert into grant_versions (project, of_grant, version, form, at, by) select project, id, 1, form, created_at, 'system' from grants;
alter table credentials force row level security;

do $$
declare
  name text;
begin
  foreach name in array array['oauth_clients', 'connections', 'connect_states', 'revocations', 'grants', 'grant_versions',
    'approvals', 'approval_decisions', 'approval_links', 'known_destinations', 'reservations'] loop
    execute format('create policy project on %I to steward_app using (project = (select project_scope())) with check (project = (select project_scope()))', name);
  end loop;
  foreach name in array array['organization_limits', 'caps', 'cap_counters'] loop
    execute format('create policy organization on %I to steward_app using (organization = (select organization_scope())) with check (organization = (select organization_scope()))', name);
  end loop;
  foreach name in array array['oauth_clients', 'connections', 'connect_states', 'revocations', 'grants', 'grant_versions',
    'approvals', 'approval_decisions', 'approval_links', 'known_destinations', 'reservations', 'organization_limits', 'caps', 'cap_counters'] loop
    execute format('create policy backup on %I for select to steward_backup using (true)', name);
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('grant select on %I to steward_backup', name);
  end loop;
end $$;

grant select, insert, update, delete on oauth_clients, connections, connect_states, revocations, grants, approvals,
  approval_links, reservations, organization_limits, caps, cap_counters to steward_app;
grant select, insert, delete on grant_versions, approval_decisions, known_destinations to steward_app; -- never changed, gone with their project

-- What dispatch reads across tenants: routing, never content.
create policy dispatch on connections for select to steward_dispatch using (true);
create policy dispatch on connect_states for select to steward_dispatch using (true);
create policy dispatch on approval_links for select to steward_dispatch using (true);
create policy dispatch on approvals for select to steward_dispatch using (true);
create policy dispatch on revocations for select to steward_dispatch using (true);
create policy dispatch on caps for select to steward_dispatch using (true);
create policy dispatch on cap_counters for select to steward_dispatch using (true);
grant select (organization, project, id, owner, status) on connections to steward_dispatch;
grant select (project, hash, expires_at, used_at) on connect_states, approval_links to steward_dispatch;
grant select (organization, project, id, status, due_at) on approvals to steward_dispatch;
grant select (organization, project, id, status, expires_at, run, attempt) on revocations to steward_dispatch;
grant select (organization, id, source, amount, soft_percent, ended_at) on caps to steward_dispatch;
grant select (organization, cap, period_key, spent, reserved, warned_at, updated_at) on cap_counters to steward_dispatch;
