/** The database's roles (DESIGN.md "Data rules"). The program serves as `steward_app`, which can't bypass row-level security. */

/** SQL that makes the roles and the grants between them; a superuser runs it once. Repeated, it changes nothing. */
export const ROLES_SQL = `do $$ begin
  if not exists (select from pg_roles where rolname = 'steward_migrate') then create role steward_migrate login noinherit; end if;
  if not exists (select from pg_roles where rolname = 'steward_app') then create role steward_app login noinherit; end if;
  if not exists (select from pg_roles where rolname = 'steward_dispatch') then create role steward_dispatch nologin; end if;
  if not exists (select from pg_roles where rolname = 'steward_identity') then create role steward_identity nologin; end if;
  if not exists (select from pg_roles where rolname = 'steward_backup') then create role steward_backup login noinherit; end if;
  if not exists (select from pg_roles where rolname = 'steward_databases') then create role steward_databases login noinherit createdb createrole; end if;
end $$;
grant steward_dispatch, steward_identity to steward_app;
`;

export interface RolePasswords {
  readonly migrate: string;
  readonly app: string;
  /** Of steward_databases, which makes the databases of projects. */
  readonly databases: string;
  readonly backup: string;
}

/** As above for the embedded server, where Steward keeps the passwords. Role passwords can't be parameters: they are base64url. */
export function embeddedRolesSql(passwords: RolePasswords): string {
  for (const password of Object.values(passwords))
    if (!/^[A-Za-z0-9_-]{20,}$/.test(password)) throw new Error("a role's password is base64url");
  return `${ROLES_SQL}alter role steward_migrate password '${passwords.migrate}';
alter role steward_app password '${passwords.app}';
alter role steward_databases password '${passwords.databases}';
alter role steward_backup password '${passwords.backup}';
`;
}
