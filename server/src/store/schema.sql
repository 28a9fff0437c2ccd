-- What the migrations make, read from the database's own catalogs: `node scripts/dump-schema.ts` writes this
-- file, and a test compares it with a migrated database. Not to be run.

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
  constraint api_keys_organization_member_fkey FOREIGN KEY (organization, member) REFERENCES steward.members(organization, id),
  constraint api_keys_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_hash_key UNIQUE (hash)
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy dispatch on api_keys for select to steward_dispatch using true;
create policy project on api_keys for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table api_keys: steward_app=arwd/steward_migrate
-- grant on column api_keys.organization: steward_dispatch=r/steward_migrate
-- grant on column api_keys.project: steward_dispatch=r/steward_migrate
-- grant on column api_keys.id: steward_dispatch=r/steward_migrate
-- grant on column api_keys.hash: steward_dispatch=r/steward_migrate
-- grant on column api_keys.member: steward_dispatch=r/steward_migrate
-- grant on column api_keys.expires_at: steward_dispatch=r/steward_migrate
-- grant on column api_keys.revoked_at: steward_dispatch=r/steward_migrate

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
alter table audit_batches enable row level security;
alter table audit_batches force row level security;
create policy organization on audit_batches for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table audit_batches: steward_app=ar/steward_migrate

-- owner: steward_migrate
create table blob_references (
  project uuid not null,
  run uuid not null,
  address bytea not null,
  constraint blob_references_pkey PRIMARY KEY (project, run, address)
);
alter table blob_references enable row level security;
alter table blob_references force row level security;
create policy project on blob_references for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table blob_references: steward_app=arwd/steward_migrate

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
create policy project on blobs for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table blobs: steward_app=arwd/steward_migrate

-- owner: steward_migrate
create table browser_sessions (
  organization uuid not null,
  project uuid not null,
  hash bytea not null,
  member uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint browser_sessions_organization_member_fkey FOREIGN KEY (organization, member) REFERENCES steward.members(organization, id),
  constraint browser_sessions_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint browser_sessions_pkey PRIMARY KEY (hash)
);
alter table browser_sessions enable row level security;
alter table browser_sessions force row level security;
create policy dispatch on browser_sessions for select to steward_dispatch using true;
create policy project on browser_sessions for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table browser_sessions: steward_app=arwd/steward_migrate
-- grant on column browser_sessions.organization: steward_dispatch=r/steward_migrate
-- grant on column browser_sessions.project: steward_dispatch=r/steward_migrate
-- grant on column browser_sessions.hash: steward_dispatch=r/steward_migrate
-- grant on column browser_sessions.member: steward_dispatch=r/steward_migrate
-- grant on column browser_sessions.expires_at: steward_dispatch=r/steward_migrate

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
create policy project on credentials for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table credentials: steward_app=arwd/steward_migrate

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
create policy project on deliveries for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table deliveries: steward_app=arwd/steward_migrate

-- owner: steward_migrate
create table flow_versions (
  project uuid not null,
  flow uuid not null,
  version integer not null,
  definition bytea not null,
  digest bytea not null,
  published_at timestamp with time zone not null,
  published_by uuid not null,
  constraint flow_versions_project_flow_fkey FOREIGN KEY (project, flow) REFERENCES steward.flows(project, id),
  constraint flow_versions_pkey PRIMARY KEY (project, flow, version)
);
alter table flow_versions enable row level security;
alter table flow_versions force row level security;
create policy project on flow_versions for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table flow_versions: steward_app=arwd/steward_migrate

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
  constraint flows_organization_project_fkey FOREIGN KEY (organization, project) REFERENCES steward.projects(organization, id),
  constraint flows_pkey PRIMARY KEY (project, id)
);
CREATE UNIQUE INDEX flows_slug ON steward.flows USING btree (project, slug) WHERE (deleted_at IS NULL);
alter table flows enable row level security;
alter table flows force row level security;
create policy project on flows for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table flows: steward_app=arwd/steward_migrate

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
create policy project on idempotency_keys for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table idempotency_keys: steward_app=arwd/steward_migrate

-- owner: steward_migrate
create table inbox (
  project uuid not null,
  run uuid not null,
  id uuid not null,
  kind text not null,
  body bytea,
  constraint inbox_kind_check CHECK ((kind = ANY (ARRAY['cancel'::text, 'event'::text, 'resolve'::text, 'child'::text]))),
  constraint inbox_pkey PRIMARY KEY (project, run, id)
);
alter table inbox enable row level security;
alter table inbox force row level security;
create policy dispatch on inbox for select to steward_dispatch using true;
create policy project on inbox for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table inbox: steward_app=arwd/steward_migrate
-- grant on column inbox.project: steward_dispatch=r/steward_migrate
-- grant on column inbox.run: steward_dispatch=r/steward_migrate
-- grant on column inbox.id: steward_dispatch=r/steward_migrate
-- grant on column inbox.kind: steward_dispatch=r/steward_migrate

