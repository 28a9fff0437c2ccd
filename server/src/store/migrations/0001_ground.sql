-- The ground: who owns what, flows and their versions, runs and how they are led to their end.
--
-- organizations own projects; a project is the unit of isolation: every row below it names it and is
-- visible only inside a transaction that has set steward.project to it. members, api_keys and
-- browser_sessions say who may call. flows hold a draft, flow_versions what was published, triggers
-- how a version is started, schedules when next.
--
-- A run is one row in runs and its history in segments: each segment holds the records of one flush
-- of that run, compressed and sealed with a key of the run. While a run is open it has one row in
-- queue: who holds it (worker), under which fence, and when it is due. Whoever writes to a run joins
-- queue on run and fence; a holder that lost its fence writes nothing. What others want of a run
-- (cancel it, an event, a child that ended) is a row in inbox, consumed by the flush that records its
-- effect. deliveries make a repeated delivery find the first run. blobs are large values by address.
-- audit_batches chain what was done, per organization and writer. workers beat.
--
-- A webhook is: triggers by token_hash (dispatch) -> runs + segments + deliveries (one statement, see
-- store/runs.ts) [-> queue when it does not end at once] -> the reply.
--
-- Order of locks: queue rows by run id, then everything else. Nothing locks queue after another table.
--
-- Roles: steward_migrate owns all and is used at start only. steward_app serves; it owns nothing,
-- has no DDL and can't bypass row-level security. steward_dispatch finds work across tenants and
-- reads routing columns only; steward_app switches to it on connections of their own.
--! min_program 1

set local search_path = steward;
grant usage on schema steward to steward_app, steward_dispatch;

create function project_scope() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('steward.project', true), '')::uuid $$;
create function organization_scope() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('steward.organization', true), '')::uuid $$;

create table settings (
  name text primary key,
  value jsonb not null
);

create table workers (
  id uuid primary key,
  beat bigint not null default 0,
  epoch bigint not null default 0,
  host text not null,
  process bigint not null,
  started_at timestamptz not null
);

create table organizations (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);

create table projects (
  organization uuid not null references organizations,
  id uuid primary key,
  slug text not null,
  name text not null,
  time_zone text not null default 'UTC',
  created_at timestamptz not null,
  unique (organization, id),
  unique (organization, slug)
);

create table members (
  organization uuid not null references organizations,
  id uuid primary key,
  email text not null,
  name text not null,
  role text not null check (role in ('owner')),
  created_at timestamptz not null,
  unique (organization, id),
  unique (organization, email)
);

create table api_keys (
  organization uuid not null,
  project uuid not null,
  id uuid primary key,
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  member uuid not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  foreign key (organization, project) references projects (organization, id),
  foreign key (organization, member) references members (organization, id)
);

create table browser_sessions (
  organization uuid not null,
  project uuid not null,
  hash bytea primary key,
  member uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  foreign key (organization, project) references projects (organization, id),
  foreign key (organization, member) references members (organization, id)
);

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
  paused boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (project, id),
  foreign key (organization, project) references projects (organization, id)
);
create unique index flows_slug on flows (project, slug) where deleted_at is null;

create table flow_versions (
  project uuid not null,
  flow uuid not null,
  version integer not null,
  definition bytea not null,
  digest bytea not null,
  published_at timestamptz not null,
  published_by uuid not null,
  primary key (project, flow, version),
  foreign key (project, flow) references flows (project, id)
);

create table triggers (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  flow uuid not null,
  name text not null,
  kind text not null check (kind in ('webhook', 'schedule', 'manual', 'error')),
  version integer not null,
  active boolean not null,
  token bytea,
  token_hash bytea unique,
  primary key (project, id),
  unique (project, flow, name),
  foreign key (project, flow) references flows (project, id)
);

create table schedules (
  project uuid not null,
  trigger uuid not null,
  rule_digest bytea not null,
  anchor_at timestamptz not null,
  due_at timestamptz,
  last_due timestamptz,
  primary key (project, trigger),
  foreign key (project, trigger) references triggers (project, id)
);
create index schedules_due on schedules (due_at) where due_at is not null;

create table credentials (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  slug text not null,
  kind text not null check (kind in ('bearer', 'basic', 'header', 'secret')),
  header text,
  hosts text[] not null,
  secret bytea not null,
  set_at timestamptz not null,
  set_by uuid not null,
  primary key (project, id),
  unique (project, slug),
  foreign key (organization, project) references projects (organization, id)
);

create table variables (
  organization uuid not null,
  project uuid not null,
  name text not null,
  value bytea not null,
  set_at timestamptz not null,
  primary key (project, name),
  foreign key (organization, project) references projects (organization, id)
);

-- Hot: no foreign keys from here on, since each check locks its parent's row, and a project's row would
-- be locked by every flush. What they would promise is tested instead (store/hot-tables.test.ts).

create table runs (
  project uuid not null,
  id uuid not null,
  flow uuid not null,
  version integer not null,
  trigger text not null,
  status text not null check (status in
    ('queued', 'running', 'waiting', 'in_doubt', 'parked', 'completed', 'failed', 'cancelled')),
  records integer not null,
  steps integer not null,
  effects integer not null,
  bytes bigint not null,
  started_at timestamptz,
  ended_at timestamptz,
  error_code text,
  failing_step text,
  parent uuid,
  retry_of uuid,
  labels jsonb,
  primary key (project, id)
) partition by range (id);
create index runs_flow on runs (project, flow, id);
create index runs_open on runs (project, status, id) where status not in ('completed');

