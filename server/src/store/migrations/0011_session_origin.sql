-- What a session and a key came of, so that they are worth no more than that.
--
-- session."byKey" is the API key that made the link which began the session: over with the key (http/session-key.ts).
-- Null for all other sessions. There is no foreign key, as nowhere between the two schemas (0003).
--
-- api_keys.second_factor says that a person who had passed a second factor made the key, or that it is a home's own first
-- one: only such a key acts for an operator of the installation (PROMISES A4). Keys of before are asked for anew, but for
-- the first ones, which nobody made; those are found past row-level security, as the table's owner.

set local search_path = steward;

alter table identity.session add column "byKey" uuid;

alter table api_keys add column second_factor boolean not null default false;
alter table api_keys no force row level security;
update api_keys set second_factor = true where created_by is null and replaces is null;
alter table api_keys force row level security;
grant select (second_factor) on api_keys to steward_dispatch;