-- owner: steward_migrate
create table members (
  organization uuid not null,
  id uuid not null,
  email text not null,
  name text not null,
  role text not null,
  created_at timestamp with time zone not null,
  constraint members_role_check CHECK ((role = 'owner'::text)),
  constraint members_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint members_pkey PRIMARY KEY (id),
  constraint members_organization_email_key UNIQUE (organization, email),
  constraint members_organization_id_key UNIQUE (organization, id)
);
alter table members enable row level security;
alter table members force row level security;
create policy organization on members for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table members: steward_app=arwd/steward_migrate

-- owner: steward_migrate
create table organizations (
  id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  constraint organizations_pkey PRIMARY KEY (id)
);
alter table organizations enable row level security;
alter table organizations force row level security;
create policy organization on organizations for all to steward_app using (id = ( SELECT steward.organization_scope() AS organization_scope)) with check (id = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table organizations: steward_app=arwd/steward_migrate

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
create policy project on private_values for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table private_values: steward_app=arwd/steward_migrate

-- owner: steward_migrate
create table projects (
  organization uuid not null,
  id uuid not null,
  slug text not null,
  name text not null,
  time_zone text default 'UTC'::text not null,
  created_at timestamp with time zone not null,
  constraint projects_organization_fkey FOREIGN KEY (organization) REFERENCES steward.organizations(id),
  constraint projects_pkey PRIMARY KEY (id),
  constraint projects_organization_id_key UNIQUE (organization, id),
  constraint projects_organization_slug_key UNIQUE (organization, slug)
);
alter table projects enable row level security;
alter table projects force row level security;
create policy dispatch on projects for select to steward_dispatch using true;
create policy organization on projects for all to steward_app using (organization = ( SELECT steward.organization_scope() AS organization_scope)) with check (organization = ( SELECT steward.organization_scope() AS organization_scope));
-- grant on table projects: steward_app=arwd/steward_migrate
-- grant on column projects.organization: steward_dispatch=r/steward_migrate
-- grant on column projects.id: steward_dispatch=r/steward_migrate

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
create policy dispatch on queue for all to steward_dispatch using true with check true;
create policy project on queue for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table queue: steward_app=arwd/steward_migrate
-- grant on column queue.project: steward_dispatch=r/steward_migrate
-- grant on column queue.run: steward_dispatch=r/steward_migrate
-- grant on column queue.due_at: steward_dispatch=rw/steward_migrate
-- grant on column queue.fence: steward_dispatch=rw/steward_migrate
-- grant on column queue.worker: steward_dispatch=rw/steward_migrate
-- grant on column queue.crashes: steward_dispatch=rw/steward_migrate

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
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'in_doubt'::text, 'parked'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint runs_pkey PRIMARY KEY (project, id)
) partition by RANGE (id);
CREATE INDEX runs_flow ON ONLY steward.runs USING btree (project, flow, id);
CREATE INDEX runs_open ON ONLY steward.runs USING btree (project, status, id) WHERE (status <> 'completed'::text);
alter table runs enable row level security;
alter table runs force row level security;
create policy project on runs for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table runs: steward_app=arwd/steward_migrate

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
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'in_doubt'::text, 'parked'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
  constraint runs_default_pkey PRIMARY KEY (project, id)
) DEFAULT;
CREATE INDEX runs_default_project_flow_id_idx ON steward.runs_default USING btree (project, flow, id);
CREATE INDEX runs_default_project_status_id_idx ON steward.runs_default USING btree (project, status, id) WHERE (status <> 'completed'::text);
alter table runs_default enable row level security;
alter table runs_default force row level security;

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
create policy dispatch on schedules for select to steward_dispatch using true;
create policy project on schedules for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table schedules: steward_app=arwd/steward_migrate
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
create policy project on segments for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table segments: steward_app=ar/steward_migrate

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

-- owner: steward_migrate
create table settings (
  name text not null,
  value jsonb not null,
  constraint settings_pkey PRIMARY KEY (name)
);
-- grant on table settings: steward_app=r/steward_migrate

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
  constraint triggers_kind_check CHECK ((kind = ANY (ARRAY['webhook'::text, 'schedule'::text, 'manual'::text, 'error'::text]))),
  constraint triggers_project_flow_fkey FOREIGN KEY (project, flow) REFERENCES steward.flows(project, id),
  constraint triggers_pkey PRIMARY KEY (project, id),
  constraint triggers_project_flow_name_key UNIQUE (project, flow, name),
  constraint triggers_token_hash_key UNIQUE (token_hash)
);
alter table triggers enable row level security;
alter table triggers force row level security;
create policy dispatch on triggers for select to steward_dispatch using true;
create policy project on triggers for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table triggers: steward_app=arwd/steward_migrate
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
create policy project on variables for all to steward_app using (project = ( SELECT steward.project_scope() AS project_scope)) with check (project = ( SELECT steward.project_scope() AS project_scope));
-- grant on table variables: steward_app=arwd/steward_migrate

-- owner: steward_migrate
create table workers (
  id uuid not null,
  beat bigint default 0 not null,
  epoch bigint default 0 not null,
  host text not null,
  process bigint not null,
  started_at timestamp with time zone not null,
  constraint workers_pkey PRIMARY KEY (id)
);
-- grant on table workers: steward_app=arwd/steward_migrate
-- grant on table workers: steward_dispatch=arwd/steward_migrate
