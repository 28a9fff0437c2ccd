import { ALL_PERMISSIONS, type Permission, type Role, ROLE_NAMES, ROLES } from "@steward/sdk";
import { expect, it } from "vitest";
import { say } from "../language.ts";
import { permissionParts, reachesTo, roleWarning, roleWords } from "./role-words.ts";

const roles: Role[] = [
  ...ROLE_NAMES.map((name) => ({ id: name, name, builtIn: true, is: null, permissions: [...ROLES[name].permissions] })),
  { id: "rol_a", name: "Publisher", builtIn: false, is: null, permissions: ["flow.read", "flow.publish"] },
];

it("built-in roles have words of the page, custom ones their name, whatever is in it", () => {
  expect(roleWords("operator", roles)).toBe("Operator");
  expect(roleWords("rol_a", roles)).toBe("Publisher");
  expect(roleWords("rol_b", roles)).toBe("Custom role");
  expect(roleWords("constructor", roles)).toBe("Custom role");
});

it("the parts hold every permission once", () => {
  expect(
    permissionParts()
      .flatMap(([, permissions]) => permissions)
      .toSorted(),
  ).toEqual(ALL_PERMISSIONS.toSorted());
});

it("nobody reaches beyond what they may themselves", () => {
  expect(reachesTo("owner", "owner", roles)).toBe(true);
  expect(reachesTo("admin", "owner", roles)).toBe(false);
  expect(reachesTo("admin", "builder", roles)).toBe(true);
  expect(reachesTo("admin", "billing", roles)).toBe(false);
  expect(reachesTo("builder", "rol_a", roles)).toBe(true);
  expect(reachesTo("operator", "rol_a", roles)).toBe(false);
  expect(reachesTo("rol_a", "viewer", roles)).toBe(false);
});

it("a role that shows no project is warned of before one that shows no organization", () => {
  const warned = (...chosen: Permission[]) => roleWarning(new Set(chosen));
  expect(warned("organization.read", "project.read")).toBeNull();
  expect(warned("project.read", "flow.read")).toBe(say.people.roles.blind);
  expect(warned("organization.read", "flow.read")).toBe(say.people.roles.shutOut);
  expect(warned("audit.read")).toMatch(/not by its link either/);
});
