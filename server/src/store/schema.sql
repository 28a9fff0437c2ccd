-- What the migrations make, read from the database's own catalogs: `node scripts/dump-schema.ts` writes this
-- file, and a test compares it with a migrated database. Not to be run.

-- schema identity, owner: steward_migrate
-- grant on schema identity: steward_backup=U/steward_migrate
-- grant on schema identity: steward_identity=U/steward_migrate
-- schema steward, owner: steward_migrate
-- grant on schema steward: steward_app=U/steward_migrate
-- grant on schema steward: steward_backup=U/steward_migrate
-- grant on schema steward: steward_dispatch=U/steward_migrate
CREATE OR REPLACE FUNCTION steward.organization_scope()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('steward.organization', true), '')::uuid $function$;
CREATE OR REPLACE FUNCTION steward.project_scope()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('steward.project', true), '')::uuid $function$;
CREATE OR REPLACE FUNCTION steward.put_outbox(of_id uuid, of_template text, of_recipient bytea, of_body bytea, at timestamp with time zone, until timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'steward', 'pg_temp'
AS $function$
declare
  installation constant text := '00000000-0000-0000-0000-000000000000';
  organization_before text := coalesce(current_setting('steward.organization', true), '');
  project_before text := coalesce(current_setting('steward.project', true), '');
begin
  perform set_config('steward.organization', installation, true), set_config('steward.project', installation, true);
  insert into outbox (organization, project, id, template, recipient, body, status, created_at, expires_at)
    values (installation::uuid, installation::uuid, of_id, of_template, of_recipient, of_body, 'queued', at, until);
  perform set_config('steward.organization', organization_before, true), set_config('steward.project', project_before, true);
  -- Rare, and heard exactly when the row is there; runs have their own way (N1 of notifications.ts).
  perform pg_notify('steward_mail', '');
end $function$;
-- grant on function put_outbox: steward_app=X/steward_migrate
CREATE OR REPLACE FUNCTION steward.reserve(given_organization uuid, given_project uuid, at timestamp with time zone, runs uuid[], effects text[], caps uuid[], periods text[], amounts bigint[], maxes bigint[])
 RETURNS TABLE(run uuid, effect text, reserved text, cap uuid)
 LANGUAGE plpgsql
AS $function$
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
end $function$;
-- grant on function reserve: steward_app=X/steward_migrate
CREATE OR REPLACE FUNCTION steward.week_partition(at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'steward', 'pg_temp'
AS $function$
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
end $function$;
-- grant on function week_partition: steward_app=X/steward_migrate

-- owner: steward_migrate
create table api_keys (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  name text not null,
  prefix text not null,
  hash bytea not null,
  member uuid not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  reach text default 'project'::text not null,
  permissions text[],
  created_by uuid,
  replaces uuid,
  second_factor boolean default false not null,
  constraint api_keys_reach_check CHECK ((reach = ANY (ARRAY['project'::text, 'organization'::text]))),
  constraint api_keys_organization_member_fkey FOREIGN KEY (organization, member) REFERENCES steward.members(organization, id),
  constraint api_keys_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_hash_key UNIQUE (hash)
);
CREATE INDEX api_keys_member ON steward.api_keys USING btree (member);
CREATE INDEX api_keys_project ON steward.api_keys USING btree (project, id);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy backup on api_keys for select to steward_backup using true;
create policy dispatch on api_keys for select to steward_dispatch using true;
create policy project on api_keys for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table api_keys: steward_app=arwd/steward_migrate
-- grant on table api_keys: steward_backup=r/steward_migrate
-- grant on column api_keys.organization: steward_dispatch=r/steward_migrate
-- grant on column api_keys.project: steward_dispatch=r/steward_migrate
-- grant on column api_keys.id: steward_dispatch=r/steward_migrate
-- grant on column api_keys.name: steward_dispatch=r/steward_migrate
-- grant on column api_keys.hash: steward_dispatch=r/steward_migrate
-- grant on column api_keys.member: steward_dispatch=r/steward_migrate
-- grant on column api_keys.expires_at: steward_dispatch=r/steward_migrate
-- grant on column api_keys.revoked_at: steward_dispatch=r/steward_migrate
-- grant on column api_keys.reach: steward_dispatch=r/steward_migrate
-- grant on column api_keys.permissions: steward_dispatch=r/steward_migrate
-- grant on column api_keys.created_by: steward_dispatch=r/steward_migrate
-- grant on column api_keys.replaces: steward_dispatch=r/steward_migrate
-- grant on column api_keys.second_factor: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table approval_decisions (
  project uuid not null,
  approval uuid not null,
  account uuid not null,
  decision text not null,
  digest bytea not null,
  via text not null,
  note bytea,
  at timestamp with time zone not null,
  constraint approval_decisions_decision_check CHECK ((decision = ANY (ARRAY['approve'::text, 'reject'::text]))),
  constraint approval_decisions_via_check CHECK ((via = ANY (ARRAY['page'::text, 'api'::text, 'mail'::text, 'slack'::text]))),
  constraint approval_decisions_project_approval_fkey FOREIGN KEY (project, approval) REFERENCES steward.approvals(project, id),
  constraint approval_decisions_pkey PRIMARY KEY (project, approval, account, digest)
);
alter table approval_decisions enable row level security;
alter table approval_decisions force row level security;
create policy backup on approval_decisions for select to steward_backup using true;
create policy project on approval_decisions for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table approval_decisions: steward_app=ard/steward_migrate
-- grant on table approval_decisions: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table approval_links (
  project uuid not null,
  hash bytea not null,
  approval uuid not null,
  account uuid not null,
  digest bytea not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint approval_links_project_approval_fkey FOREIGN KEY (project, approval) REFERENCES steward.approvals(project, id),
  constraint approval_links_pkey PRIMARY KEY (project, hash),
  constraint approval_links_hash_key UNIQUE (hash)
);
alter table approval_links enable row level security;
alter table approval_links force row level security;
create policy backup on approval_links for select to steward_backup using true;
create policy dispatch on approval_links for select to steward_dispatch using true;
create policy project on approval_links for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table approval_links: steward_app=arwd/steward_migrate
-- grant on table approval_links: steward_backup=r/steward_migrate
-- grant on column approval_links.project: steward_dispatch=r/steward_migrate
-- grant on column approval_links.hash: steward_dispatch=r/steward_migrate
-- grant on column approval_links.expires_at: steward_dispatch=r/steward_migrate
-- grant on column approval_links.used_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
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
  kind text not null,
  action text not null,
  connection uuid,
  of_grant uuid,
  digest bytea not null,
  arguments bytea not null,
  changed bytea,
  changed_digest bytea,
  parties jsonb not null,
  reasons jsonb not null,
  status text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  due_at timestamp with time zone,
  told text[] default '{}'::text[] not null,
  decided_at timestamp with time zone,
  used_at timestamp with time zone,
  by_model text[] default '{}'::text[] not null,
  constraint approvals_check CHECK (((changed IS NULL) = (changed_digest IS NULL))),
  constraint approvals_check1 CHECK (((status = ANY (ARRAY['approved'::text, 'rejected'::text, 'used'::text])) <= (decided_at IS NOT NULL))),
  constraint approvals_kind_check CHECK ((kind = ANY (ARRAY['effect'::text, 'step'::text]))),
  constraint approvals_status_check CHECK ((status = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'expired'::text, 'withdrawn'::text, 'used'::text]))),
  constraint approvals_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint approvals_pkey PRIMARY KEY (project, id),
  constraint approvals_project_run_seq_key UNIQUE (project, run, seq)
);
CREATE INDEX approvals_due ON steward.approvals USING btree (due_at) WHERE (status = 'open'::text);
CREATE INDEX approvals_open ON steward.approvals USING btree (project, id) WHERE (status = 'open'::text);
alter table approvals enable row level security;
alter table approvals force row level security;
create policy backup on approvals for select to steward_backup using true;
create policy dispatch on approvals for select to steward_dispatch using true;
create policy project on approvals for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table approvals: steward_app=arwd/steward_migrate
-- grant on table approvals: steward_backup=r/steward_migrate
-- grant on column approvals.organization: steward_dispatch=r/steward_migrate
-- grant on column approvals.project: steward_dispatch=r/steward_migrate
-- grant on column approvals.id: steward_dispatch=r/steward_migrate
-- grant on column approvals.status: steward_dispatch=r/steward_migrate
-- grant on column approvals.due_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table audit_batches (
  organization uuid not null,
  chain uuid not null,
  seq bigint not null,
  recorded_at timestamp with time zone not null,
  previous bytea not null,
  digest bytea not null,
  entries jsonb not null,
  constraint audit_batches_pkey PRIMARY KEY (organization, chain, seq)
);
CREATE INDEX audit_batches_recorded ON steward.audit_batches USING btree (organization, recorded_at, chain, seq);
alter table audit_batches enable row level security;
alter table audit_batches force row level security;
create policy backup on audit_batches for select to steward_backup using true;
create policy organization on audit_batches for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table audit_batches: steward_app=ar/steward_migrate
-- grant on table audit_batches: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table audit_head_chains (
  organization uuid not null,
  chain uuid not null,
  head bigint not null,
  seq bigint not null,
  digest bytea not null,
  constraint audit_head_chains_pkey PRIMARY KEY (organization, chain, head)
);
CREATE INDEX audit_head_chains_head ON steward.audit_head_chains USING btree (organization, head, chain);
alter table audit_head_chains enable row level security;
alter table audit_head_chains force row level security;
create policy backup on audit_head_chains for select to steward_backup using true;
create policy organization on audit_head_chains for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table audit_head_chains: steward_app=ar/steward_migrate
-- grant on table audit_head_chains: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table audit_heads (
  organization uuid not null,
  seq bigint not null,
  signed_at timestamp with time zone not null,
  previous bytea not null,
  state bytea not null,
  digest bytea not null,
  key_id text not null,
  signature bytea not null,
  constraint audit_heads_pkey PRIMARY KEY (organization, seq)
);
alter table audit_heads enable row level security;
alter table audit_heads force row level security;
create policy backup on audit_heads for select to steward_backup using true;
create policy organization on audit_heads for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table audit_heads: steward_app=ar/steward_migrate
-- grant on table audit_heads: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table audit_sink_positions (
  organization uuid not null,
  sink uuid not null,
  chain uuid not null,
  seq bigint not null,
  constraint audit_sink_positions_organization_sink_fkey FOREIGN KEY (organization, sink) REFERENCES steward.audit_sinks(organization, id) ON DELETE CASCADE,
  constraint audit_sink_positions_pkey PRIMARY KEY (organization, sink, chain)
);
alter table audit_sink_positions enable row level security;
alter table audit_sink_positions force row level security;
create policy backup on audit_sink_positions for select to steward_backup using true;
create policy organization on audit_sink_positions for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table audit_sink_positions: steward_app=arwd/steward_migrate
-- grant on table audit_sink_positions: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table audit_sinks (
  organization uuid not null,
  id uuid not null,
  kind text not null,
  address text not null,
  secret bytea,
  created_at timestamp with time zone not null,
  created_by uuid not null,
  due_at timestamp with time zone not null,
  failures integer default 0 not null,
  last_error text,
  last_error_at timestamp with time zone,
  sent bigint default 0 not null,
  sent_at timestamp with time zone,
  constraint audit_sinks_kind_check CHECK ((kind = ANY (ARRAY['syslog'::text, 'http'::text]))),
  constraint audit_sinks_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint audit_sinks_pkey PRIMARY KEY (organization, id)
);
CREATE INDEX audit_sinks_due ON steward.audit_sinks USING btree (due_at);
alter table audit_sinks enable row level security;
alter table audit_sinks force row level security;
create policy backup on audit_sinks for select to steward_backup using true;
create policy dispatch on audit_sinks for select to steward_dispatch using true;
create policy organization on audit_sinks for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table audit_sinks: steward_app=arwd/steward_migrate
-- grant on table audit_sinks: steward_backup=r/steward_migrate
-- grant on column audit_sinks.organization: steward_dispatch=r/steward_migrate
-- grant on column audit_sinks.id: steward_dispatch=r/steward_migrate
-- grant on column audit_sinks.due_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table blob_references (
  project uuid not null,
  run uuid not null,
  address bytea not null,
  constraint blob_references_pkey PRIMARY KEY (project, run, address)
);
CREATE INDEX blob_references_address ON steward.blob_references USING btree (project, address);
alter table blob_references enable row level security;
alter table blob_references force row level security;
create policy backup on blob_references for select to steward_backup using true;
create policy project on blob_references for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table blob_references: steward_app=arwd/steward_migrate
-- grant on table blob_references: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table blobs (
  project uuid not null,
  address bytea not null,
  bytes bigint not null,
  stored_at timestamp with time zone not null,
  constraint blobs_pkey PRIMARY KEY (project, address)
);
alter table blobs enable row level security;
alter table blobs force row level security;
create policy backup on blobs for select to steward_backup using true;
create policy project on blobs for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table blobs: steward_app=arwd/steward_migrate
-- grant on table blobs: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table cap_counters (
  organization uuid not null,
  cap uuid not null,
  period_key text not null,
  spent bigint default 0 not null,
  reserved bigint default 0 not null,
  warned_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  constraint cap_counters_reserved_check CHECK ((reserved >= 0)),
  constraint cap_counters_spent_check CHECK ((spent >= 0)),
  constraint cap_counters_organization_cap_fkey FOREIGN KEY (organization, cap) REFERENCES steward.caps(organization, id) ON DELETE CASCADE,
  constraint cap_counters_pkey PRIMARY KEY (organization, cap, period_key)
);
alter table cap_counters enable row level security;
alter table cap_counters force row level security;
create policy backup on cap_counters for select to steward_backup using true;
create policy dispatch on cap_counters for select to steward_dispatch using true;
create policy organization on cap_counters for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table cap_counters: steward_app=arwd/steward_migrate
-- grant on table cap_counters: steward_backup=r/steward_migrate
-- grant on column cap_counters.organization: steward_dispatch=r/steward_migrate
-- grant on column cap_counters.cap: steward_dispatch=r/steward_migrate
-- grant on column cap_counters.period_key: steward_dispatch=r/steward_migrate
-- grant on column cap_counters.spent: steward_dispatch=r/steward_migrate
-- grant on column cap_counters.reserved: steward_dispatch=r/steward_migrate
-- grant on column cap_counters.warned_at: steward_dispatch=r/steward_migrate
-- grant on column cap_counters.updated_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table caps (
  organization uuid not null,
  id uuid not null,
  project uuid,
  level text not null,
  subject text default ''::text not null,
  source text not null,
  unit text not null,
  currency text,
  period text not null,
  amount bigint not null,
  soft_percent integer default 80 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  ended_at timestamp with time zone,
  constraint caps_amount_check CHECK ((amount >= 0)),
  constraint caps_check CHECK (((unit = 'money'::text) = (currency IS NOT NULL))),
  constraint caps_check1 CHECK (((level = 'organization'::text) = (project IS NULL))),
  constraint caps_level_check CHECK ((level = ANY (ARRAY['organization'::text, 'project'::text, 'member'::text, 'agent'::text, 'flow'::text, 'grant'::text, 'run'::text]))),
  constraint caps_period_check CHECK ((period = ANY (ARRAY['run'::text, 'hour'::text, 'day'::text, 'month'::text, 'total'::text]))),
  constraint caps_soft_percent_check CHECK (((soft_percent >= 1) AND (soft_percent <= 100))),
  constraint caps_source_check CHECK ((source = ANY (ARRAY['budget'::text, 'grant'::text]))),
  constraint caps_unit_check CHECK ((unit = ANY (ARRAY['money'::text, 'tokens'::text, 'calls'::text]))),
  constraint caps_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint caps_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint caps_pkey PRIMARY KEY (organization, id)
);
CREATE INDEX caps_standing ON steward.caps USING btree (organization, project) WHERE (ended_at IS NULL);
alter table caps enable row level security;
alter table caps force row level security;
create policy backup on caps for select to steward_backup using true;
create policy dispatch on caps for select to steward_dispatch using true;
create policy organization on caps for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table caps: steward_app=arwd/steward_migrate
-- grant on table caps: steward_backup=r/steward_migrate
-- grant on column caps.organization: steward_dispatch=r/steward_migrate
-- grant on column caps.id: steward_dispatch=r/steward_migrate
-- grant on column caps.source: steward_dispatch=r/steward_migrate
-- grant on column caps.amount: steward_dispatch=r/steward_migrate
-- grant on column caps.soft_percent: steward_dispatch=r/steward_migrate
-- grant on column caps.ended_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table connect_states (
  project uuid not null,
  hash bytea not null,
  connection uuid not null,
  account uuid not null,
  session bytea not null,
  verifier bytea not null,
  scopes text[] not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint connect_states_project_connection_fkey FOREIGN KEY (project, connection) REFERENCES steward.connections(project, id),
  constraint connect_states_pkey PRIMARY KEY (project, hash),
  constraint connect_states_hash_key UNIQUE (hash)
);
alter table connect_states enable row level security;
alter table connect_states force row level security;
create policy backup on connect_states for select to steward_backup using true;
create policy dispatch on connect_states for select to steward_dispatch using true;
create policy project on connect_states for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table connect_states: steward_app=arwd/steward_migrate
-- grant on table connect_states: steward_backup=r/steward_migrate
-- grant on column connect_states.project: steward_dispatch=r/steward_migrate
-- grant on column connect_states.hash: steward_dispatch=r/steward_migrate
-- grant on column connect_states.expires_at: steward_dispatch=r/steward_migrate
-- grant on column connect_states.used_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table connections (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  slug text not null,
  connector text not null,
  authentication text not null,
  status text not null,
  owner uuid,
  flow text,
  account bytea,
  scopes text[] default '{}'::text[] not null,
  hosts text[] default '{}'::text[] not null,
  client uuid,
  secret bytea,
  secret_expires_at timestamp with time zone,
  refreshed_at timestamp with time zone,
  generation bigint default 1 not null,
  error_code text,
  created_at timestamp with time zone not null,
  created_by text not null,
  connected_at timestamp with time zone,
  used_at timestamp with time zone,
  ended_at timestamp with time zone,
  address text,
  refreshing_by uuid,
  refreshing_until timestamp with time zone,
  constraint connections_authentication_check CHECK ((authentication = ANY (ARRAY['oauth2'::text, 'device'::text, 'client_credentials'::text, 'api_key'::text, 'basic'::text, 'certificate'::text, 'none'::text]))),
  constraint connections_check CHECK (((status = 'active'::text) <= ((secret IS NOT NULL) OR (authentication = 'none'::text)))),
  constraint connections_check1 CHECK (((status = ANY (ARRAY['disconnected'::text, 'reauth_required'::text])) <= (secret IS NULL))),
  constraint connections_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'reauth_required'::text, 'disconnected'::text]))),
  constraint connections_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint connections_pkey PRIMARY KEY (project, id)
);
CREATE INDEX connections_owned ON steward.connections USING btree (organization, owner) WHERE ((owner IS NOT NULL) AND (status <> 'disconnected'::text));
CREATE UNIQUE INDEX connections_slug ON steward.connections USING btree (project, slug) WHERE (status <> 'disconnected'::text);
alter table connections enable row level security;
alter table connections force row level security;
create policy backup on connections for select to steward_backup using true;
create policy dispatch on connections for select to steward_dispatch using true;
create policy project on connections for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table connections: steward_app=arwd/steward_migrate
-- grant on table connections: steward_backup=r/steward_migrate
-- grant on column connections.organization: steward_dispatch=r/steward_migrate
-- grant on column connections.project: steward_dispatch=r/steward_migrate
-- grant on column connections.id: steward_dispatch=r/steward_migrate
-- grant on column connections.status: steward_dispatch=r/steward_migrate
-- grant on column connections.owner: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table credentials (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  slug text not null,
  kind text not null,
  header text,
  hosts text[] not null,
  secret bytea not null,
  set_at timestamp with time zone not null,
  set_by uuid not null,
  constraint credentials_kind_check CHECK ((kind = ANY (ARRAY['bearer'::text, 'basic'::text, 'header'::text, 'secret'::text]))),
  constraint credentials_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint credentials_pkey PRIMARY KEY (project, id),
  constraint credentials_project_slug_key UNIQUE (project, slug)
);
alter table credentials enable row level security;
alter table credentials force row level security;
create policy backup on credentials for select to steward_backup using true;
create policy project on credentials for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table credentials: steward_app=arwd/steward_migrate
-- grant on table credentials: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table deliveries (
  project uuid not null,
  trigger uuid not null,
  key bytea not null,
  run uuid not null,
  body_digest bytea,
  received_at timestamp with time zone not null,
  constraint deliveries_pkey PRIMARY KEY (project, trigger, key)
);
alter table deliveries enable row level security;
alter table deliveries force row level security;
create policy backup on deliveries for select to steward_backup using true;
create policy project on deliveries for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table deliveries: steward_app=arwd/steward_migrate
-- grant on table deliveries: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table ending_runs (
  project uuid not null,
  ending uuid not null,
  run uuid not null,
  constraint ending_runs_project_ending_fkey FOREIGN KEY (project, ending) REFERENCES steward.endings(project, id),
  constraint ending_runs_pkey PRIMARY KEY (project, ending, run)
);
alter table ending_runs enable row level security;
alter table ending_runs force row level security;
create policy backup on ending_runs for select to steward_backup using true;
create policy project on ending_runs for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table ending_runs: steward_app=ard/steward_migrate
-- grant on table ending_runs: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table endings (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  kind text not null,
  thing uuid not null,
  name text not null,
  uses jsonb not null,
  flows uuid[] not null,
  paused jsonb not null,
  by text not null,
  at timestamp with time zone not null,
  told jsonb,
  looked_at timestamp with time zone,
  cancelled bigint default 0 not null,
  due_at timestamp with time zone,
  constraint endings_kind_check CHECK ((kind = ANY (ARRAY['connection'::text, 'credential'::text, 'grant'::text, 'flow'::text]))),
  constraint endings_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint endings_pkey PRIMARY KEY (project, id)
);
CREATE INDEX endings_due ON steward.endings USING btree (due_at) WHERE (due_at IS NOT NULL);
alter table endings enable row level security;
alter table endings force row level security;
create policy backup on endings for select to steward_backup using true;
create policy dispatch on endings for select to steward_dispatch using true;
create policy project on endings for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table endings: steward_app=arwd/steward_migrate
-- grant on table endings: steward_backup=r/steward_migrate
-- grant on column endings.organization: steward_dispatch=r/steward_migrate
-- grant on column endings.project: steward_dispatch=r/steward_migrate
-- grant on column endings.id: steward_dispatch=r/steward_migrate
-- grant on column endings.due_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table event_hooks (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  trigger uuid not null,
  connection uuid not null,
  event text not null,
  state text not null,
  kept bytea not null,
  made_at timestamp with time zone not null,
  constraint event_hooks_state_check CHECK ((state = ANY (ARRAY['unsure'::text, 'registered'::text, 'leaving'::text]))),
  constraint event_hooks_project_trigger_fkey FOREIGN KEY (project, trigger) REFERENCES steward.triggers(project, id),
  constraint event_hooks_pkey PRIMARY KEY (project, id)
);
CREATE INDEX event_hooks_connection ON steward.event_hooks USING btree (project, connection);
CREATE UNIQUE INDEX event_hooks_one ON steward.event_hooks USING btree (project, trigger) WHERE (state <> 'leaving'::text);
alter table event_hooks enable row level security;
alter table event_hooks force row level security;
create policy backup on event_hooks for select to steward_backup using true;
create policy project on event_hooks for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table event_hooks: steward_app=arwd/steward_migrate
-- grant on table event_hooks: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table event_triggers (
  organization uuid not null,
  project uuid not null,
  trigger uuid not null,
  event text not null,
  connection text not null,
  rule bytea not null,
  kind text,
  used uuid,
  status text not null,
  why text,
  error bytea,
  cursor bytea,
  secret bytea,
  tries bigint default 0 not null,
  failures integer default 0 not null,
  refused bigint default 0 not null,
  seen_at timestamp with time zone,
  due_at timestamp with time zone,
  claimed_by uuid,
  claimed_until timestamp with time zone,
  constraint event_triggers_kind_check CHECK ((kind = ANY (ARRAY['poll'::text, 'hook'::text]))),
  constraint event_triggers_status_check CHECK ((status = ANY (ARRAY['starting'::text, 'active'::text, 'by_hand'::text, 'paused'::text, 'failing'::text]))),
  constraint event_triggers_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint event_triggers_project_trigger_fkey FOREIGN KEY (project, trigger) REFERENCES steward.triggers(project, id),
  constraint event_triggers_pkey PRIMARY KEY (project, trigger)
);
CREATE INDEX event_triggers_due ON steward.event_triggers USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX event_triggers_used ON steward.event_triggers USING btree (project, used) WHERE (used IS NOT NULL);
alter table event_triggers enable row level security;
alter table event_triggers force row level security;
create policy backup on event_triggers for select to steward_backup using true;
create policy dispatch on event_triggers for select to steward_dispatch using true;
create policy project on event_triggers for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table event_triggers: steward_app=arwd/steward_migrate
-- grant on table event_triggers: steward_backup=r/steward_migrate
-- grant on column event_triggers.organization: steward_dispatch=r/steward_migrate
-- grant on column event_triggers.project: steward_dispatch=r/steward_migrate
-- grant on column event_triggers.trigger: steward_dispatch=r/steward_migrate
-- grant on column event_triggers.due_at: steward_dispatch=r/steward_migrate
-- grant on column event_triggers.claimed_until: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table file_chunks (
  project uuid not null,
  file uuid not null,
  version integer not null,
  address bytea not null,
  constraint file_chunks_project_address_fkey FOREIGN KEY (project, address) REFERENCES steward.blobs(project, address),
  constraint file_chunks_project_file_version_fkey FOREIGN KEY (project, file, version) REFERENCES steward.file_versions(project, file, version),
  constraint file_chunks_pkey PRIMARY KEY (project, file, version, address)
);
CREATE INDEX file_chunks_address ON steward.file_chunks USING btree (project, address);
alter table file_chunks enable row level security;
alter table file_chunks force row level security;
create policy backup on file_chunks for select to steward_backup using true;
create policy project on file_chunks for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table file_chunks: steward_app=ard/steward_migrate
-- grant on table file_chunks: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table file_uploads (
  project uuid not null,
  id uuid not null,
  bytes bigint not null,
  expires_at timestamp with time zone not null,
  constraint file_uploads_bytes_check CHECK ((bytes >= 0)),
  constraint file_uploads_project_fkey FOREIGN KEY (project) REFERENCES steward.file_volumes(project),
  constraint file_uploads_pkey PRIMARY KEY (project, id)
);
alter table file_uploads enable row level security;
alter table file_uploads force row level security;
create policy backup on file_uploads for select to steward_backup using true;
create policy project on file_uploads for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table file_uploads: steward_app=arwd/steward_migrate
-- grant on table file_uploads: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table file_versions (
  project uuid not null,
  file uuid not null,
  version integer not null,
  media_type text not null,
  bytes bigint not null,
  chunks bytea not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  replaced_at timestamp with time zone,
  constraint file_versions_project_file_fkey FOREIGN KEY (project, file) REFERENCES steward.files(project, id),
  constraint file_versions_pkey PRIMARY KEY (project, file, version)
);
CREATE INDEX file_versions_replaced ON steward.file_versions USING btree (project, replaced_at) WHERE (replaced_at IS NOT NULL);
alter table file_versions enable row level security;
alter table file_versions force row level security;
create policy backup on file_versions for select to steward_backup using true;
create policy project on file_versions for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table file_versions: steward_app=arwd/steward_migrate
-- grant on table file_versions: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table file_volumes (
  organization uuid not null,
  project uuid not null,
  bytes bigint default 0 not null,
  files bigint default 0 not null,
  constraint file_volumes_bytes_check CHECK ((bytes >= 0)),
  constraint file_volumes_files_check CHECK ((files >= 0)),
  constraint file_volumes_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint file_volumes_pkey PRIMARY KEY (project)
);
alter table file_volumes enable row level security;
alter table file_volumes force row level security;
create policy backup on file_volumes for select to steward_backup using true;
create policy project on file_volumes for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table file_volumes: steward_app=arwd/steward_migrate
-- grant on table file_volumes: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table files (
  project uuid not null,
  id uuid not null,
  path text not null,
  media_type text not null,
  bytes bigint not null,
  version integer not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  deleted_at timestamp with time zone,
  constraint files_project_fkey FOREIGN KEY (project) REFERENCES steward.file_volumes(project),
  constraint files_pkey PRIMARY KEY (project, id)
);
CREATE INDEX files_deleted ON steward.files USING btree (project, deleted_at, id) WHERE (deleted_at IS NOT NULL);
CREATE UNIQUE INDEX files_path ON steward.files USING btree (project, path) WHERE (deleted_at IS NULL);
alter table files enable row level security;
alter table files force row level security;
create policy backup on files for select to steward_backup using true;
create policy project on files for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table files: steward_app=arwd/steward_migrate
-- grant on table files: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table flow_uses (
  project uuid not null,
  flow uuid not null,
  version integer not null,
  kind text not null,
  name text not null,
  action text not null,
  constraint flow_uses_kind_check CHECK ((kind = ANY (ARRAY['connection'::text, 'credential'::text, 'own'::text]))),
  constraint flow_uses_project_flow_version_fkey FOREIGN KEY (project, flow, version) REFERENCES steward.flow_versions(project, flow, version),
  constraint flow_uses_pkey PRIMARY KEY (project, flow, version, kind, name, action)
);
CREATE INDEX flow_uses_of ON steward.flow_uses USING btree (project, kind, name);
alter table flow_uses enable row level security;
alter table flow_uses force row level security;
create policy backup on flow_uses for select to steward_backup using true;
create policy project on flow_uses for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table flow_uses: steward_app=ard/steward_migrate
-- grant on table flow_uses: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table flow_versions (
  project uuid not null,
  flow uuid not null,
  version integer not null,
  definition bytea not null,
  digest bytea not null,
  published_at timestamp with time zone not null,
  published_by uuid not null,
  uses_known boolean default false not null,
  constraint flow_versions_project_flow_fkey FOREIGN KEY (project, flow) REFERENCES steward.flows(project, id),
  constraint flow_versions_pkey PRIMARY KEY (project, flow, version)
);
CREATE INDEX flow_versions_unknown ON steward.flow_versions USING btree (project, flow, version) WHERE (NOT uses_known);
alter table flow_versions enable row level security;
alter table flow_versions force row level security;
create policy backup on flow_versions for select to steward_backup using true;
create policy dispatch on flow_versions for select to steward_dispatch using true;
create policy project on flow_versions for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table flow_versions: steward_app=arwd/steward_migrate
-- grant on table flow_versions: steward_backup=r/steward_migrate
-- grant on column flow_versions.project: steward_dispatch=r/steward_migrate
-- grant on column flow_versions.flow: steward_dispatch=r/steward_migrate
-- grant on column flow_versions.version: steward_dispatch=r/steward_migrate
-- grant on column flow_versions.uses_known: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table flows (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  slug text not null,
  name text not null,
  draft bytea not null,
  draft_digest bytea not null,
  draft_problems integer not null,
  version integer,
  version_digest bytea,
  paused boolean default false not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  paused_because jsonb,
  kind text default 'flow'::text not null,
  constraint flows_kind_check CHECK ((kind = ANY (ARRAY['flow'::text, 'agent'::text]))),
  constraint flows_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint flows_pkey PRIMARY KEY (project, id)
);
CREATE UNIQUE INDEX flows_slug ON steward.flows USING btree (project, slug) WHERE (deleted_at IS NULL);
alter table flows enable row level security;
alter table flows force row level security;
create policy backup on flows for select to steward_backup using true;
create policy project on flows for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table flows: steward_app=arwd/steward_migrate
-- grant on table flows: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table grant_versions (
  project uuid not null,
  of_grant uuid not null,
  version integer not null,
  form jsonb not null,
  at timestamp with time zone not null,
  by text not null,
  constraint grant_versions_project_of_grant_fkey FOREIGN KEY (project, of_grant) REFERENCES steward.grants(project, id),
  constraint grant_versions_pkey PRIMARY KEY (project, of_grant, version)
);
alter table grant_versions enable row level security;
alter table grant_versions force row level security;
create policy backup on grant_versions for select to steward_backup using true;
create policy project on grant_versions for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table grant_versions: steward_app=ard/steward_migrate
-- grant on table grant_versions: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table grants (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  kind text not null,
  principal text,
  connection uuid,
  credential text,
  form jsonb not null,
  version integer default 1 not null,
  generation bigint default 1 not null,
  given_by uuid,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_by text,
  constraint grants_check CHECK (((kind = 'grant'::text) <= (principal IS NOT NULL))),
  constraint grants_check1 CHECK (((kind = 'grant'::text) <= (num_nonnulls(connection, credential) = 1))),
  constraint grants_kind_check CHECK ((kind = ANY (ARRAY['grant'::text, 'limit'::text]))),
  constraint grants_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint grants_project_connection_fkey FOREIGN KEY (project, connection) REFERENCES steward.connections(project, id),
  constraint grants_pkey PRIMARY KEY (project, id)
);
CREATE INDEX grants_standing ON steward.grants USING btree (project, id) WHERE (revoked_at IS NULL);
alter table grants enable row level security;
alter table grants force row level security;
create policy backup on grants for select to steward_backup using true;
create policy project on grants for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table grants: steward_app=arwd/steward_migrate
-- grant on table grants: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table idempotency_keys (
  project uuid not null,
  principal uuid not null,
  route text not null,
  key bytea not null,
  body_digest bytea not null,
  status integer,
  answer bytea,
  created_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (project, principal, route, key)
);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy backup on idempotency_keys for select to steward_backup using true;
create policy project on idempotency_keys for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table idempotency_keys: steward_app=arwd/steward_migrate
-- grant on table idempotency_keys: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table identity."twoFactor" (
  id uuid default gen_random_uuid() not null,
  secret text not null,
  "backupCodes" text not null,
  "userId" uuid not null,
  verified boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamp with time zone,
  "spentCode" text,
  constraint twoFactor_userId_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE,
  constraint twoFactor_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX "twoFactor_userId_idx" ON identity."twoFactor" USING btree ("userId");
-- grant on table identity."twoFactor": steward_backup=r/steward_migrate
-- grant on table identity."twoFactor": steward_identity=arwd/steward_migrate

-- owner: steward_migrate
create table identity."user" (
  id uuid default gen_random_uuid() not null,
  name text not null,
  email text not null,
  "emailVerified" boolean not null,
  image text,
  "createdAt" timestamp with time zone default now() not null,
  "updatedAt" timestamp with time zone default now() not null,
  "twoFactorEnabled" boolean,
  "deletedAt" timestamp with time zone,
  constraint user_email_check CHECK ((email = lower(email))),
  constraint user_pkey PRIMARY KEY (id),
  constraint user_email_key UNIQUE (email)
);
CREATE INDEX "user_deletedAt_idx" ON identity."user" USING btree ("deletedAt") WHERE ("deletedAt" IS NOT NULL);
-- grant on table identity."user": steward_backup=r/steward_migrate
-- grant on table identity."user": steward_identity=arwd/steward_migrate

-- owner: steward_migrate
create table identity.account (
  id uuid default gen_random_uuid() not null,
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamp with time zone,
  "refreshTokenExpiresAt" timestamp with time zone,
  scope text,
  password text,
  "createdAt" timestamp with time zone default now() not null,
  "updatedAt" timestamp with time zone not null,
  constraint account_keeps_no_tokens CHECK ((("accessToken" IS NULL) AND ("refreshToken" IS NULL) AND ("idToken" IS NULL))),
  constraint account_userId_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE,
  constraint account_pkey PRIMARY KEY (id),
  constraint account_providerId_accountId_key UNIQUE ("providerId", "accountId")
);
CREATE INDEX "account_userId_idx" ON identity.account USING btree ("userId");
-- grant on table identity.account: steward_backup=r/steward_migrate
-- grant on table identity.account: steward_identity=arwd/steward_migrate

-- owner: steward_migrate
create table identity.passkey (
  id uuid default gen_random_uuid() not null,
  name text,
  "publicKey" text not null,
  "userId" uuid not null,
  "credentialID" text not null,
  counter integer not null,
  "deviceType" text not null,
  "backedUp" boolean not null,
  transports text,
  "createdAt" timestamp with time zone,
  aaguid text,
  constraint passkey_userId_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE,
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_credentialID_key UNIQUE ("credentialID")
);
CREATE INDEX "passkey_userId_idx" ON identity.passkey USING btree ("userId");
-- grant on table identity.passkey: steward_backup=r/steward_migrate
-- grant on table identity.passkey: steward_identity=arwd/steward_migrate

-- owner: steward_migrate
create table identity.session (
  id uuid default gen_random_uuid() not null,
  "expiresAt" timestamp with time zone not null,
  token text not null,
  "createdAt" timestamp with time zone default now() not null,
  "updatedAt" timestamp with time zone not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null,
  "secondFactor" boolean not null,
  "begunBy" text not null,
  "signedOnBy" uuid,
  "byKey" uuid,
  constraint session_begunBy_check CHECK (("begunBy" = ANY (ARRAY['password'::text, 'second_factor'::text, 'passkey'::text, 'provider'::text, 'sign_on'::text, 'link'::text]))),
  constraint session_userId_fkey FOREIGN KEY ("userId") REFERENCES identity."user"(id) ON DELETE CASCADE,
  constraint session_pkey PRIMARY KEY (id),
  constraint session_token_key UNIQUE (token)
);
CREATE INDEX "session_expiresAt_idx" ON identity.session USING btree ("expiresAt");
CREATE INDEX "session_userId_idx" ON identity.session USING btree ("userId");
-- grant on table identity.session: steward_backup=r/steward_migrate
-- grant on table identity.session: steward_identity=arwd/steward_migrate

-- owner: steward_migrate
create table identity.verification (
  id uuid default gen_random_uuid() not null,
  identifier text not null,
  value text not null,
  "expiresAt" timestamp with time zone not null,
  "createdAt" timestamp with time zone default now() not null,
  "updatedAt" timestamp with time zone default now() not null,
  constraint verification_pkey PRIMARY KEY (id)
);
CREATE INDEX "verification_expiresAt_idx" ON identity.verification USING btree ("expiresAt");
CREATE INDEX verification_identifier_idx ON identity.verification USING btree (identifier);
-- grant on table identity.verification: steward_backup=r/steward_migrate
-- grant on table identity.verification: steward_identity=arwd/steward_migrate

-- owner: steward_migrate
create table imported_connectors (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  connector text not null,
  title text not null,
  base text not null,
  api_version text not null,
  version integer default 1 not null,
  declaration bytea not null,
  choices bytea not null,
  refused bytea not null,
  digest bytea not null,
  operations integer not null,
  refused_count integer not null,
  created_at timestamp with time zone not null,
  imported_at timestamp with time zone not null,
  imported_by text not null,
  constraint imported_connectors_connector_check CHECK ((connector ~ '^[a-z][a-z0-9_]{0,30}$'::text)),
  constraint imported_connectors_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint imported_connectors_pkey PRIMARY KEY (project, id),
  constraint imported_connectors_project_connector_key UNIQUE (project, connector)
);
alter table imported_connectors enable row level security;
alter table imported_connectors force row level security;
create policy backup on imported_connectors for select to steward_backup using true;
create policy project on imported_connectors for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table imported_connectors: steward_app=arwd/steward_migrate
-- grant on table imported_connectors: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table inbox (
  project uuid not null,
  run uuid not null,
  id uuid not null,
  kind text not null,
  body bytea,
  constraint inbox_kind_check CHECK ((kind = ANY (ARRAY['cancel'::text, 'event'::text, 'resolve'::text, 'child'::text, 'approval'::text]))) NOT VALID,
  constraint inbox_pkey PRIMARY KEY (project, run, id)
);
alter table inbox enable row level security;
alter table inbox force row level security;
create policy backup on inbox for select to steward_backup using true;
create policy dispatch on inbox for select to steward_dispatch using true;
create policy project on inbox for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table inbox: steward_app=arwd/steward_migrate
-- grant on table inbox: steward_backup=r/steward_migrate
-- grant on column inbox.project: steward_dispatch=r/steward_migrate
-- grant on column inbox.run: steward_dispatch=r/steward_migrate
-- grant on column inbox.id: steward_dispatch=r/steward_migrate
-- grant on column inbox.kind: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table invitations (
  organization uuid not null,
  id uuid not null,
  email text not null,
  role text not null,
  custom_role uuid,
  token_hash bytea not null,
  invited_by uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint invitations_check CHECK (((role = 'custom'::text) = (custom_role IS NOT NULL))),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'builder'::text, 'operator'::text, 'viewer'::text, 'auditor'::text, 'billing'::text, 'custom'::text]))),
  constraint invitations_organization_custom_role_fkey FOREIGN KEY (organization, custom_role) REFERENCES steward.roles(organization, id),
  constraint invitations_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint invitations_organization_invited_by_fkey FOREIGN KEY (organization, invited_by) REFERENCES steward.members(organization, id),
  constraint invitations_pkey PRIMARY KEY (organization, id),
  constraint invitations_token_hash_key UNIQUE (token_hash)
);
CREATE UNIQUE INDEX invitations_open ON steward.invitations USING btree (organization, lower(email)) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL));
alter table invitations enable row level security;
alter table invitations force row level security;
create policy backup on invitations for select to steward_backup using true;
create policy dispatch on invitations for select to steward_dispatch using true;
create policy organization on invitations for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table invitations: steward_app=arwd/steward_migrate
-- grant on table invitations: steward_backup=r/steward_migrate
-- grant on column invitations.organization: steward_dispatch=r/steward_migrate
-- grant on column invitations.id: steward_dispatch=r/steward_migrate
-- grant on column invitations.token_hash: steward_dispatch=r/steward_migrate
-- grant on column invitations.expires_at: steward_dispatch=r/steward_migrate
-- grant on column invitations.accepted_at: steward_dispatch=r/steward_migrate
-- grant on column invitations.revoked_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table known_destinations (
  project uuid not null,
  digest bytea not null,
  first_at timestamp with time zone not null,
  constraint known_destinations_project_fkey FOREIGN KEY (project) REFERENCES steward.projects(id),
  constraint known_destinations_pkey PRIMARY KEY (project, digest)
);
alter table known_destinations enable row level security;
alter table known_destinations force row level security;
create policy backup on known_destinations for select to steward_backup using true;
create policy project on known_destinations for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table known_destinations: steward_app=ard/steward_migrate
-- grant on table known_destinations: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table members (
  organization uuid not null,
  id uuid not null,
  email text,
  name text not null,
  role text not null,
  created_at timestamp with time zone not null,
  account uuid,
  kind text default 'person'::text not null,
  custom_role uuid,
  removed_at timestamp with time zone,
  constraint members_custom_role_check CHECK (((role = 'custom'::text) = (custom_role IS NOT NULL))),
  constraint members_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text]))),
  constraint members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'builder'::text, 'operator'::text, 'viewer'::text, 'auditor'::text, 'billing'::text, 'custom'::text]))),
  constraint members_custom_role_fkey FOREIGN KEY (organization, custom_role) REFERENCES steward.roles(organization, id),
  constraint members_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint members_pkey PRIMARY KEY (id),
  constraint members_organization_id_key UNIQUE (organization, id)
);
CREATE UNIQUE INDEX members_account ON steward.members USING btree (account, organization) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX members_email ON steward.members USING btree (organization, lower(email)) WHERE (removed_at IS NULL);
alter table members enable row level security;
alter table members force row level security;
create policy backup on members for select to steward_backup using true;
create policy dispatch on members for select to steward_dispatch using true;
create policy organization on members for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table members: steward_app=arwd/steward_migrate
-- grant on table members: steward_backup=r/steward_migrate
-- grant on column members.organization: steward_dispatch=r/steward_migrate
-- grant on column members.id: steward_dispatch=r/steward_migrate
-- grant on column members.role: steward_dispatch=r/steward_migrate
-- grant on column members.account: steward_dispatch=r/steward_migrate
-- grant on column members.kind: steward_dispatch=r/steward_migrate
-- grant on column members.custom_role: steward_dispatch=r/steward_migrate
-- grant on column members.removed_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table oauth_clients (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  connector text not null,
  client_id text not null,
  secret bytea,
  set_at timestamp with time zone not null,
  set_by text not null,
  constraint oauth_clients_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint oauth_clients_pkey PRIMARY KEY (project, id),
  constraint oauth_clients_project_connector_key UNIQUE (project, connector)
);
alter table oauth_clients enable row level security;
alter table oauth_clients force row level security;
create policy backup on oauth_clients for select to steward_backup using true;
create policy project on oauth_clients for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table oauth_clients: steward_app=arwd/steward_migrate
-- grant on table oauth_clients: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table operators (
  account uuid not null,
  created_at timestamp with time zone not null,
  constraint operators_pkey PRIMARY KEY (account)
);
-- grant on table operators: steward_app=arwd/steward_migrate
-- grant on table operators: steward_backup=r/steward_migrate
-- grant on table operators: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table organization_limit_versions (
  organization uuid not null,
  of_limit uuid not null,
  version integer not null,
  form jsonb not null,
  at timestamp with time zone not null,
  by text not null,
  constraint organization_limit_versions_organization_of_limit_fkey FOREIGN KEY (organization, of_limit) REFERENCES steward.organization_limits(organization, id),
  constraint organization_limit_versions_pkey PRIMARY KEY (organization, of_limit, version)
);
alter table organization_limit_versions enable row level security;
alter table organization_limit_versions force row level security;
create policy backup on organization_limit_versions for select to steward_backup using true;
create policy organization on organization_limit_versions for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table organization_limit_versions: steward_app=ard/steward_migrate
-- grant on table organization_limit_versions: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table organization_limits (
  organization uuid not null,
  id uuid not null,
  form jsonb not null,
  version integer default 1 not null,
  generation bigint default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  updated_by text not null,
  revoked_at timestamp with time zone,
  constraint organization_limits_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint organization_limits_pkey PRIMARY KEY (organization, id)
);
alter table organization_limits enable row level security;
alter table organization_limits force row level security;
create policy backup on organization_limits for select to steward_backup using true;
create policy organization on organization_limits for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table organization_limits: steward_app=arwd/steward_migrate
-- grant on table organization_limits: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table organizations (
  id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  second_factor_required boolean default false not null,
  sign_on_enforced boolean default false not null,
  region text,
  deleted_at timestamp with time zone,
  shredded_at timestamp with time zone,
  purged_at timestamp with time zone,
  constraint organizations_region_check CHECK (((region IS NULL) OR (id <> '00000000-0000-0000-0000-000000000000'::uuid))),
  constraint organizations_pkey PRIMARY KEY (id)
);
alter table organizations enable row level security;
alter table organizations force row level security;
create policy backup on organizations for select to steward_backup using true;
create policy dispatch on organizations for select to steward_dispatch using true;
create policy organization on organizations for all to steward_app using (id = ( SELECT steward.organization_scope() AS organization_scope)) with check (id = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table organizations: steward_app=arwd/steward_migrate
-- grant on table organizations: steward_backup=r/steward_migrate
-- grant on column organizations.id: steward_dispatch=r/steward_migrate
-- grant on column organizations.second_factor_required: steward_dispatch=r/steward_migrate
-- grant on column organizations.sign_on_enforced: steward_dispatch=r/steward_migrate
-- grant on column organizations.region: steward_dispatch=r/steward_migrate
-- grant on column organizations.deleted_at: steward_dispatch=r/steward_migrate
-- grant on column organizations.purged_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table outbound_connections (
  hour timestamp with time zone not null,
  host text not null,
  port integer not null,
  purpose text not null,
  count bigint not null,
  bytes bigint,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  constraint outbound_connections_purpose_check CHECK ((purpose = ANY (ARRAY['mail'::text, 'identity'::text, 'key_service'::text, 'audit_sink'::text, 'connection'::text]))),
  constraint outbound_connections_pkey PRIMARY KEY (hour, host, port, purpose)
);
-- grant on table outbound_connections: steward_app=arwd/steward_migrate
-- grant on table outbound_connections: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table outbound_effects (
  project uuid not null,
  cause text not null,
  id text not null,
  place text not null,
  attempt integer not null,
  flow text not null,
  action text not null,
  host text not null,
  connection text,
  credential text,
  decided_by text,
  line integer,
  approval text,
  times integer default 0 not null,
  calls integer,
  outcome text,
  code text,
  ms integer,
  tokens bigint,
  cost_micro bigint,
  currency text,
  at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint outbound_effects_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'failed'::text, 'refused'::text, 'unknown'::text]))),
  constraint outbound_effects_pkey PRIMARY KEY (project, cause, id)
) with (fillfactor=80);
CREATE INDEX outbound_effects_at ON steward.outbound_effects USING btree (project, at, cause, id);
CREATE INDEX outbound_effects_expiry ON steward.outbound_effects USING brin (at);
alter table outbound_effects enable row level security;
alter table outbound_effects force row level security;
create policy backup on outbound_effects for select to steward_backup using true;
create policy expired on outbound_effects for all to steward_dispatch using (at < (now() - '90 days'::interval)) with check false;
create policy project on outbound_effects for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table outbound_effects: steward_app=arwd/steward_migrate
-- grant on table outbound_effects: steward_backup=r/steward_migrate
-- grant on table outbound_effects: steward_dispatch=d/steward_migrate
-- grant on column outbound_effects.project: steward_dispatch=r/steward_migrate
-- grant on column outbound_effects.cause: steward_dispatch=r/steward_migrate
-- grant on column outbound_effects.id: steward_dispatch=r/steward_migrate
-- grant on column outbound_effects.at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table outbox (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  template text not null,
  recipient bytea not null,
  body bytea,
  status text not null,
  attempt integer default 1 not null,
  run uuid,
  error_code text,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint outbox_check CHECK (((status = 'sending'::text) <= (run IS NOT NULL))),
  constraint outbox_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text]))),
  constraint outbox_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint outbox_pkey PRIMARY KEY (project, id)
);
CREATE INDEX outbox_open ON steward.outbox USING btree (project, id) WHERE (status = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX outbox_unsealed ON steward.outbox USING btree (project, expires_at) WHERE (body IS NOT NULL);
alter table outbox enable row level security;
alter table outbox force row level security;
create policy backup on outbox for select to steward_backup using true;
create policy project on outbox for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table outbox: steward_app=arwd/steward_migrate
-- grant on table outbox: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table private_values (
  project uuid not null,
  run uuid not null,
  first integer not null,
  body bytea not null,
  constraint private_values_pkey PRIMARY KEY (project, run, first)
);
alter table private_values enable row level security;
alter table private_values force row level security;
create policy backup on private_values for select to steward_backup using true;
create policy project on private_values for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table private_values: steward_app=arwd/steward_migrate
-- grant on table private_values: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table project_databases (
  organization uuid not null,
  project uuid not null,
  name text not null,
  password bytea not null,
  state text not null,
  created_at timestamp with time zone not null,
  bytes bigint default 0 not null,
  tables integer default 0 not null,
  measured_at timestamp with time zone,
  constraint project_databases_name_check CHECK ((name ~ '^project_[0-9a-z]{26}$'::text)),
  constraint project_databases_state_check CHECK ((state = ANY (ARRAY['making'::text, 'ready'::text, 'dropping'::text]))),
  constraint project_databases_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint project_databases_pkey PRIMARY KEY (project),
  constraint project_databases_name_key UNIQUE (name)
);
alter table project_databases enable row level security;
alter table project_databases force row level security;
create policy backup on project_databases for select to steward_backup using true;
create policy dispatch on project_databases for select to steward_dispatch using true;
create policy project on project_databases for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table project_databases: steward_app=arwd/steward_migrate
-- grant on table project_databases: steward_backup=r/steward_migrate
-- grant on column project_databases.organization: steward_dispatch=r/steward_migrate
-- grant on column project_databases.project: steward_dispatch=r/steward_migrate
-- grant on column project_databases.name: steward_dispatch=r/steward_migrate
-- grant on column project_databases.state: steward_dispatch=r/steward_migrate
-- grant on column project_databases.created_at: steward_dispatch=r/steward_migrate
-- grant on column project_databases.bytes: steward_dispatch=r/steward_migrate
-- grant on column project_databases.tables: steward_dispatch=r/steward_migrate
-- grant on column project_databases.measured_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table project_members (
  organization uuid not null,
  project uuid not null,
  member uuid not null,
  role text not null,
  custom_role uuid,
  set_at timestamp with time zone not null,
  constraint project_members_check CHECK (((role = 'custom'::text) = (custom_role IS NOT NULL))),
  constraint project_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'builder'::text, 'operator'::text, 'viewer'::text, 'auditor'::text, 'billing'::text, 'custom'::text, 'none'::text]))),
  constraint project_members_organization_custom_role_fkey FOREIGN KEY (organization, custom_role) REFERENCES steward.roles(organization, id),
  constraint project_members_organization_member_fkey FOREIGN KEY (organization, member) REFERENCES steward.members(organization, id),
  constraint project_members_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint project_members_pkey PRIMARY KEY (project, member)
);
alter table project_members enable row level security;
alter table project_members force row level security;
create policy backup on project_members for select to steward_backup using true;
create policy dispatch on project_members for select to steward_dispatch using true;
create policy organization on project_members for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table project_members: steward_app=arwd/steward_migrate
-- grant on table project_members: steward_backup=r/steward_migrate
-- grant on column project_members.organization: steward_dispatch=r/steward_migrate
-- grant on column project_members.project: steward_dispatch=r/steward_migrate
-- grant on column project_members.member: steward_dispatch=r/steward_migrate
-- grant on column project_members.role: steward_dispatch=r/steward_migrate
-- grant on column project_members.custom_role: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table projects (
  organization uuid not null,
  id uuid not null,
  slug text not null,
  name text not null,
  time_zone text default 'UTC'::text not null,
  created_at timestamp with time zone not null,
  region text,
  deleted_at timestamp with time zone,
  shredded_at timestamp with time zone,
  shred_ended_at timestamp with time zone,
  purged_at timestamp with time zone,
  constraint projects_region_check CHECK (((region IS NULL) OR (organization <> '00000000-0000-0000-0000-000000000000'::uuid))),
  constraint projects_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint projects_pkey PRIMARY KEY (id),
  constraint projects_organization_id_key UNIQUE (organization, id),
  constraint projects_organization_slug_key UNIQUE (organization, slug)
);
alter table projects enable row level security;
alter table projects force row level security;
create policy backup on projects for select to steward_backup using true;
create policy dispatch on projects for select to steward_dispatch using true;
create policy organization on projects for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table projects: steward_app=arwd/steward_migrate
-- grant on table projects: steward_backup=r/steward_migrate
-- grant on column projects.organization: steward_dispatch=r/steward_migrate
-- grant on column projects.id: steward_dispatch=r/steward_migrate
-- grant on column projects.region: steward_dispatch=r/steward_migrate
-- grant on column projects.deleted_at: steward_dispatch=r/steward_migrate
-- grant on column projects.shredded_at: steward_dispatch=r/steward_migrate
-- grant on column projects.shred_ended_at: steward_dispatch=r/steward_migrate
-- grant on column projects.purged_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table queue (
  project uuid not null,
  run uuid not null,
  due_at timestamp with time zone not null,
  fence bigint not null,
  worker uuid,
  crashes smallint default 0 not null,
  constraint queue_pkey PRIMARY KEY (run)
) with (fillfactor=70);
CREATE INDEX queue_due ON steward.queue USING btree (project, due_at) WHERE (worker IS NULL);
CREATE INDEX queue_worker ON steward.queue USING btree (worker) WHERE (worker IS NOT NULL);
alter table queue enable row level security;
alter table queue force row level security;
create policy backup on queue for select to steward_backup using true;
create policy dispatch on queue for all to steward_dispatch using true with check true;
create policy project on queue for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table queue: steward_app=arwd/steward_migrate
-- grant on table queue: steward_backup=r/steward_migrate
-- grant on column queue.project: steward_dispatch=r/steward_migrate
-- grant on column queue.run: steward_dispatch=r/steward_migrate
-- grant on column queue.due_at: steward_dispatch=rw/steward_migrate
-- grant on column queue.fence: steward_dispatch=rw/steward_migrate
-- grant on column queue.worker: steward_dispatch=rw/steward_migrate
-- grant on column queue.crashes: steward_dispatch=rw/steward_migrate

