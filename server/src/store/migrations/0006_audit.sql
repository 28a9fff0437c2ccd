-- The audit log beyond its batches: the heads that seal it, and where it is sent.
--
-- audit_batches (0001) are written by many chains at once: one for each writer of effects, one for an organization's
-- acts. A head is one row in audit_heads: it follows the head before (previous), names every chain that grew since
-- (audit_head_chains: up to which batch, with which digest), binds where all chains stand (state), and is signed with
-- the installation's key. What a head covers can't be changed, reordered or cut off any more without its signature
-- failing, wherever the rows lie. Heads and their chains are append-only like the batches.
--
-- A head is: lock of the organization's heads -> the last head -> chain ends (a loose scan of the primary key, backwards)
-- against audit_head_chains -> insert (store/audit-heads.ts).
--
-- audit_sinks say where an organization's log is sent as it grows; due_at is when it is next looked at, moved ahead by
-- whoever takes it, so that one process at a time sends. audit_sink_positions is how far each chain was taken there.
--
-- The index by time serves the list of entries, newest first. This migration touches no tenant's rows.

set local search_path = steward;

create index audit_batches_recorded on audit_batches (organization, recorded_at, chain, seq);

create table audit_heads (
  organization uuid not null,
  seq bigint not null,
  signed_at timestamptz not null,
  previous bytea not null,
  state bytea not null,
  digest bytea not null,
  key_id text not null,
  signature bytea not null,
  primary key (organization, seq)
);

create table audit_head_chains (
  organization uuid not null,
  chain uuid not null,
  head bigint not null,
  seq bigint not null,
  digest bytea not null,
  primary key (organization, chain, head)
);
create index audit_head_chains_head on audit_head_chains (organization, head, chain);

create table audit_sinks (
  organization uuid not null references organizations,
  id uuid not null,
  kind text not null check (kind in ('syslog', 'http')),
  address text not null,
  secret bytea,
  created_at timestamptz not null,
  created_by uuid not null,
  due_at timestamptz not null,
  failures integer not null default 0,
  last_error text,
  last_error_at timestamptz,
  sent bigint not null default 0,
  sent_at timestamptz,
  primary key (organization, id)
);
create index audit_sinks_due on audit_sinks (due_at);

create table audit_sink_positions (
  organization uuid not null,
  sink uuid not null,
  chain uuid not null,
  seq bigint not null,
  primary key (organization, sink, chain),
  foreign key (organization, sink) references audit_sinks (organization, id) on delete cascade
);

do $$
declare
  name text;
begin
  foreach name in array array['audit_heads', 'audit_head_chains', 'audit_sinks', 'audit_sink_positions'] loop
    execute format('create policy organization on %I to steward_app using (organization = (select organization_scope())) with check (organization = (select organization_scope()))', name);
    execute format('create policy backup on %I for select to steward_backup using (true)', name);
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('grant select on %I to steward_backup', name);
  end loop;
end $$;

grant select, insert on audit_heads, audit_head_chains to steward_app; -- append-only
grant select, insert, update, delete on audit_sinks, audit_sink_positions to steward_app;

-- Whose sinks are due, nothing of where they lead.
create policy dispatch on audit_sinks for select to steward_dispatch using (true);
grant select (organization, id, due_at) on audit_sinks to steward_dispatch;
