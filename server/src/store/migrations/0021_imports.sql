-- Connectors that projects make of OpenAPI documents.
--
-- imported_connectors: one row for each, under the id by which its actions are named (connector). declaration is what is
-- kept of the document: a connector as data (core/openapi/declaration.ts), compressed and sealed. choices are what the
-- person said beside the document, refused what of it became no action; both sealed too, since they quote the document.
-- digest is keyed, of the document's text: whether the same one is imported again. The document itself is not kept.
-- version counts the imports: a process that holds another version reads the row anew. The order of calls: a document is
-- read beside the event loop (adapters/openapi) -> its row is put -> the project's processes hear of it by the words that
-- changes of policy are told by. A row goes when nothing is connected with it any more.

set local search_path = steward;

create table imported_connectors (
  organization uuid not null,
  project uuid not null,
  id uuid not null,
  connector text not null check (connector ~ '^[a-z][a-z0-9_]{0,30}$'),
  title text not null,
  base text not null,
  api_version text not null,
  version integer not null default 1,
  declaration bytea not null,
  choices bytea not null,
  refused bytea not null,
  digest bytea not null,
  operations integer not null,
  refused_count integer not null,
  created_at timestamptz not null,
  imported_at timestamptz not null,
  imported_by text not null,
  primary key (project, id),
  unique (project, connector),
  foreign key (organization, project) references projects (organization, id)
);

create policy project on imported_connectors to steward_app
  using (project = (select project_scope())) with check (project = (select project_scope()));
create policy backup on imported_connectors for select to steward_backup using (true);
alter table imported_connectors enable row level security, force row level security;
grant select, insert, update, delete on imported_connectors to steward_app;
grant select on imported_connectors to steward_backup;