-- owner: steward_migrate
create table rate_limits (
  key text not null,
  points integer not null,
  expire bigint,
  constraint rate_limits_pkey PRIMARY KEY (key)
);
CREATE INDEX rate_limits_expire ON steward.rate_limits USING btree (expire);
-- grant on table rate_limits: steward_app=arwd/steward_migrate
-- grant on table rate_limits: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table request_log (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  minute timestamp with time zone not null,
  principal text,
  route text not null,
  method text not null,
  status integer not null,
  address text not null,
  client text,
  client_version text,
  count integer not null,
  latency_ms_sum bigint not null,
  latency_ms_max integer not null,
  constraint request_log_count_check CHECK ((count > 0)),
  constraint request_log_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint request_log_pkey PRIMARY KEY (project, id)
);
CREATE INDEX request_log_minute ON steward.request_log USING btree (minute);
alter table request_log enable row level security;
alter table request_log force row level security;
create policy backup on request_log for select to steward_backup using true;
create policy expired on request_log for all to steward_dispatch using (minute < (now() - '90 days'::interval)) with check false;
create policy project on request_log for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table request_log: steward_app=arwd/steward_migrate
-- grant on table request_log: steward_backup=r/steward_migrate
-- grant on table request_log: steward_dispatch=d/steward_migrate
-- grant on column request_log.minute: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table reseals (
  organization uuid not null,
  project uuid not null,
  part text not null,
  epoch bigint not null,
  due_at timestamp with time zone not null,
  after jsonb,
  resealed bigint default 0 not null,
  kept bigint default 0 not null,
  done_at timestamp with time zone,
  constraint reseals_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint reseals_pkey PRIMARY KEY (project, part)
);
CREATE INDEX reseals_open ON steward.reseals USING btree (project, part) WHERE (done_at IS NULL);
alter table reseals enable row level security;
alter table reseals force row level security;
create policy backup on reseals for select to steward_backup using true;
create policy dispatch on reseals for select to steward_dispatch using true;
create policy project on reseals for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table reseals: steward_app=arwd/steward_migrate
-- grant on table reseals: steward_backup=r/steward_migrate
-- grant on column reseals.organization: steward_dispatch=r/steward_migrate
-- grant on column reseals.project: steward_dispatch=r/steward_migrate
-- grant on column reseals.part: steward_dispatch=r/steward_migrate
-- grant on column reseals.due_at: steward_dispatch=r/steward_migrate
-- grant on column reseals.kept: steward_dispatch=r/steward_migrate
-- grant on column reseals.done_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table reservations (
  organization uuid not null,
  project uuid not null,
  run uuid not null,
  effect text not null,
  cap uuid not null,
  period_key text not null,
  amount bigint not null,
  at timestamp with time zone not null,
  constraint reservations_amount_check CHECK ((amount >= 0)),
  constraint reservations_organization_cap_period_key_fkey FOREIGN KEY (organization, cap, period_key) REFERENCES steward.cap_counters(organization, cap, period_key),
  constraint reservations_pkey PRIMARY KEY (project, run, effect, cap)
);
alter table reservations enable row level security;
alter table reservations force row level security;
create policy backup on reservations for select to steward_backup using true;
create policy project on reservations for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table reservations: steward_app=arwd/steward_migrate
-- grant on table reservations: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table revocations (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  connection uuid not null,
  connector text not null,
  slug text not null,
  status text not null,
  slot bytea,
  run uuid,
  attempt integer default 0 not null,
  provider_code text,
  erased text[] not null,
  in_flight jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint revocations_check CHECK (((status <> 'waiting'::text) <= (slot IS NULL))),
  constraint revocations_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'confirmed'::text, 'unsupported'::text, 'failed'::text]))),
  constraint revocations_project_connection_fkey FOREIGN KEY (project, connection) REFERENCES steward.connections(project, id),
  constraint revocations_pkey PRIMARY KEY (project, id)
);
CREATE INDEX revocations_waiting ON steward.revocations USING btree (expires_at) WHERE (status = 'waiting'::text);
alter table revocations enable row level security;
alter table revocations force row level security;
create policy backup on revocations for select to steward_backup using true;
create policy dispatch on revocations for select to steward_dispatch using true;
create policy project on revocations for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table revocations: steward_app=arwd/steward_migrate
-- grant on table revocations: steward_backup=r/steward_migrate
-- grant on column revocations.organization: steward_dispatch=r/steward_migrate
-- grant on column revocations.project: steward_dispatch=r/steward_migrate
-- grant on column revocations.id: steward_dispatch=r/steward_migrate
-- grant on column revocations.status: steward_dispatch=r/steward_migrate
-- grant on column revocations.run: steward_dispatch=r/steward_migrate
-- grant on column revocations.attempt: steward_dispatch=r/steward_migrate
-- grant on column revocations.expires_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table roles (
  organization uuid not null,
  id uuid not null,
  name text not null,
  permissions text[] not null,
  created_at timestamp with time zone not null,
  constraint roles_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint roles_pkey PRIMARY KEY (organization, id),
  constraint roles_organization_name_key UNIQUE (organization, name)
);
alter table roles enable row level security;
alter table roles force row level security;
create policy backup on roles for select to steward_backup using true;
create policy dispatch on roles for select to steward_dispatch using true;
create policy organization on roles for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table roles: steward_app=arwd/steward_migrate
-- grant on table roles: steward_backup=r/steward_migrate
-- grant on column roles.organization: steward_dispatch=r/steward_migrate
-- grant on column roles.id: steward_dispatch=r/steward_migrate
-- grant on column roles.permissions: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table runs (
  project uuid not null,
  id uuid not null,
  flow uuid not null,
  version integer not null,
  trigger text not null,
  status text not null,
  records integer not null,
  steps integer not null,
  effects integer not null,
  bytes bigint not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  error_code text,
  failing_step text,
  parent uuid,
  retry_of uuid,
  labels jsonb,
  tokens bigint default 0 not null,
  cost_micro bigint default 0 not null,
  cost_currency text,
  starter uuid,
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'in_doubt'::text, 'parked'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint runs_pkey PRIMARY KEY (project, id)
) partition by RANGE (id);
CREATE INDEX runs_flow ON ONLY steward.runs USING btree (project, flow, id);
CREATE INDEX runs_open ON ONLY steward.runs USING btree (project, status, id) WHERE (status <> 'completed'::text);
alter table runs enable row level security;
alter table runs force row level security;
create policy backup on runs for select to steward_backup using true;
create policy project on runs for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table runs: steward_app=arwd/steward_migrate
-- grant on table runs: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table runs_default (
  project uuid not null,
  id uuid not null,
  flow uuid not null,
  version integer not null,
  trigger text not null,
  status text not null,
  records integer not null,
  steps integer not null,
  effects integer not null,
  bytes bigint not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  error_code text,
  failing_step text,
  parent uuid,
  retry_of uuid,
  labels jsonb,
  tokens bigint default 0 not null,
  cost_micro bigint default 0 not null,
  cost_currency text,
  starter uuid,
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'in_doubt'::text, 'parked'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint runs_default_pkey PRIMARY KEY (project, id)
) DEFAULT;
CREATE INDEX runs_default_project_flow_id_idx ON steward.runs_default USING btree (project, flow, id);
CREATE INDEX runs_default_project_status_id_idx ON steward.runs_default USING btree (project, status, id) WHERE (status <> 'completed'::text);
alter table runs_default enable row level security;
alter table runs_default force row level security;
create policy backup on runs_default for select to steward_backup using true;
-- grant on table runs_default: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table schedules (
  project uuid not null,
  trigger uuid not null,
  rule_digest bytea not null,
  anchor_at timestamp with time zone not null,
  due_at timestamp with time zone,
  last_due timestamp with time zone,
  constraint schedules_project_trigger_fkey FOREIGN KEY (project, trigger) REFERENCES steward.triggers(project, id),
  constraint schedules_pkey PRIMARY KEY (project, trigger)
);
CREATE INDEX schedules_due ON steward.schedules USING btree (due_at) WHERE (due_at IS NOT NULL);
alter table schedules enable row level security;
alter table schedules force row level security;
create policy backup on schedules for select to steward_backup using true;
create policy dispatch on schedules for select to steward_dispatch using true;
create policy project on schedules for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table schedules: steward_app=arwd/steward_migrate
-- grant on table schedules: steward_backup=r/steward_migrate
-- grant on column schedules.project: steward_dispatch=r/steward_migrate
-- grant on column schedules.trigger: steward_dispatch=r/steward_migrate
-- grant on column schedules.due_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table schema_migrations (
  version integer not null,
  name text not null,
  digest text not null,
  applied_at timestamp with time zone not null,
  constraint schema_migrations_pkey PRIMARY KEY (version)
);
-- grant on table schema_migrations: steward_app=r/steward_migrate
-- grant on table schema_migrations: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table scim_group_members (
  organization uuid not null,
  group_id uuid not null,
  user_id uuid not null,
  constraint scim_group_members_organization_group_id_fkey FOREIGN KEY (organization, group_id) REFERENCES steward.scim_groups(organization, id) ON DELETE CASCADE,
  constraint scim_group_members_organization_user_id_fkey FOREIGN KEY (organization, user_id) REFERENCES steward.scim_users(organization, id) ON DELETE CASCADE,
  constraint scim_group_members_pkey PRIMARY KEY (organization, group_id, user_id)
);
CREATE INDEX scim_group_members_user ON steward.scim_group_members USING btree (organization, user_id);
alter table scim_group_members enable row level security;
alter table scim_group_members force row level security;
create policy backup on scim_group_members for select to steward_backup using true;
create policy organization on scim_group_members for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table scim_group_members: steward_app=arwd/steward_migrate
-- grant on table scim_group_members: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table scim_groups (
  organization uuid not null,
  id uuid not null,
  display_name text not null,
  external_id text,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint scim_groups_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint scim_groups_pkey PRIMARY KEY (organization, id),
  constraint scim_groups_organization_display_name_key UNIQUE (organization, display_name)
);
CREATE UNIQUE INDEX scim_groups_external ON steward.scim_groups USING btree (organization, external_id);
alter table scim_groups enable row level security;
alter table scim_groups force row level security;
create policy backup on scim_groups for select to steward_backup using true;
create policy organization on scim_groups for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table scim_groups: steward_app=arwd/steward_migrate
-- grant on table scim_groups: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table scim_tokens (
  organization uuid not null,
  id uuid not null,
  prefix text not null,
  hash bytea not null,
  reach text[],
  created_by uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint scim_tokens_organization_created_by_fkey FOREIGN KEY (organization, created_by) REFERENCES steward.members(organization, id),
  constraint scim_tokens_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint scim_tokens_pkey PRIMARY KEY (organization, id),
  constraint scim_tokens_hash_key UNIQUE (hash)
);
alter table scim_tokens enable row level security;
alter table scim_tokens force row level security;
create policy backup on scim_tokens for select to steward_backup using true;
create policy dispatch on scim_tokens for select to steward_dispatch using true;
create policy organization on scim_tokens for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table scim_tokens: steward_app=arwd/steward_migrate
-- grant on table scim_tokens: steward_backup=r/steward_migrate
-- grant on column scim_tokens.organization: steward_dispatch=r/steward_migrate
-- grant on column scim_tokens.id: steward_dispatch=r/steward_migrate
-- grant on column scim_tokens.hash: steward_dispatch=r/steward_migrate
-- grant on column scim_tokens.expires_at: steward_dispatch=r/steward_migrate
-- grant on column scim_tokens.revoked_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table scim_users (
  organization uuid not null,
  id uuid not null,
  account uuid not null,
  user_name text not null,
  external_id text,
  display_name text not null,
  active boolean not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  constraint scim_users_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint scim_users_pkey PRIMARY KEY (organization, id),
  constraint scim_users_organization_account_key UNIQUE (organization, account)
);
CREATE UNIQUE INDEX scim_users_external ON steward.scim_users USING btree (organization, external_id);
CREATE UNIQUE INDEX scim_users_name ON steward.scim_users USING btree (organization, lower(user_name));
alter table scim_users enable row level security;
alter table scim_users force row level security;
create policy backup on scim_users for select to steward_backup using true;
create policy organization on scim_users for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table scim_users: steward_app=arwd/steward_migrate
-- grant on table scim_users: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table segments (
  project uuid not null,
  run uuid not null,
  first integer not null,
  last integer not null,
  body bytea not null,
  constraint segments_pkey PRIMARY KEY (project, run, first)
) partition by RANGE (run);
alter table segments enable row level security;
alter table segments force row level security;
create policy backup on segments for select to steward_backup using true;
create policy project on segments for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
create policy purged on segments for all to steward_dispatch using (EXISTS ( SELECT
   FROM steward.projects p
  WHERE ((p.id = segments.project) AND (p.shredded_at IS NOT NULL)))) with check false;
