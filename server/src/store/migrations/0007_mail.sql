-- Mail to people, and what the installation itself connects to.
--
-- outbox holds what Steward writes to people: links that prove an address, resets, invitations, notices. A row is
-- written by put_outbox in the transaction of what it tells of, so that neither is there without the other; it
-- belongs to the installation's own project, whoever caused it. body is sealed with that project's keys and holds
-- recipient and words; recipient is a keyed digest of the address, so that all of one person's can be found.
--
--   queued -> sending (run: the installation's flow "mail", started once for each attempt) -> sent or failed
--   failed -> queued (an operator's retry, attempt + 1)
--
-- Without a mail server rows stay queued and are read in the development inbox. body is gone as soon as it is of no
-- use: when the mail was sent, or its life (expires_at) is over.
--
-- outbound_connections counts, by hour, the connections that the installation itself makes (mail, identity, key
-- service, audit sinks), for its owner to read (PROMISES A10). What runs do is in the audit.
--
-- No row of a tenant is touched by this migration.

set local search_path = steward;

create table outbox (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  template text not null,
  recipient bytea not null,
  body bytea,
  status text not null check (status in ('queued', 'sending', 'sent', 'failed')),
  attempt integer not null default 1,
  run uuid,
  error_code text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (project, id),
  foreign key (organization, project) references projects (organization, id),
  check ((status = 'sending') <= (run is not null))
);
create index outbox_open on outbox (project, id) where status in ('queued', 'sending');
create index outbox_unsealed on outbox (project, expires_at) where body is not null;

create policy project on outbox to steward_app using (project = (select project_scope())) with check (project = (select project_scope()));
create policy backup on outbox for select to steward_backup using (true);
alter table outbox enable row level security, force row level security;
grant select, insert, update, delete on outbox to steward_app;
grant select on outbox to steward_backup;

-- Writes a row in the installation's scope and leaves the caller's scope as it was, in one statement: nothing of the
-- caller's can run in between. An error takes the change of scope back with everything else of its transaction.
create function put_outbox(of_id uuid, of_template text, of_recipient bytea, of_body bytea, at timestamptz, until timestamptz)
  returns void language plpgsql security invoker set search_path = steward, pg_temp as $$
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
end $$;
revoke all on function put_outbox(uuid, text, bytea, bytea, timestamptz, timestamptz) from public;
grant execute on function put_outbox(uuid, text, bytea, bytea, timestamptz, timestamptz) to steward_app;

-- Of the installation, not of a tenant.
create table outbound_connections (
  hour timestamptz not null,
  host text not null,
  port integer not null,
  purpose text not null check (purpose in ('mail', 'identity', 'key_service', 'audit_sink')),
  count bigint not null,
  bytes bigint,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (hour, host, port, purpose)
);
grant select, insert, update, delete on outbound_connections to steward_app;
grant select on outbound_connections to steward_backup;
