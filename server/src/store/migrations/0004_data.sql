-- The projects' own databases: where each lies and what lets Steward in.
--
-- A project's tables are not in this database: each project has a database of its own on the server, under an opaque
-- name, entered by one role of the same name that owns what is in it. Here stands one row for each: the name, the
-- role's password sealed with the project's key, and how large it was when somebody looked.
--
-- The order of calls: the row is inserted as 'making' (of many first uses one wins) -> role and database are made under
-- a lock on that name -> 'ready'. When the project is purged: 'dropping' -> database and role are dropped -> the row
-- goes. Whoever finds a row half-way, after a crash, goes on from there: each act may be repeated.
--
-- This migration touches no tenant rows.

set local search_path = steward;

create table project_databases (
  organization uuid not null,
  project uuid primary key,
  name text not null unique check (name ~ '^project_[0-9a-z]{26}$'),
  password bytea not null,
  state text not null check (state in ('making', 'ready', 'dropping')),
  created_at timestamptz not null,
  bytes bigint not null default 0,
  tables integer not null default 0,
  measured_at timestamptz,
  foreign key (organization, project) references projects (organization, id)
);

create policy project on project_databases to steward_app
  using (project = (select project_scope())) with check (project = (select project_scope()));
create policy dispatch on project_databases for select to steward_dispatch using (true);
create policy backup on project_databases for select to steward_backup using (true);
alter table project_databases enable row level security, force row level security;
grant select, insert, update, delete on project_databases to steward_app;
grant select (organization, project, name, state, created_at, bytes, tables, measured_at) on project_databases to steward_dispatch;
grant select on project_databases to steward_backup;
