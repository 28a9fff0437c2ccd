-- Regions: where a project's data and runs stay. organizations.region and projects.region (0002) are labels; a project's
-- region is its own, else its organization's, else none. workers.region says where a worker stands, null for nowhere in
-- particular: it leads runs of projects of its region and of none. Dispatch reads all three when it claims
-- (store/living.ts); what is held where it may not be is found by store/regions.ts.
--
-- The installation's own project is led by whoever has room, so it is never pinned.
--
-- Beside it, two indexes that lists of API keys lacked. This migration touches no tenant rows.

set local search_path = steward;

alter table workers add column region text;
alter table organizations
  add constraint organizations_region_check check (region is null or id <> '00000000-0000-0000-0000-000000000000');
alter table projects
  add constraint projects_region_check check (region is null or organization <> '00000000-0000-0000-0000-000000000000');

grant select (region) on organizations to steward_dispatch;
grant select (region) on projects to steward_dispatch;

create index api_keys_project on api_keys (project, id);
create index api_keys_member on api_keys (member);
