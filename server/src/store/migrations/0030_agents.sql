-- Agents: what a model does by itself with tools, kept as flows of a kind of their own.
--
-- An agent's draft is its agent file, and its versions are the flows that the file compiles to, with the file beside them.
-- So versions, triggers, pausing, runs and all that rests on them are those of flows; slugs are shared, since grants,
-- runs and the audit name either by it. A column with a default rewrites nothing.

set local search_path = steward;

alter table flows add column kind text not null default 'flow' check (kind in ('flow', 'agent'));
