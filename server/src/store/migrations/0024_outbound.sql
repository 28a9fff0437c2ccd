-- What a project's flows reached outside, and what its organization's limits said before.
--
-- outbound_effects is the ledger of effects that leave for a host: one row for each step's effect, cause being the run (or,
-- of what a trigger asks, the trigger) and id a digest of which effect of it. Ids are as the audit has them, since it is
-- an index over the audit: written from the audit's entries in the same transaction, so that the two can't differ, and
-- found by cause or, newest first, by time; other filters look through what the time leaves. A row stands from the intent on, with an outcome of null until there is one; what was refused before has no begin. times counts how
-- often it was begun: an effect that is sent again after a crash is one row. Without a reference to projects, which would
-- cost a lock at every flush. steward_dispatch deletes what is older than 90 days, of every project, and sees nothing else.
--
-- approvals.by_model names the fields of the arguments that a model has written, in part or whole, as the published version
-- tells it: for whoever decides to be told. A column with a default rewrites nothing.
--
-- organization_limit_versions is to organization_limits what grant_versions is to grants: of limits that stand already,
-- the present form is their first row here.

set local search_path = steward;

create table outbound_effects (
  project uuid not null,
  cause text collate "C" not null, -- run_…, trigger:<flow>/<name> or apr_…
  id text collate "C" not null,
  place text not null, -- the step, after the iterations around it: 0.2/send; of a trigger its name
  attempt integer not null,
  flow text not null,
  action text not null,
  host text not null,
  connection text, -- con_…
  credential text, -- crd_…
  decided_by text, -- the line that allowed or refused: grt_… or lim_…
  line integer,
  approval text,
  times integer not null default 0,
  calls integer,
  outcome text check (outcome in ('done', 'failed', 'refused', 'unknown')),
  code text,
  ms integer,
  tokens bigint,
  cost_micro bigint,
  currency text,
  at timestamptz not null,
  ended_at timestamptz,
  primary key (project, cause, id)
) with (fillfactor = 80); -- the outcome is written where the intent lies, and touches no index
create index outbound_effects_at on outbound_effects (project, at, cause, id);
create index outbound_effects_expiry on outbound_effects using brin (at);

alter table approvals add column by_model text[] not null default '{}';

create table organization_limit_versions (
  organization uuid not null,
  of_limit uuid not null,
  version integer not null,
  form jsonb not null,
  at timestamptz not null,
  by text not null,
  primary key (organization, of_limit, version),
  foreign key (organization, of_limit) references organization_limits (organization, id)
);

-- Read past row-level security, as the table's owner.
alter table organization_limits no force row level security;
insert into organization_limit_versions (organization, of_limit, version, form, at, by)
  select organization, id, version, form, updated_at, updated_by from organization_limits;
alter table organization_limits force row level security;

create policy project on outbound_effects to steward_app
  using (project = (select project_scope())) with check (project = (select project_scope()));
create policy expired on outbound_effects to steward_dispatch using (at < now() - interval '90 days') with check (false);
create policy organization on organization_limit_versions to steward_app
  using (organization = (select organization_scope())) with check (organization = (select organization_scope()));
create policy backup on outbound_effects for select to steward_backup using (true);
create policy backup on organization_limit_versions for select to steward_backup using (true);
alter table outbound_effects enable row level security, force row level security;
alter table organization_limit_versions enable row level security, force row level security;

grant select, insert, update, delete on outbound_effects to steward_app;
grant select, insert, delete on organization_limit_versions to steward_app; -- never changed, gone with the limit
grant select (project, cause, id, at), delete on outbound_effects to steward_dispatch;
grant select on outbound_effects, organization_limit_versions to steward_backup;
