import { isPermission, type Permission } from "@steward/sdk";
import { InvalidArgumentError } from "commander";

/** For an option that may be given several times, each with a permission. */
export function readPermission(text: string, all: readonly Permission[] | undefined): readonly Permission[] {
  if (!isPermission(text)) throw new InvalidArgumentError("There is no such permission: docs/permissions.md has them.");
  return [...(all ?? []), text];
}