-- grant on table segments: steward_app=ar/steward_migrate
-- grant on table segments: steward_backup=r/steward_migrate
-- grant on table segments: steward_dispatch=d/steward_migrate
-- grant on column segments.project: steward_dispatch=r/steward_migrate
-- grant on column segments.run: steward_dispatch=r/steward_migrate
-- grant on column segments.first: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table segments_default (
  project uuid not null,
  run uuid not null,
  first integer not null,
  last integer not null,
  body bytea not null,
  constraint segments_default_pkey PRIMARY KEY (project, run, first)
) DEFAULT;
alter table segments_default enable row level security;
alter table segments_default force row level security;
create policy backup on segments_default for select to steward_backup using true;
-- grant on table segments_default: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table settings (
  name text not null,
  value jsonb not null,
  constraint settings_pkey PRIMARY KEY (name)
);
-- grant on table settings: steward_app=r/steward_migrate
-- grant on table settings: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table sign_on_connections (
  organization uuid not null,
  id uuid not null,
  kind text not null,
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
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint sign_on_connections_check CHECK ((((kind = 'oidc'::text) = (client_id IS NOT NULL)) AND ((kind = 'oidc'::text) = (client_secret IS NOT NULL)))),
  constraint sign_on_connections_check1 CHECK ((((kind = 'saml'::text) = (sign_on_url IS NOT NULL)) AND ((kind = 'saml'::text) = (certificates IS NOT NULL)))),
  constraint sign_on_connections_kind_check CHECK ((kind = ANY (ARRAY['oidc'::text, 'saml'::text]))),
  constraint sign_on_connections_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint sign_on_connections_organization_set_by_fkey FOREIGN KEY (organization, set_by) REFERENCES steward.members(organization, id),
  constraint sign_on_connections_pkey PRIMARY KEY (organization, id),
  constraint sign_on_connections_id_key UNIQUE (id)
);
alter table sign_on_connections enable row level security;
alter table sign_on_connections force row level security;
create policy backup on sign_on_connections for select to steward_backup using true;
create policy dispatch on sign_on_connections for select to steward_dispatch using true;
create policy organization on sign_on_connections for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table sign_on_connections: steward_app=arwd/steward_migrate
-- grant on table sign_on_connections: steward_backup=r/steward_migrate
-- grant on column sign_on_connections.organization: steward_dispatch=r/steward_migrate
-- grant on column sign_on_connections.id: steward_dispatch=r/steward_migrate
-- grant on column sign_on_connections.enabled: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table sign_on_domains (
  organization uuid not null,
  id uuid not null,
  domain text not null,
  token text not null,
  created_at timestamp with time zone not null,
  verified_at timestamp with time zone,
  checked_at timestamp with time zone,
  failing_since timestamp with time zone,
  constraint sign_on_domains_domain_check CHECK ((domain = lower(domain))),
  constraint sign_on_domains_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint sign_on_domains_pkey PRIMARY KEY (organization, id),
  constraint sign_on_domains_organization_domain_key UNIQUE (organization, domain)
);
CREATE INDEX sign_on_domains_checked ON steward.sign_on_domains USING btree (checked_at) WHERE (verified_at IS NOT NULL);
CREATE UNIQUE INDEX sign_on_domains_verified ON steward.sign_on_domains USING btree (domain) WHERE (verified_at IS NOT NULL);
alter table sign_on_domains enable row level security;
alter table sign_on_domains force row level security;
create policy backup on sign_on_domains for select to steward_backup using true;
create policy dispatch on sign_on_domains for select to steward_dispatch using true;
create policy organization on sign_on_domains for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table sign_on_domains: steward_app=arwd/steward_migrate
-- grant on table sign_on_domains: steward_backup=r/steward_migrate
-- grant on column sign_on_domains.organization: steward_dispatch=r/steward_migrate
-- grant on column sign_on_domains.id: steward_dispatch=r/steward_migrate
-- grant on column sign_on_domains.domain: steward_dispatch=r/steward_migrate
-- grant on column sign_on_domains.verified_at: steward_dispatch=r/steward_migrate
-- grant on column sign_on_domains.checked_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table sign_on_group_roles (
  organization uuid not null,
  group_name text not null,
  rank integer not null,
  role text not null,
  custom_role uuid,
  constraint sign_on_group_roles_check CHECK (((role = 'custom'::text) = (custom_role IS NOT NULL))),
  constraint sign_on_group_roles_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'builder'::text, 'operator'::text, 'viewer'::text, 'auditor'::text, 'billing'::text, 'custom'::text]))),
  constraint sign_on_group_roles_organization_custom_role_fkey FOREIGN KEY (organization, custom_role) REFERENCES steward.roles(organization, id) ON DELETE CASCADE,
  constraint sign_on_group_roles_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint sign_on_group_roles_pkey PRIMARY KEY (organization, group_name)
);
alter table sign_on_group_roles enable row level security;
alter table sign_on_group_roles force row level security;
create policy backup on sign_on_group_roles for select to steward_backup using true;
create policy organization on sign_on_group_roles for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table sign_on_group_roles: steward_app=arwd/steward_migrate
-- grant on table sign_on_group_roles: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table sign_on_settings (
  organization uuid not null,
  role text not null,
  custom_role uuid,
  constraint sign_on_settings_check CHECK (((role = 'custom'::text) = (custom_role IS NOT NULL))),
  constraint sign_on_settings_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'builder'::text, 'operator'::text, 'viewer'::text, 'auditor'::text, 'billing'::text, 'custom'::text]))),
  constraint sign_on_settings_organization_custom_role_fkey FOREIGN KEY (organization, custom_role) REFERENCES steward.roles(organization, id) ON DELETE CASCADE,
  constraint sign_on_settings_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint sign_on_settings_pkey PRIMARY KEY (organization)
);
alter table sign_on_settings enable row level security;
alter table sign_on_settings force row level security;
create policy backup on sign_on_settings for select to steward_backup using true;
create policy organization on sign_on_settings for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table sign_on_settings: steward_app=arwd/steward_migrate
-- grant on table sign_on_settings: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table support_consents (
  organization uuid not null,
  id uuid not null,
  reason text not null,
  granted_by uuid not null,
  granted_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint support_consents_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint support_consents_organization_granted_by_fkey FOREIGN KEY (organization, granted_by) REFERENCES steward.members(organization, id),
  constraint support_consents_pkey PRIMARY KEY (organization, id)
);
alter table support_consents enable row level security;
alter table support_consents force row level security;
create policy backup on support_consents for select to steward_backup using true;
create policy dispatch on support_consents for select to steward_dispatch using true;
create policy organization on support_consents for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table support_consents: steward_app=arwd/steward_migrate
-- grant on table support_consents: steward_backup=r/steward_migrate
-- grant on column support_consents.organization: steward_dispatch=r/steward_migrate
-- grant on column support_consents.expires_at: steward_dispatch=r/steward_migrate
-- grant on column support_consents.revoked_at: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table triggers (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  flow uuid not null,
  name text not null,
  kind text not null,
  version integer not null,
  active boolean not null,
  token bytea,
  token_hash bytea,
  constraint triggers_kind_check CHECK ((kind = ANY (ARRAY['webhook'::text, 'schedule'::text, 'manual'::text, 'error'::text, 'event'::text]))) NOT VALID,
  constraint triggers_project_flow_fkey FOREIGN KEY (project, flow) REFERENCES steward.flows(project, id),
  constraint triggers_pkey PRIMARY KEY (project, id),
  constraint triggers_project_flow_name_key UNIQUE (project, flow, name),
  constraint triggers_token_hash_key UNIQUE (token_hash)
);
alter table triggers enable row level security;
alter table triggers force row level security;
create policy backup on triggers for select to steward_backup using true;
create policy dispatch on triggers for select to steward_dispatch using true;
create policy project on triggers for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table triggers: steward_app=arwd/steward_migrate
-- grant on table triggers: steward_backup=r/steward_migrate
-- grant on column triggers.organization: steward_dispatch=r/steward_migrate
-- grant on column triggers.project: steward_dispatch=r/steward_migrate
-- grant on column triggers.id: steward_dispatch=r/steward_migrate
-- grant on column triggers.flow: steward_dispatch=r/steward_migrate
-- grant on column triggers.name: steward_dispatch=r/steward_migrate
-- grant on column triggers.kind: steward_dispatch=r/steward_migrate
-- grant on column triggers.version: steward_dispatch=r/steward_migrate
-- grant on column triggers.active: steward_dispatch=r/steward_migrate
-- grant on column triggers.token_hash: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table variables (
  organization uuid not null,
  project uuid not null,
  name text not null,
  value bytea not null,
  set_at timestamp with time zone not null,
  constraint variables_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint variables_pkey PRIMARY KEY (project, name)
);
alter table variables enable row level security;
alter table variables force row level security;
create policy backup on variables for select to steward_backup using true;
create policy project on variables for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table variables: steward_app=arwd/steward_migrate
-- grant on table variables: steward_backup=r/steward_migrate

-- owner: steward_migrate
create table workers (
  id uuid not null,
  beat bigint default 0 not null,
  epoch bigint default 0 not null,
  host text not null,
  process bigint not null,
  started_at timestamp with time zone not null,
  region text,
  constraint workers_pkey PRIMARY KEY (id)
);
-- grant on table workers: steward_app=arwd/steward_migrate
-- grant on table workers: steward_backup=r/steward_migrate
-- grant on table workers: steward_dispatch=arwd/steward_migrate
