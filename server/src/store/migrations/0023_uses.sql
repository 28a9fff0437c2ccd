-- The end of a responsibility: what published versions act with, and what is left to do when that ends.
--
-- flow_uses says by which connections and credentials a version acts, one row each: so that "who uses it" is a query, not a
-- search of sealed definitions. kind is what name is of: a connection's slug, a credential's slug, or (own) a connector,
-- of which the version takes the connection of whoever started its run. A name of * is told by the run alone. action is
-- what it does with it, as grants name that. Written with the version; flow_versions.uses_known is false of those that
-- were published before, until the program has opened them in its own turns.
--
-- endings are connections, credentials, grants and flows that are over, each written in the transaction that ends it: what
-- of it is to be done after that commit (telling all workers, cancelling runs) is done by whoever comes by, so that no
-- crash loses it. uses says which runs rest on it. due_at is when somebody is to look at it next: null when nothing is
-- left to do. ending_runs are runs that it has cancelled, once each, kept until it is over.
--
-- An ending locks, after what it ends: flows by id, then their triggers. Runs are cancelled in transactions of their own,
-- since their places in the queue come before everything else.
--
-- flows gets why it is paused where no person did it, runs who started them. Both columns rewrite nothing.

set local search_path = steward;

create table flow_uses (
  project uuid not null,
  flow uuid not null,
  version integer not null,
  kind text not null check (kind in ('connection', 'credential', 'own')),
  name text not null,
  action text not null,
  primary key (project, flow, version, kind, name, action),
  foreign key (project, flow, version) references flow_versions (project, flow, version)
);
create index flow_uses_of on flow_uses (project, kind, name);

create table endings (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  kind text not null check (kind in ('connection', 'credential', 'grant', 'flow')),
  thing uuid not null,
  name text not null, -- its slug; of a grant the id as it is shown
  uses jsonb not null, -- which runs rest on it (store/endings.ts)
  flows uuid[] not null, -- flows that used it when it ended
  paused jsonb not null, -- those of them that were paused for it, with their triggers
  by text not null,
  at timestamptz not null,
  told jsonb, -- who heard of it, and what was in flight; null until all workers were told
  looked_at timestamptz, -- when all runs had been looked at
  cancelled bigint not null default 0,
  due_at timestamptz,
  primary key (project, id),
  foreign key (organization, project) references projects (organization, id)
);
create index endings_due on endings (due_at) where due_at is not null;

create table ending_runs (
  project uuid not null,
  ending uuid not null,
  run uuid not null,
  primary key (project, ending, run),
  foreign key (project, ending) references endings (project, id)
);

alter table flow_versions add column uses_known boolean not null default false;
create index flow_versions_unknown on flow_versions (project, flow, version) where not uses_known;
alter table flows add column paused_because jsonb;
alter table runs add column starter uuid; -- the account that started it in person or by a key

do $$
declare
  name text;
begin
  foreach name in array array['flow_uses', 'endings', 'ending_runs'] loop
    execute format('create policy project on %I to steward_app using (project = (select project_scope())) with check (project = (select project_scope()))', name);
    execute format('create policy backup on %I for select to steward_backup using (true)', name);
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('grant select on %I to steward_backup', name);
  end loop;
end $$;
grant select, insert, delete on flow_uses, ending_runs to steward_app;
grant select, insert, update, delete on endings to steward_app;

-- What dispatch reads across tenants: where something is left to do, never what.
create policy dispatch on endings for select to steward_dispatch using (true);
create policy dispatch on flow_versions for select to steward_dispatch using (true);
grant select (organization, project, id, due_at) on endings to steward_dispatch;
grant select (project, flow, version, uses_known) on flow_versions to steward_dispatch;
