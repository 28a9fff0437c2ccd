/** The refusals of these verbs. What is another tenant's is answered as what nobody has, in the same words. */
import type { Permission } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { type IdKind, parseId } from "../core/id.ts";
import type { Permissions } from "./permissions-of.ts";

const NAMES = {
  mem: "member",
  rol: "role",
  inv: "invitation",
  key: "API key",
  sup: "consent",
} as const satisfies Partial<Record<IdKind, string>>;

export function notThere(kind: keyof typeof NAMES, shown: string): AppError {
  return new AppError("not_found", `There is no ${NAMES[kind]} ${shown} here.`);
}

/** The UUID behind a shown id; throws the same for what is no id as for what nobody has. */
export function idOf(kind: keyof typeof NAMES, shown: string): string {
  const id = parseId(kind, shown);
  if (id === null) throw notThere(kind, shown);
  return id;
}

/** In the words of `authorize`, so that nobody can tell who refused. */
export function noOrganization(): AppError {
  return new AppError("not_found", "There is no such organization, or you are not in it.");
}

export function noProject(): AppError {
  return new AppError("not_found", "There is no such project, or you may not enter it.");
}

export function lacking(needs: Permission, shownId: string): AppError {
  return new AppError("forbidden", `This needs the permission ${needs}, which ${shownId} does not have.`, { needs });
}

/** Nobody gives or changes what is more than they have. */
export function requireAll(own: Permissions, wanted: Iterable<Permission>, what: string): void {
  const lacks = [...wanted].filter((name) => !own.has(name));
  if (lacks.length === 0) return;
  throw new AppError("forbidden", `${what} goes beyond what you may: you lack ${lacks.slice(0, 5).join(", ")}.`, {
    lacks,
  });
}

export function tooMany(what: string, max: number): AppError {
  return new AppError("conflict", `There are ${max} ${what} already, the most there can be.`, { max });
}

export function invalidField(field: string, message: string): AppError {
  return new AppError("value_invalid", `${field}: ${message}`, { field });
}
