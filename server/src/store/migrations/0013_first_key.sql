--! min_program 2
-- A home's first key from before there were people does what the first key of a new home does.
--
-- It was made for the one project there was and did all there was to do. Since 0002 a key says how far it reaches, and what
-- that column says of earlier keys, `project`, left the first one short of its own organization: no link into the page, no
-- list of keys' owners, no command of an operator. From here on it reaches the organization. Keys that nobody made
-- (created_by) and that replace none are first keys, and reach less only where they are older than 0002. This crosses
-- tenants as 0011 does: the table's owner looks past row-level security, in the transaction that holds the table's exclusive
-- lock from the first statement on, so that nobody else sees it lifted, and it stands again whether that commits or not.
-- Who asks whether a key lets somebody in asks now whether it is such a key, too: by its link the first owner makes the
-- account their own, by no other key's (http/session-key.ts).
--
-- Since 0002 projects are deleted, members removed and keys limited, which program 1 asks nothing about: it is refused from
-- now on, as a server and as a worker.

set local search_path = steward;

alter table api_keys no force row level security;
update api_keys set reach = 'organization'
  where created_by is null and replaces is null and reach = 'project' and permissions is null and revoked_at is null;
alter table api_keys force row level security;
grant select (created_by, replaces) on api_keys to steward_dispatch;
