-- Limits: how often something was tried, and who called what.
--
-- rate_limits counts tries within a window: a key says what is counted and for whom (an address only as a keyed
-- digest), points how many, expire when the window ends (epoch milliseconds, as the counting library has it). What is
-- sensitive (sign-in, reset, invitations) is counted here before it is done; calls of the API are counted in memory and
-- added here in batches, so that a restart and other processes know of them.
--
-- request_log holds one row for each caller, route, status, address and program within a minute, written by one
-- process: how many calls there were and how long they took. It is for the owner's security and for nothing else
-- (PROMISES D8), holds no path, query or body, and is gone after 90 days (E3): what is older steward_dispatch may
-- delete, of every project, and nothing younger. Calls outside of projects stand in the installation's own project.
--
-- This migration touches no tenant rows.

set local search_path = steward;

create table rate_limits (
  key text primary key,
  points integer not null,
  expire bigint
);
create index rate_limits_expire on rate_limits (expire);

create table request_log (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  minute timestamptz not null,
  principal text,
  route text not null,
  method text not null,
  status integer not null,
  address text not null,
  client text,
  client_version text,
  count integer not null check (count > 0),
  latency_ms_sum bigint not null,
  latency_ms_max integer not null,
  primary key (project, id),
  foreign key (organization, project) references projects (organization, id)
);
create index request_log_minute on request_log (minute);

create policy project on request_log to steward_app using (project = (select project_scope())) with check (project = (select project_scope()));
create policy expired on request_log to steward_dispatch using (minute < now() - interval '90 days') with check (false);
create policy backup on request_log for select to steward_backup using (true);
alter table request_log enable row level security, force row level security;

grant select, insert, update, delete on rate_limits, request_log to steward_app;
grant select (minute), delete on request_log to steward_dispatch;
grant select on rate_limits, request_log to steward_backup;
