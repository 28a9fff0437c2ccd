-- When a project's keys were destroyed. The key files say so too, but a file can be put back from a copy: this is what is
-- asked before a project is opened or restored, and at each start the files of such projects are destroyed again
-- (people/shred-again.ts). Dispatch reads it with whatever else says who may do what. This migration touches no tenant rows:
-- of projects shredded before it, the key files are the only witness.

set local search_path = steward;

alter table projects add column shredded_at timestamptz;
grant select (shredded_at) on projects to steward_dispatch;