create table segments (
  project uuid not null,
  run uuid not null,
  first integer not null,
  last integer not null,
  body bytea not null,
  primary key (project, run, first)
) partition by range (run);

create table private_values (
  project uuid not null,
  run uuid not null,
  first integer not null,
  body bytea not null,
  primary key (project, run, first)
);

create table queue (
  project uuid not null,
  run uuid primary key,
  due_at timestamptz not null,
  fence bigint not null,
  worker uuid,
  crashes smallint not null default 0
) with (fillfactor = 70);
create index queue_due on queue (project, due_at) where worker is null;
create index queue_worker on queue (worker) where worker is not null;

create table inbox (
  project uuid not null,
  run uuid not null,
  id uuid not null,
  kind text not null check (kind in ('cancel', 'event', 'resolve', 'child')),
  body bytea,
  primary key (project, run, id)
);

create table deliveries (
  project uuid not null,
  trigger uuid not null,
  key bytea not null,
  run uuid not null,
  body_digest bytea,
  received_at timestamptz not null,
  primary key (project, trigger, key)
);

create table blobs (
  project uuid not null,
  address bytea not null,
  bytes bigint not null,
  stored_at timestamptz not null,
  primary key (project, address)
);

create table blob_references (
  project uuid not null,
  run uuid not null,
  address bytea not null,
  primary key (project, run, address)
);

create table idempotency_keys (
  project uuid not null,
  principal uuid not null,
  route text not null,
  key bytea not null,
  body_digest bytea not null,
  status integer,
  answer bytea,
  created_at timestamptz not null,
  primary key (project, principal, route, key)
);

create table audit_batches (
  organization uuid not null,
  chain uuid not null,
  seq bigint not null,
  recorded_at timestamptz not null,
  previous bytea not null,
  digest bytea not null,
  entries jsonb not null,
  primary key (organization, chain, seq)
);

-- Weekly partitions, made ahead by the program through this function, since it has no DDL of its own.
-- The default partitions take what a wrong clock would otherwise refuse.
create table runs_default partition of runs default;
create table segments_default partition of segments default;

create function week_partition(at timestamptz) returns void
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
    exception when check_violation then
      null; -- the default partition holds rows of this week already and goes on holding them
    end;
  end loop;
end $$;
revoke all on function week_partition(timestamptz) from public;
grant execute on function week_partition(timestamptz) to steward_app;

-- Row-level security: a row of a project is seen and written inside its scope only.
do $$
declare
  name text;
begin
  foreach name in array array['api_keys', 'browser_sessions', 'flows', 'flow_versions', 'triggers', 'schedules',
    'credentials', 'variables', 'runs', 'segments', 'private_values', 'queue', 'inbox', 'deliveries', 'blobs',
    'blob_references', 'idempotency_keys'] loop
    execute format('create policy project on %I to steward_app using (project = (select project_scope())) with check (project = (select project_scope()))', name);
  end loop;
  foreach name in array array['members', 'projects', 'audit_batches'] loop
    execute format('create policy organization on %I to steward_app using (organization = (select organization_scope())) with check (organization = (select organization_scope()))', name);
  end loop;
  create policy organization on organizations to steward_app
    using (id = (select organization_scope())) with check (id = (select organization_scope()));
  for name in select relname from pg_class where relnamespace = 'steward'::regnamespace and relkind in ('r', 'p')
      and relname not in ('settings', 'workers', 'schema_migrations') loop
    execute format('alter table %I enable row level security, force row level security', name);
  end loop;
end $$;

grant select, insert, update, delete on
  api_keys, browser_sessions, flows, flow_versions, triggers, schedules, credentials, variables, runs,
  private_values, queue, inbox, deliveries, blobs, blob_references, idempotency_keys, members, projects, organizations
  to steward_app;
grant select, insert on audit_batches, segments to steward_app; -- append-only
grant select, insert, update, delete on workers to steward_app;
grant select on settings, schema_migrations to steward_app;

-- What dispatch reads and writes across tenants: routing, never content.
create policy dispatch on queue to steward_dispatch using (true) with check (true);
create policy dispatch on triggers for select to steward_dispatch using (true);
create policy dispatch on schedules for select to steward_dispatch using (true);
create policy dispatch on api_keys for select to steward_dispatch using (true);
create policy dispatch on browser_sessions for select to steward_dispatch using (true);
create policy dispatch on projects for select to steward_dispatch using (true);
create policy dispatch on inbox for select to steward_dispatch using (true);
grant select (project, run, due_at, fence, worker, crashes) on queue to steward_dispatch;
grant update (worker, fence, crashes, due_at) on queue to steward_dispatch;
grant select (organization, project, id, flow, name, kind, version, active, token_hash) on triggers to steward_dispatch;
grant select (project, trigger, due_at) on schedules to steward_dispatch;
grant select (organization, project, id, hash, member, expires_at, revoked_at) on api_keys to steward_dispatch;
grant select (organization, project, hash, member, expires_at) on browser_sessions to steward_dispatch;
grant select (organization, id) on projects to steward_dispatch;
grant select (project, run, id, kind) on inbox to steward_dispatch;
grant select, insert, update, delete on workers to steward_dispatch;
