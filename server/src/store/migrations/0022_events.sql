-- What happens at providers and starts runs.
--
-- event_triggers: one row for each trigger of kind event that a flow ever published, beside its row in triggers. event and
-- connection are as the file has them, rule is a keyed digest of all that the file says of it: another rule begins anew.
-- used is the connection that the slug last meant. A row is looked at when it is due; whoever looks has its claim for a
-- minute of the database's clock and asks the provider without any lock held. What comes of it is committed under the
-- claim, together with the runs that it starts: events are claimed in deliveries, by the trigger and a keyed digest of
-- their key, as deliveries of webhooks are, so that an event starts one run whatever is killed when. Pausing, publishing
-- and disconnecting take the claim away. cursor is where polling stands; error what the provider said; secret signs the
-- deliveries of a hook; tries counts the looks, so that the audit can tell one from the other. seen_at is the last time
-- that the provider was heard, refused how many deliveries were not let in.
--
-- event_hooks: addresses that providers were told. A row is there before the provider is asked (unsure), and goes when the
-- provider has said that it is forgotten; kept is sealed: with what it was registered, and what unregistering needs. One
-- that is leaving is no trigger's any more. When a connection ends, its rows move into the revocation's slot.
--
-- The order of calls: a flow is published or resumed -> its rows are due -> claimed -> judged, polled or registered ->
-- committed and due again. Rows of a flow that is paused are due once more, to take its hooks away.

set local search_path = steward;

alter table triggers drop constraint triggers_kind_check;
alter table triggers add constraint triggers_kind_check check (kind in ('webhook', 'schedule', 'manual', 'error', 'event')) not valid;

create table event_triggers (
  organization uuid not null,
  project uuid not null,
  trigger uuid not null,
  event text not null,
  connection text not null,
  rule bytea not null,
  kind text check (kind in ('poll', 'hook')), -- null until it was looked at
  used uuid,
  status text not null check (status in ('starting', 'active', 'by_hand', 'paused', 'failing')),
  why text,
  error bytea,
  cursor bytea,
  secret bytea,
  tries bigint not null default 0,
  failures integer not null default 0,
  refused bigint not null default 0,
  seen_at timestamptz,
  due_at timestamptz,
  claimed_by uuid,
  claimed_until timestamptz,
  primary key (project, trigger),
  foreign key (organization, project) references projects (organization, id),
  foreign key (project, trigger) references triggers (project, id)
);
create index event_triggers_due on event_triggers (due_at) where due_at is not null;
create index event_triggers_used on event_triggers (project, used) where used is not null;

create table event_hooks (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  trigger uuid not null,
  connection uuid not null,
  event text not null,
  state text not null check (state in ('unsure', 'registered', 'leaving')),
  kept bytea not null,
  made_at timestamptz not null,
  primary key (project, id),
  foreign key (project, trigger) references triggers (project, id)
);
create unique index event_hooks_one on event_hooks (project, trigger) where state <> 'leaving';
create index event_hooks_connection on event_hooks (project, connection);

do $$
declare
  name text;
begin
  foreach name in array array['event_triggers', 'event_hooks'] loop
    execute format('create policy project on %I to steward_app using (project = (select project_scope())) with check (project = (select project_scope()))', name);
    execute format('create policy backup on %I for select to steward_backup using (true)', name);
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('grant select, insert, update, delete on %I to steward_app', name);
    execute format('grant select on %I to steward_backup', name);
  end loop;
end $$;

-- What dispatch reads across tenants: which rows are due.
create policy dispatch on event_triggers for select to steward_dispatch using (true);
grant select (organization, project, trigger, due_at, claimed_until) on event_triggers to steward_dispatch;
