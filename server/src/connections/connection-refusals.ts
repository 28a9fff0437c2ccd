/** The refusals of these verbs. What is another tenant's is answered as what nobody has, in the same words. */
import type { Connector } from "@steward/sdk";
import { isElsewhere } from "../core/connectors/is-elsewhere.ts";
import { AppError } from "../core/errors.ts";
import type { NotConnected, SealedTokens } from "../core/ports/connections.ts";
import { noteRefused } from "../people/act.ts";
import type { ConnectionFacts } from "../store/connections.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";

export function noConnection(slug: string): AppError {
  return new AppError("not_found", `There is no connection "${slug}" in this project.`, { connection: slug });
}

export function noConnector(id: string): AppError {
  return new AppError("not_found", `There is no connector ${id} here; \`steward connector list\` shows all.`, {
    connector: id,
  });
}

export function invalid(field: string, message: string): AppError {
  return new AppError("value_invalid", `${field}: ${message}`, { field });
}

export function slugTaken(slug: string): AppError {
  return new AppError(
    "conflict",
    `There is a connection "${slug}" already: choose another slug, or ask for its consent anew.`,
    {
      connection: slug,
    },
  );
}

export function noClient(connector: string): AppError {
  return new AppError("oauth_client_missing", `There is no OAuth client for ${connector} here.`, { connector });
}

/** What the provider said to somebody who connects. */
export function refusedByProvider({ code, message }: NotConnected): AppError {
  const which =
    code === "oauth_client_missing"
      ? "oauth_client_missing"
      : code === "provider_unavailable"
        ? "unavailable"
        : "provider_refused";
  return new AppError(which, `${message[0]?.toUpperCase()}${message.slice(1).replace(/\.+$/, "")}.`, { reason: code });
}

/** What a connection is kept with whose provider nobody has reached yet. */
export function errorOf({ unreached }: Pick<SealedTokens, "unreached">): NotConnected["code"] | null {
  return unreached === null ? null : "provider_unavailable";
}

/** Throws `conflict` for a connection made while the operator had its provider elsewhere: it is for the account there. */
export function requireSamePlace(
  connector: Pick<Connector, "title" | "base">,
  row: Pick<ConnectionFacts, "slug" | "address" | "hosts">,
): void {
  if (!isElsewhere(connector, row)) return;
  throw new AppError(
    "conflict",
    `"${row.slug}" was made while ${connector.title} was at ${row.hosts.join(", ")}: disconnect it, and make another connection.`,
    { connection: row.slug },
  );
}

/** Throws `forbidden`, and has it audited, for a personal connection of somebody else's. `also` lets others do it. */
export function requireOwn(
  parts: Pick<ConnectionParts, "denials" | "clock">,
  caller: ConnectionCaller,
  { owner, slug }: Pick<ConnectionFacts, "owner" | "slug">,
  route: string,
  also = false,
): void {
  if (owner === null || owner === caller.account || also) return;
  noteRefused(parts, caller.scope, caller, route, "owner");
  throw new AppError("forbidden", `The connection "${slug}" is somebody's own: only they may do this.`, {
    connection: slug,
  });
}
