-- What becomes of old keys, and of what was deleted long ago.
--
-- reseals: after a rotation everything that was sealed before is opened with the old key and sealed with the new one, in
-- small steps (keyring/reseal.ts). One row for each project and part, where a part is a sealed column of a table, or the
-- blobs: which epoch it is brought to, how far the walk has come (`after`, the key of the last row it looked at; null at
-- the beginning), how many values it sealed anew, and how many it had to leave under an old key. A step is one transaction
-- that holds its row, changes a page of values and moves the row on: whatever cuts it off, it is done again. The order of
-- calls: rows are made or begun anew when a retired epoch is found -> not before their values can't change keys any more
-- (`due_at`) -> walked to the end (`done_at`). Records of runs are append-only (R4), so their part only counts.
--
-- projects.shred_ended_at is set with the audit's entry that closes a shredding; a start that finds one shredded and not
-- ended goes on with it (people/shred-again.ts). purged_at is set when 30 days after a deletion nothing is left but a row
-- without a name, which says that the id was used and that its keys must not come back (people/purge-project.ts,
-- people/purge-organization.ts). An organization's shredded_at is set before its key goes: from then on it can't be brought
-- back. Segments may only be added by the program; those of a project whose keys are gone are
-- taken away by steward_dispatch, which may take away no others.
--
-- This migration touches no tenant rows: it works as the tables' owner, whom row-level security shows none. Of projects
-- shredded before it nobody knows whether the shredding was closed: the next start closes it once more.

set local search_path = steward;

create table reseals (
  organization uuid not null,
  project uuid not null,
  part text not null,
  epoch bigint not null,
  due_at timestamptz not null,
  after jsonb,
  resealed bigint not null default 0,
  kept bigint not null default 0,
  done_at timestamptz,
  primary key (project, part),
  foreign key (organization, project) references projects (organization, id)
);
create index reseals_open on reseals (project, part) where done_at is null;

create policy project on reseals to steward_app
  using (project = (select project_scope())) with check (project = (select project_scope()));
create policy dispatch on reseals for select to steward_dispatch using (true);
create policy backup on reseals for select to steward_backup using (true);
alter table reseals enable row level security, force row level security;
grant select, insert, update, delete on reseals to steward_app;
grant select (organization, project, part, due_at, done_at, kept) on reseals to steward_dispatch;
grant select on reseals to steward_backup;

alter table projects add column shred_ended_at timestamptz, add column purged_at timestamptz;
grant select (shred_ended_at, purged_at) on projects to steward_dispatch;
alter table organizations add column shredded_at timestamptz, add column purged_at timestamptz;
grant select (purged_at) on organizations to steward_dispatch;

create policy purged on segments to steward_dispatch
  using (exists (select from projects p where p.id = segments.project and p.shredded_at is not null)) with check (false);
grant select (project, run, first) on segments to steward_dispatch;
grant delete on segments to steward_dispatch;
