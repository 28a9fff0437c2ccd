-- Files: a project's volume.
--
-- file_volumes has a project's sums, and is what every change of its files locks first: so quotas hold, and no two
-- files come to the same path, under any concurrency. file_uploads are bytes promised to an upload that still streams;
-- one that was cut off stops counting when it expires. files are what a path names now; a deleted one keeps its row, and
-- frees its path, until it is purged. file_versions are the contents a file had: "chunks" is the sealed list of its
-- blobs' addresses, bound to file, version and length, so that a content cut off or reordered does not open.
-- file_chunks say which blobs a version needs: without such a row, and after a grace, a blob is swept. Chunks of equal
-- content are one blob; blobs never belong to two projects.
--
-- An upload is: file_volumes + file_uploads (promise) -> blobs, one by one as they stream in -> file_volumes + files +
-- file_versions + file_chunks, less the promise, plus the audit, in one transaction. A download is: files +
-- file_versions, then blobs.
--
-- Order of locks: file_volumes, then files, then blobs, then the audit's chain.
--
-- Folders are no rows: they are the parts of paths, and a folder is listed by skipping through files_path. Paths are
-- compared by bytes, so "/" (2F) and "0" (30), the byte after it, bound what lies in a folder.
--
-- Nothing here touches rows of other tables.

set local search_path = steward;

create table file_volumes (
  organization uuid not null,
  project uuid primary key,
  bytes bigint not null default 0 check (bytes >= 0),
  files bigint not null default 0 check (files >= 0),
  foreign key (organization, project) references projects (organization, id)
);

create table file_uploads (
  project uuid not null references file_volumes,
  id uuid not null,
  bytes bigint not null check (bytes >= 0),
  expires_at timestamptz not null,
  primary key (project, id)
);

create table files (
  project uuid not null references file_volumes,
  id uuid not null,
  path text not null collate "C",
  media_type text not null,
  bytes bigint not null,
  version integer not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  deleted_at timestamptz,
  primary key (project, id)
);
create unique index files_path on files (project, path) where deleted_at is null;
create index files_deleted on files (project, deleted_at, id) where deleted_at is not null;

create table file_versions (
  project uuid not null,
  file uuid not null,
  version integer not null,
  media_type text not null,
  bytes bigint not null,
  chunks bytea not null,
  created_at timestamptz not null,
  created_by text not null,
  replaced_at timestamptz,
  primary key (project, file, version),
  foreign key (project, file) references files (project, id)
);
create index file_versions_replaced on file_versions (project, replaced_at) where replaced_at is not null;

create table file_chunks (
  project uuid not null,
  file uuid not null,
  version integer not null,
  address bytea not null,
  primary key (project, file, version, address),
  foreign key (project, file, version) references file_versions (project, file, version),
  foreign key (project, address) references blobs (project, address)
);
create index file_chunks_address on file_chunks (project, address);
create index blob_references_address on blob_references (project, address);

do $$
declare
  name text;
begin
  foreach name in array array['file_volumes', 'file_uploads', 'files', 'file_versions', 'file_chunks'] loop
    execute format('create policy project on %I to steward_app using (project = (select project_scope())) with check (project = (select project_scope()))', name);
    execute format('create policy backup on %I for select to steward_backup using (true)', name);
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('grant select on %I to steward_backup', name);
  end loop;
end $$;

grant select, insert, update, delete on file_volumes, file_uploads, files, file_versions to steward_app;
grant select, insert, delete on file_chunks to steward_app;
