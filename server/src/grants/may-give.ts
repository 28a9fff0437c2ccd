import type { GrantForm } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { ActPlace } from "../people/act.ts";
import { noteRefused } from "../people/act.ts";
import { lacking } from "../people/refusals.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { GrantProblem } from "../core/policy/check-grant.ts";
import { type ConnectionRefRow, shareConnection, shareCredential } from "../store/connection-refs.ts";
import type { GrantCaller, GrantParts } from "./grant-parts.ts";

/** What a grant is about, held as it is until the transaction ends. */
export type About =
  | { readonly kind: "connection"; readonly row: ConnectionRefRow }
  | { readonly kind: "credential"; readonly slug: string };

/** What a form is about, or why there is no such thing. */
export async function readAbout(
  tx: Transaction,
  project: string,
  { connection, credential }: Pick<GrantForm, "connection" | "credential">,
): Promise<About | GrantProblem> {
  if (connection !== undefined) {
    const row = await shareConnection(tx, project, connection);
    return row === null
      ? { field: "connection", message: `there is no connection "${connection}" here` }
      : { kind: "connection", row };
  }
  const slug = credential ?? "";
  const isThere = await shareCredential(tx, project, slug);
  return isThere
    ? { kind: "credential", slug }
    : { field: "credential", message: `there is no credential "${slug}" here that is sent` };
}

/**
 * Throws `forbidden` unless the caller may give grants on it: whoever may give grants in the project; of a person's own
 * connection that person alone, as long as they may have connections.
 */
export function requireMayGive(caller: GrantCaller, about: About): void {
  const owner = about.kind === "connection" ? about.row.owner : null;
  if (owner === null) {
    if (!caller.permissions.has("grant.write")) throw lacking("grant.write", caller.shownId);
    return;
  }
  if (owner !== caller.account)
    throw new AppError("forbidden", "This connection is somebody's own: only they give grants on it.");
  if (!caller.permissions.has("connection.write")) throw lacking("connection.write", caller.shownId);
}

/** Taking away is for whoever may give in the project, and for a connection's owner. */
export function requireMayRevoke(caller: GrantCaller, owner: string | null): void {
  if (caller.permissions.has("grant.write") || (owner !== null && owner === caller.account)) return;
  throw lacking("grant.write", caller.shownId);
}

/** Runs a verb, and audits that it was refused where the caller may not. */
export async function guarded<Result>(
  parts: GrantParts,
  caller: GrantCaller,
  route: string,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AppError && error.code === "forbidden") {
      const place: ActPlace = caller.scope;
      const { needs } = error.details;
      noteRefused(parts, place, caller, route, typeof needs === "string" ? needs : "owner");
    }
    throw error;
  }
}
