import type { Role } from "@steward/sdk";
import { PERMISSIONS } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Fragment } from "react";
import { useClient } from "../api/client.ts";
import { rolesQuery } from "../api/people-queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { NotYoursHere } from "./NotYoursHere.tsx";
import { OrganizationFrame } from "./OrganizationFrame.tsx";
import { permissionParts, roleWords } from "./role-words.ts";
import { RolePanel } from "./RolePanel.tsx";
import { useOrganization } from "./use-organization.ts";

const { roles: words } = say.people;

/** What each role may do, permission by permission; custom roles open to be changed. */
export function RolesPage() {
  const { may } = useOrganization();
  return may("organization.read") ? <RolesParts /> : <NotYoursHere needs="organization.read" />;
}

function RolesParts() {
  const { role } = useSearch({ from: "/organization/roles" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const list = useQuery(rolesQuery(useClient(), organization.id));
  const roles = list.data?.items ?? [];
  const chosen = roles.find(({ id, builtIn }) => id === role && !builtIn) ?? null;
  const close = () => void navigate(paths.roles(of));
  return (
    <OrganizationFrame
      actions={
        may("role.write") && (
          <Link {...paths.roles({ ...of, role: "new" })} className={buttonClasses("primary")}>
            <Icon name="plus" className="-ml-0.5" />
            {words.new}
          </Link>
        )
      }
      panel={
        may("role.write") &&
        (chosen !== null || role === "new") && <RolePanel key={role} role={chosen} roles={roles} close={close} />
      }
    >
      <p className="max-w-[72ch] px-4 py-4 text-13 text-text-2 md:px-6">{words.what}</p>
      {list.isPending && <Skeleton />}
      {list.isError && (
        <div className="px-4 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {roles.length > 0 && <PermissionTable roles={roles} />}
    </OrganizationFrame>
  );
}

const STICKY = "sticky left-0 z-[1] bg-surface-0";

function PermissionTable({ roles }: { roles: readonly Role[] }) {
  return (
    // It has its own scrollbar, since there are as many columns as roles.
    <div
      role="region"
      aria-label={words.table}
      tabIndex={0}
      className="overflow-x-auto pb-6 -outline-offset-2 focus-visible:outline-2"
    >
      <table className="w-full border-collapse text-13" aria-label={words.table}>
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className={`${STICKY} h-9 min-w-52 px-4 text-left text-12 font-medium text-text-3 md:px-6`}>
              {words.permission}
            </th>
            {roles.map((role) => (
              <RoleHead key={role.id} role={role} roles={roles} />
            ))}
          </tr>
        </thead>
        <tbody>
          {permissionParts().map(([part, permissions]) => (
            <Fragment key={part}>
              <tr>
                <th scope="rowgroup" colSpan={roles.length + 1} className="p-0 text-left">
                  <span className="sticky left-0 inline-block px-4 pt-4 pb-1 text-12 font-semibold md:px-6">
                    {words.parts[part]}
                  </span>
                </th>
              </tr>
              {permissions.map((permission) => (
                <tr key={permission} className="border-b border-line/70 hover:bg-surface-1">
                  <th scope="row" className={`${STICKY} px-4 py-1.5 text-left font-normal md:px-6`} title={permission}>
                    {PERMISSIONS[permission].may}
                  </th>
                  {roles.map((role) => (
                    <td key={role.id} className="px-2 py-1.5 text-center">
                      <Mark on={role.permissions.includes(permission)} />
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RoleHead({ role, roles }: { role: Role; roles: readonly Role[] }) {
  const { organization, may } = useOrganization();
  const name = roleWords(role.id, roles);
  return (
    <th
      scope="col"
      title={role.is ?? name}
      className="h-9 max-w-40 min-w-20 truncate px-2 text-center text-12 font-medium"
    >
      {role.builtIn || !may("role.write") ? (
        name
      ) : (
        <Link
          {...paths.roles({ organization: organization.id, role: role.id })}
          aria-label={words.change(role.name)}
          className="text-accent hover:underline"
        >
          {name}
        </Link>
      )}
    </th>
  );
}

function Mark({ on }: { on: boolean }) {
  return (
    <>
      {on ? (
        <Icon name="check" className="mx-auto text-done" />
      ) : (
        <span aria-hidden className="text-text-3">
          –
        </span>
      )}
      <span className="sr-only">{on ? words.yes : words.no}</span>
    </>
  );
}
