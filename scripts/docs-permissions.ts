import {
  ALL_PERMISSIONS,
  type Permission,
  PERMISSIONS,
  PROJECT_NEEDS,
  ROLE_NAMES,
  ROLES,
  type Route,
  routes,
} from "@steward/sdk";
import { table } from "./docs-fields.ts";

/** docs/permissions.md: what each role may, and what each permission opens. */
export function renderPermissions(): string {
  return `# Roles and permissions

<!-- Derived from sdk/src/permissions.ts and sdk/src/routes by scripts/docs.ts: change it there. -->

Whoever is in an organization has a role in it; in a project they may have another one, which counts for what is in that
project, or none, which keeps them out. Organizations make roles of their own as lists of permissions. Nobody gives a
role, a key or an invitation with a permission they lack, nor changes a member, role or key that has more than they;
only owners make and unmake owners, and the last one stays. A key has its member's permissions, or some of them.

## Roles

${table(
  ["Role", "What it is"],
  ROLE_NAMES.map((name) => [`\`${name}\``, ROLES[name].is]),
)}

## What each role may

${table(
  ["Permission", ...ROLE_NAMES.map((name) => `\`${name}\``), "May"],
  ALL_PERMISSIONS.map((permission) => [
    `\`${permission}\``,
    ...ROLE_NAMES.map((name) => (isOf(name, permission) ? "●" : "")),
    PERMISSIONS[permission].may,
  ]),
)}

## What each permission opens

A route of a project needs the permission in the project that the key is bound to, or that \`Steward-Project\` names, and
\`project.read\` there; one whose path names a project beneath its organization needs \`organization.read\` as well.

${table(
  ["Permission", "In", "Routes"],
  ALL_PERMISSIONS.map((permission) => [
    `\`${permission}\``,
    PERMISSIONS[permission].in,
    routesOf(permission).join(", ") || "none of its own",
  ]),
)}

## Without a permission

${table(
  ["For", "Routes"],
  [
    ["any person who is signed in", routesFor("account").join(", ")],
    ["operators of the installation", routesFor("installation").join(", ")],
    ["anybody: the call brings what entitles it", routesFor("open").join(", ")],
  ],
)}
`;
}

function isOf(role: keyof typeof ROLES, permission: Permission): boolean {
  const permissions: readonly Permission[] = ROLES[role].permissions;
  return permissions.includes(permission);
}

function routesOf(permission: Permission): readonly string[] {
  return Object.entries<Route>(routes).flatMap(([name, route]) => {
    const needs = name in PROJECT_NEEDS ? new Map(Object.entries(PROJECT_NEEDS)).get(name) : undefined;
    const own = needs ?? ("needs" in route.access ? route.access.needs : null);
    return own === permission ? [shown(route)] : [];
  });
}

function routesFor(where: Route["access"]["in"]): readonly string[] {
  return Object.values<Route>(routes).flatMap((route) => (route.access.in === where ? [shown(route)] : []));
}

function shown({ method, path }: Route): string {
  return `\`${method} ${path}\``;
}
